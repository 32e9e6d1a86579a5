//! Method calls, by the table of them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprClosure, ExprMethodCall, Pat, RangeLimits, Type, spanned::Spanned};

use crate::attributes::plain;

use super::{
    await_::{POLICY_METHODS, is_execution},
    functions::is_of_a_type,
    method_table::{
        ADVICE,
        Argument::{self, Error as E, Function, Value as V},
        MUTATORS, PURE, SAME,
    },
    pattern,
    symbolic::{Pure, Symbolic},
    unparenthesized,
};

/// Whether a method call sets what it is called on.
pub(crate) fn is_mutation(method: &ExprMethodCall) -> bool {
    if method.method == "push" || method.method == "push_str" {
        return true;
    }
    mutator(method).is_some() || entry(method).is_some()
}

/// Whether a method that sets its receiver gives nothing.
pub(crate) fn gives_nothing(method: &ExprMethodCall) -> bool {
    method.method == "push"
        || method.method == "push_str"
        || mutator(method).is_some_and(|(_, _, gives)| !gives)
}

fn mutator(method: &ExprMethodCall) -> Option<(&'static str, &'static [Argument], bool)> {
    let known = || {
        MUTATORS
            .iter()
            .filter(|(name, _, arguments, _)| method.method == name && arguments.len() == method.args.len())
    };
    let (_, to, arguments, gives) =
        known().find(|(_, _, arguments, _)| fits(method, arguments)).or_else(|| known().next())?;
    is_place(&method.receiver).then_some((to, arguments, *gives))
}

/// Whether an expression can be set: a variable, or a part of one.
pub(crate) fn is_place(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Path(path) => path.path.get_ident().is_some(),
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_place(&unary.expr),
        Expr::MethodCall(method) => entry(method).is_some(),
        _ => false,
    }
}

/// `map.entry(key).or_insert(default)`: the map, the key and the default.
pub(crate) fn entry(method: &ExprMethodCall) -> Option<(&Expr, &Expr, Option<&Expr>)> {
    let default = match (method.method.to_string().as_str(), method.args.len()) {
        ("or_insert", 1) => method.args.first(),
        ("or_default", 0) => None,
        _ => return None,
    };
    match unparenthesized(&method.receiver) {
        Expr::MethodCall(inner)
            if inner.method == "entry" && inner.args.len() == 1 && is_place(&inner.receiver) =>
        {
            Some((&inner.receiver, &inner.args[0], default))
        }
        _ => None,
    }
}

/// How well a method's arguments fit: closures where functions are, as many as there are.
fn fits(method: &ExprMethodCall, arguments: &[Argument]) -> bool {
    method.args.len() == arguments.len()
        && method.args.iter().zip(arguments).all(|(given, wanted)| match (unparenthesized(given), wanted) {
            (Expr::Closure(closure), Function(arity)) => closure.inputs.len() == *arity,
            (Expr::Closure(_), V | E) => false,
            (Expr::Path(_), Function(_)) => true,
            (_, Function(_)) => false,
            _ => true,
        })
}

impl Symbolic<'_> {
    pub(crate) fn method(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let name = method.method.to_string();
        let span = method.method.span();
        let arity = method.args.len();
        if is_execution(&method.receiver) && arity == 0 {
            let call = &method.method;
            return quote_spanned!(span=> #b.execution().#call());
        }
        if arity == 0 && SAME.contains(&name.as_str()) {
            return self.expr(&method.receiver);
        }
        if let Some(written) = any_of_letters(method) {
            return self.method(&written);
        }
        if let Some(pure) = self.pure
            && self.giving_back.is_none()
            && is_mutation(method)
            && (is_place(&method.receiver) || entry(method).is_some())
        {
            return self.refuse(&method.method, pure.changes());
        }
        if (name == "push" || name == "push_str") && arity == 1 {
            return self.push(method);
        }
        if let Some((to, arguments, gives)) = mutator(method) {
            return self.mutation(method, to, arguments, gives, true);
        }
        if entry(method).is_some() {
            let value = self.entry_value(method);
            if self.in_place {
                return value;
            }
            // What was not there is there from now on.
            let new = Ident::new("__new", Span::mixed_site());
            let set = self.set(&Expr::MethodCall(method.clone()), quote!(#new));
            let done = self.done(quote!(#new), true);
            return quote!({ let #new = #value; let #new = #b.keep(#new); #set #done });
        }
        // An iterator in a variable moves on when it is asked.
        if matches!(name.as_str(), "nth" | "any" | "all" | "find_map" | "position")
            && matches!(unparenthesized(&method.receiver), Expr::Path(_))
        {
            return self.refuse(
                &method.method,
                format!("an iterator in a variable moves on with every `.{name}(..)`, and JSON stays as it is; write `for item in list`, or start from the list: `list.iter().{name}(..)`"),
            );
        }
        // What has no end of its own ends with what is asked of it.
        if let Some(written) = self.endless(method) {
            return written;
        }
        match (name.as_str(), arity) {
            // `state.next()` of a type of the author's.
            ("next", 0) if is_place(&method.receiver) => return self.method_call(method),
            ("take", 0) => return self.method_call(method),
            ("contains", 1) if matches!(unparenthesized(&method.receiver), Expr::Range(_)) => {
                return self.in_range(method);
            }
            ("collect", 0) => return self.collect(method),
            ("parse", 0) => {
                let text = self.expr(&method.receiver);
                let turbofish = method.turbofish.as_ref();
                return quote_spanned!(span=> #b.methods().parse #turbofish (#text));
            }
            ("to_digit", 1) if is_ten(&method.args[0]) => {
                let character = self.expr(&method.receiver);
                return quote_spanned!(span=> #b.methods().to_digit(#character));
            }
            ("to_string", 0) => {
                let value = self.expr(&method.receiver);
                return quote_spanned!(span=> #b.display(#value));
            }
            ("as_str", 0) => {
                let value = self.expr(&method.receiver);
                return quote_spanned!(span=> #b.as_str(#value));
            }
            ("name", 0) => {
                let value = self.expr(&method.receiver);
                return quote_spanned!(span=> #b.error_name(#value));
            }
            ("cause", 0) => {
                let value = self.expr(&method.receiver);
                return quote_spanned!(span=> #b.error_cause(#value));
            }
            _ => {}
        }
        let known = || PURE.iter().filter(|(known, _, arguments)| *known == name && arguments.len() == arity);
        // `text.find(letter)`: a variable is a value, never a function, and so is a constant.
        let is_variable = |given: &Expr| {
            matches!(unparenthesized(given), Expr::Path(path)
                if path.path.get_ident().is_some_and(|name| self.locals.contains(&plain(name)))
                    || path.path.segments.last().is_some_and(|last| is_constant(&plain(&last.ident))))
        };
        let of_values = |arguments: &[Argument]| {
            let mut pairs = method.args.iter().zip(arguments);
            !pairs.any(|(given, wanted)| matches!(wanted, Function(_)) && is_variable(given))
        };
        let found = known().find(|(_, _, arguments)| fits(method, arguments) && of_values(arguments));
        if let Some((_, to, arguments)) = found.or_else(|| known().next()) {
            let receiver = self.expr(&method.receiver);
            let Some(arguments) = self.arguments(method, arguments) else { return quote!(#b.never()) };
            let to = Ident::new(to, span);
            return quote_spanned!(span=> #b.methods().#to(#receiver, #(#arguments),*));
        }
        // Numbers of JSON are ordered, all of them.
        if matches!((name.as_str(), arity), ("unwrap", 0) | ("expect", 1))
            && let Expr::MethodCall(compared) = unparenthesized(&method.receiver)
            && compared.method == "partial_cmp"
        {
            let ordering = self.expr(&method.receiver);
            return quote_spanned!(span=> #b.methods().of_partial_cmp(#ordering));
        }
        // What is wrong with what it is called on is said first, and alone.
        let found = self.errors.count();
        if matches!(name.as_str(), "unwrap" | "expect") || ADVICE.iter().any(|(known, _)| *known == name) {
            self.expr(&method.receiver);
            if self.errors.count() > found {
                let b = &self.b;
                return quote!(#b.never());
            }
        }
        let message = match name.as_str() {
            "unwrap" | "expect" => format!(
                "`{name}` would panic, which a state machine cannot do; use `?`, `match` or `let .. else`, for an `Option` also `.ok_or(..)?` or `.unwrap_or(..)`"
            ),
            _ if POLICY_METHODS.contains(&name.as_str()) => {
                format!("`.{name}(..)` belongs to a call that is awaited: `task(..).{name}(..).await?`")
            }
            _ => match ADVICE.iter().find(|(known, _)| *known == name) {
                Some((_, advice)) => format!("`.{name}(..)` has no meaning in a state machine: {advice}"),
                None if MUTATORS.iter().any(|(known, ..)| *known == name) => format!(
                    "`.{name}(..)` changes a value in place, and this is no variable; give the value a `let mut` of its own"
                ),
                None => return self.method_call(method),
            },
        };
        self.refuse(&method.method, message)
    }

    /// `(1..).take(n)`, `list.iter().zip(1..)` and their kin.
    fn endless(&mut self, method: &ExprMethodCall) -> Option<TokenStream> {
        let b = self.b.clone();
        let span = method.method.span();
        let open = |expr: &Expr| match unparenthesized(expr) {
            Expr::Range(range) if range.end.is_none() => range.start.as_deref().cloned(),
            _ => None,
        };
        let [argument] = method.args.iter().collect::<Vec<_>>()[..] else { return None };
        match method.method.to_string().as_str() {
            "take" => {
                if let Some(start) = open(&method.receiver) {
                    let (start, count) = (self.expr(&start), self.expr(argument));
                    return Some(quote_spanned!(span=> #b.methods().counted(#start, #count)));
                }
                if let Some(list) = cycled(&method.receiver) {
                    let (list, count) = (self.expr(list), self.expr(argument));
                    return Some(quote_spanned!(span=> #b.methods().cycled(#list, #count)));
                }
                let Expr::Call(call) = unparenthesized(&method.receiver) else { return None };
                let Expr::Path(path) = &*call.func else { return None };
                let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
                if names.next()? != "repeat" || names.next()? != "iter" || call.args.len() != 1 {
                    return None;
                }
                let (value, count) = (self.expr(&call.args[0]), self.expr(argument));
                Some(quote_spanned!(span=> #b.methods().repeated(#value, #count)))
            }
            "zip" => {
                if let Some(start) = open(argument) {
                    let (list, start) = (self.expr(&method.receiver), self.expr(&start));
                    return Some(quote_spanned!(span=> #b.methods().numbered(#list, #start)));
                }
                if let Some(other) = cycled(argument) {
                    let (list, other) = (self.expr(&method.receiver), self.expr(other));
                    return Some(quote_spanned!(span=> #b.methods().zip_cycled(#list, #other)));
                }
                let start = open(&method.receiver)?;
                let (start, list) = (self.expr(&start), self.expr(argument));
                Some(quote_spanned!(span=> #b.methods().numbers_of(#start, #list)))
            }
            _ => None,
        }
    }

    /// What stands at `map.entry(key).or_insert(default)`.
    fn entry_value(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let span = method.method.span();
        let Some((map, key, default)) = entry(method) else { return quote!(#b.never()) };
        let (map, key) = (self.place(map), self.expr(key));
        match default {
            Some(default) => {
                let default = self.expr(default);
                quote_spanned!(span=> #b.methods().entry_or(#map, #key, #default))
            }
            None => quote_spanned!(span=> #b.methods().entry_or_default(#map, #key)),
        }
    }

    /// A place that is about to be set, as it is.
    pub(crate) fn place(&mut self, place: &Expr) -> TokenStream {
        let outer = std::mem::replace(&mut self.in_place, true);
        let value = self.expr(place);
        self.in_place = outer;
        value
    }

    /// The arguments of a method, a function with the names of its parameters before it.
    fn arguments(&mut self, method: &ExprMethodCall, arguments: &[Argument]) -> Option<Vec<TokenStream>> {
        let mut written = Vec::new();
        for (given, wanted) in method.args.iter().zip(arguments) {
            match wanted {
                V => written.push(self.expr(given)),
                E => written.push(self.error_value(given)),
                Function(arity) => {
                    let in_error = matches!(method.method.to_string().as_str(), "map_err" | "ok_or_else");
                    let (names, function) = self.function(given, *arity, in_error)?;
                    written.extend(names.iter().map(|name| quote!(#name)));
                    written.push(function);
                }
            }
        }
        Some(written)
    }

    /// A function: the names of its parameters, and a closure over their expressions.
    pub(crate) fn function(
        &mut self,
        given: &Expr,
        arity: usize,
        in_error: bool,
    ) -> Option<(Vec<String>, TokenStream)> {
        let owned;
        let closure = match unparenthesized(given) {
            Expr::Closure(closure) => closure,
            Expr::Path(path) => match path_as_closure(path, arity) {
                Some(closure) => {
                    owned = closure;
                    &owned
                }
                None => {
                    self.errors.refuse(given, "write the function out as a closure: `|item| ..`");
                    return None;
                }
            },
            other => {
                self.errors.refuse(other, "write the function out as a closure: `|item| ..`");
                return None;
            }
        };
        if closure.inputs.len() != arity {
            let parameters = match arity {
                0 => "no parameter".to_owned(),
                1 => "one parameter".to_owned(),
                arity => format!("{arity} parameters"),
            };
            self.errors.refuse(closure, format!("this function has {parameters}"));
            return None;
        }
        let mut names = Vec::new();
        let mut places = Vec::new();
        let mut bound = TokenStream::new();
        let b = self.b.clone();
        for input in &closure.inputs {
            let place = self.fresh("element");
            let unchanging = super::imperative::unchanging(input);
            let pat = without_type(&unchanging);
            super::imperative::changing_names_in(input, &mut self.changing_names);
            names.push(name_of(pat));
            match simple(pat) {
                Some(ident) => {
                    self.locals.insert(plain(ident));
                    bound.extend(quote!(let #ident = #place;));
                }
                None if matches!(pat, Pat::Wild(_)) => {}
                None => {
                    let pattern = pattern::read(pat, self.errors);
                    self.declare(&pattern);
                    let (value_of, tuple, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                    bound.extend(quote!(let (_, #tuple) = #b.bind(#place, &#value_of, #witness);));
                }
            }
            places.push(place);
        }
        let mut own = std::collections::HashSet::new();
        closure.inputs.iter().for_each(|input| super::imperative::names_in(input, &mut own));
        let outer = std::mem::replace(&mut self.own, own);
        let body = self.pure_body(Pure::Closure, |writer| match in_error {
            true => writer.error_value(&closure.body),
            false => writer.expr(&closure.body),
        });
        self.own = outer;
        Some((names, quote!(|#(#places),*| { #bound #body })))
    }

    /// `.collect()`, by the type that it names.
    fn collect(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let span = method.method.span();
        let list = self.expr(&method.receiver);
        let Some(turbofish) = &method.turbofish else {
            return quote_spanned!(span=> #b.methods().collect(#list));
        };
        let ty = match turbofish.args.first() {
            Some(syn::GenericArgument::Type(ty)) => ty,
            _ => return quote_spanned!(span=> #b.methods().collect(#list)),
        };
        let outer = last_name(ty);
        // What is parsed has the type that is said here.
        let element = parses_anything(&method.receiver).then(|| element_of(ty)).flatten();
        let element = element.map(|element| quote!(<#element as ::workflow_core::__private::Data>::Owned));
        match (outer.as_deref(), inner_name(ty).as_deref()) {
            (Some("HashMap"), _) => self.refuse(ty, NO_HASH_MAP),
            (Some("BTreeSet"), _) => quote_spanned!(span=> #b.methods().collect_set(#list)),
            (Some("HashSet"), _) => self.refuse(ty, NO_HASH_SET),
            (Some("BinaryHeap" | "LinkedList"), _) => self.refuse(ty, NO_HEAP),
            (Some("Vec"), _) if let Some(element) = element => {
                quote_spanned!(span=> #b.methods().collect_list::<#element>(#list))
            }
            (Some("Vec" | "VecDeque"), _) => quote_spanned!(span=> #b.methods().collect_list(#list)),
            (Some("BTreeMap"), _) => quote_spanned!(span=> #b.methods().collect_map(#list)),
            (Some("String"), _) => {
                quote_spanned!(span=> #b.methods().collect::<::std::string::String, _>(#list))
            }
            (Some("Option"), Some("Vec")) if let Some(element) = element => {
                quote_spanned!(span=> #b.methods().collect_options::<#element>(#list))
            }
            (Some("Result"), Some("Vec")) if let Some(element) = element => {
                quote_spanned!(span=> #b.methods().collect_results::<#element, _>(#list))
            }
            (Some("Option"), Some("Vec")) => quote_spanned!(span=> #b.methods().collect_options(#list)),
            (Some("Result"), Some("Vec")) => quote_spanned!(span=> #b.methods().collect_results(#list)),
            _ => quote_spanned!(span=> #b.methods().collect(#list)),
        }
    }

    /// `(a..b).contains(&x)`
    fn in_range(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let span = method.method.span();
        let Expr::Range(range) = unparenthesized(&method.receiver) else { return quote!(#b.never()) };
        let (low, high) = (self.optional(range.start.as_deref()), self.optional(range.end.as_deref()));
        let inclusive = matches!(range.limits, RangeLimits::Closed(_));
        let value = self.expr(&method.args[0]);
        quote_spanned!(span=> #b.methods().between(#low, #high, #inclusive, #value))
    }

    /// An expression that may be missing.
    pub(crate) fn optional(&mut self, expr: Option<&Expr>) -> TokenStream {
        match expr {
            Some(expr) => {
                let value = self.expr(expr);
                quote!(::core::option::Option::Some(#value))
            }
            None => quote!(::core::option::Option::None),
        }
    }

    /// A method that sets what it is called on. `used` says that what it gives is.
    fn mutation(
        &mut self,
        method: &ExprMethodCall,
        to: &str,
        arguments: &[Argument],
        gives: bool,
        used: bool,
    ) -> TokenStream {
        let b = self.b.clone();
        let span = method.method.span();
        let Some(arguments) = self.arguments(method, arguments) else { return quote!(#b.never()) };
        let place = self.place(&method.receiver);
        let to = Ident::new(to, span);
        let new = Ident::new("__new", Span::mixed_site());
        let set = self.set(&method.receiver, quote!(#new));
        let call = quote_spanned!(span=> #b.methods().#to(#place, #(#arguments),*));
        let value = if gives && used { quote!(__old) } else { quote!(#b.unit()) };
        let done = match used {
            true => self.done(value, true),
            false => self.giving_back.clone().unwrap_or_default(),
        };
        match (gives, used) {
            (false, _) => quote!({ let #new = #call; #set #done }),
            (true, false) => quote!({ let (_, #new) = #call; #set #done }),
            // What was there is read before the place is set.
            (true, true) => quote!({ let (__old, #new) = #call; let __old = #b.keep(__old); #set #done }),
        }
    }

    /// A method call as a statement, whose value nobody reads.
    pub(crate) fn method_statement(&mut self, method: &ExprMethodCall) -> Option<TokenStream> {
        if self.pure.is_some() && self.giving_back.is_none() {
            return None;
        }
        if entry(method).is_some() {
            let value = self.entry_value(method);
            let new = Ident::new("__new", Span::mixed_site());
            let set = self.set(&Expr::MethodCall(method.clone()), quote!(#new));
            let done = self.giving_back.clone().unwrap_or_default();
            return Some(quote!({ let #new = #value; #set #done }));
        }
        let (to, arguments, gives) = mutator(method)?;
        Some(self.mutation(method, to, arguments, gives, false))
    }
}

pub(crate) const NO_HASH_MAP: &str = "a `HashMap` has no order, and a workflow does the same on every run; use a `BTreeMap`, whose keys are in order";
pub(crate) const NO_HASH_SET: &str = "a `HashSet` has no order, and a workflow does the same on every run; use a `BTreeSet`, whose elements are in order";
pub(crate) const NO_HEAP: &str =
    "JSON has lists and objects; use a `Vec` that you sort, a `VecDeque` or a `BTreeSet`";

/// Whether a name is written as those of constants are.
fn is_constant(name: &str) -> bool {
    name.chars().any(|letter| letter.is_ascii_uppercase())
        && !name.chars().any(|letter| letter.is_ascii_lowercase())
}

fn is_ten(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, syn::Lit::Int(number) if number.base10_digits() == "10"))
}

/// `Some`, `String::len` and the like as the closure that they stand for.
fn path_as_closure(path: &syn::ExprPath, arity: usize) -> Option<ExprClosure> {
    let segments = &path.path.segments;
    // `f64::max` is a method of two.
    if arity == 2 && is_of_a_type(&path.path) && segments.len() >= 2 {
        let method = &segments.last()?.ident;
        let [one, other] = ["__one", "__other"].map(|name| Ident::new(name, Span::mixed_site()));
        return Some(syn::parse_quote_spanned!(path.span()=> |#one, #other| #one.#method(#other)));
    }
    if arity == 2 {
        let [one, other] = ["__one", "__other"].map(|name| Ident::new(name, Span::mixed_site()));
        return Some(syn::parse_quote_spanned!(path.span()=> |#one, #other| #path(#one, #other)));
    }
    if arity != 1 {
        return None;
    }
    let last = segments.last()?;
    let item = Ident::new("__item", Span::mixed_site());
    if super::is_capitalized(&path.path) || matches!(last.ident.to_string().as_str(), "from" | "try_from") {
        return Some(syn::parse_quote_spanned!(path.span()=> |#item| #path(#item)));
    }
    // `fees::fee` and `fee` are functions, `Line::total` a method.
    if !is_of_a_type(&path.path) {
        return Some(syn::parse_quote_spanned!(path.span()=> |#item| #path(#item)));
    }
    if segments.len() >= 2 {
        let method = &last.ident;
        let is_identity = method == "identity";
        return Some(match is_identity {
            true => syn::parse_quote_spanned!(path.span()=> |#item| #item),
            false => syn::parse_quote_spanned!(path.span()=> |#item| #item.#method()),
        });
    }
    None
}

fn without_type(pat: &Pat) -> &Pat {
    match pat {
        Pat::Type(typed) => without_type(&typed.pat),
        Pat::Paren(inner) => without_type(&inner.pat),
        pat => pat,
    }
}

/// `text.split([',', ';'])`: with a closure that asks for the letters.
fn any_of_letters(method: &ExprMethodCall) -> Option<ExprMethodCall> {
    let name = method.method.to_string();
    let matching =
        matches!(name.as_str(), "split" | "trim_matches" | "trim_start_matches" | "trim_end_matches");
    let [given] = method.args.iter().collect::<Vec<_>>()[..] else { return None };
    let letters = match unparenthesized(given) {
        Expr::Reference(reference) => unparenthesized(&reference.expr),
        given => given,
    };
    if !matching || !matches!(letters, Expr::Array(_)) {
        return None;
    }
    let letter = Ident::new("letter", Span::mixed_site());
    let mut written = method.clone();
    written.args = std::iter::once::<Expr>(
        syn::parse_quote_spanned!(given.span()=> |#letter| #letters.contains(&#letter)),
    )
    .collect();
    Some(written)
}

/// Whether something is parsed whose type is said elsewhere.
fn parses_anything(expr: &Expr) -> bool {
    struct Found(bool);
    impl<'ast> syn::visit::Visit<'ast> for Found {
        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            self.0 |= call.method == "parse" && call.turbofish.is_none();
            syn::visit::visit_expr_method_call(self, call);
        }
    }
    let mut found = Found(false);
    syn::visit::Visit::visit_expr(&mut found, expr);
    found.0
}

/// The last type in a collection's type, unless it is left open: `T` in `Result<Vec<T>, _>`.
fn element_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return Some(ty) };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let Some(syn::GenericArgument::Type(first)) = arguments.args.first() else { return None };
    match last.ident.to_string().as_str() {
        "Result" | "Option" => element_of(first),
        "Vec" if !matches!(first, Type::Infer(_)) => Some(first),
        _ => None,
    }
}

/// What goes round in `list.iter().cycle()`.
fn cycled(expr: &Expr) -> Option<&Expr> {
    match unparenthesized(expr) {
        Expr::MethodCall(method) if method.method == "cycle" && method.args.is_empty() => {
            Some(&method.receiver)
        }
        Expr::MethodCall(method) if matches!(method.method.to_string().as_str(), "cloned" | "copied") => {
            cycled(&method.receiver)
        }
        _ => None,
    }
}

/// The name in a pattern that is one, behind references or not.
fn simple(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name)
            if name.subpat.is_none()
                && name.mutability.is_none()
                && name.ident != "None"
                && !super::is_capitalized(&name.ident.clone().into()) =>
        {
            Some(&name.ident)
        }
        Pat::Reference(reference) if reference.mutability.is_none() => simple(without_type(&reference.pat)),
        _ => None,
    }
}

fn name_of(pat: &Pat) -> String {
    simple(pat).map_or_else(|| "item".to_owned(), plain)
}

/// The last segment of a type's path.
fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

/// The same of a type's first argument.
fn inner_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => last_name(ty),
        _ => None,
    }
}
