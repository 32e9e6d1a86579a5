//! The distributed Map: a closure that is run in executions of its own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Expr, ExprAwait, ExprCall, ExprClosure, ExprLit, ExprMethodCall, Lit, Pat, ReturnType, spanned::Spanned,
};

use super::{
    await_::Children,
    context,
    control::about,
    fork::{simple_name, untyped},
    loops::{Source, source},
    native::{called_on, hidden},
    site,
    statement::called,
    symbolic::Symbolic,
    unparenthesized,
};

/// What can be said of one.
const METHODS: [&str; 8] = [
    "max_concurrency",
    "label",
    "retry",
    "express",
    "standard",
    "tolerated_failure_count",
    "tolerated_failure_percentage",
    "write_results",
];

/// Where the errors of a closure lead, and whether the map's own error is the scope's as it is.
pub(super) struct Leaving {
    pub(super) scope: Ident,
    /// Whether there is an error type around the closure.
    pub(super) fallible: bool,
    pub(super) last: bool,
}

impl Symbolic<'_> {
    /// `distributed_map(source, async |item| ..)`
    pub(super) fn distributed(
        &mut self,
        await_: &ExprAwait,
        children: &Children<'_>,
        leaving: &Leaving,
    ) -> TokenStream {
        let b = self.b.clone();
        let note = self.take_note(about_source(children.source));
        let site = site(await_);
        let Some(Policy { written: policy, results }) = self.policy_of_children(children) else {
            return quote!(#b.never());
        };
        let Some(fork_of) = self.error_type(children, leaving) else { return quote!(#b.never()) };
        let Some((source, enumerated)) = self.source_of(children) else { return quote!(#b.never()) };
        let size = children.batch.map(|size| self.expr(size));
        let results = results.map(|(bucket, prefix)| {
            let (bucket, prefix) = (self.expr(bucket), self.expr(prefix));
            quote!((#bucket, #prefix),)
        });
        let Some((index, element)) = self.parameters(children, enumerated) else {
            return quote!(#b.never());
        };
        let (fork, scope, state) = (self.fresh("fork"), self.fresh("scope"), self.fresh("children"));
        let (all, count) = (self.fresh("source"), self.fresh("size"));
        let (item, place) = (self.fresh("item"), self.fresh("index"));
        let name = simple_name(element).unwrap_or_else(|| "item".to_owned());
        let index_name = match index.map(simple_name) {
            Some(name) => {
                let name = name.unwrap_or_else(|| "index".to_owned());
                quote!(::core::option::Option::Some(#name))
            }
            None => quote!(::core::option::Option::None),
        };
        let (bind, body) = self.region(&scope, true, |writer| {
            let element = writer.bound(element, &quote!(#item));
            let index = index.map(|index| writer.bound(index, &quote!(#place)));
            (quote!(#element #index), writer.closure_body(children.closure))
        });
        let span = children.source.span();
        let given = match &size {
            Some(_) => quote_spanned!(span=> let (#state, #item) = #b.batch(#all, #count, #name);),
            None => {
                quote_spanned!(span=> let (#state, #item, #place) = #b.child(#all, #name, #index_name);)
            }
        };
        let size = size.map(|size| quote!(let #count = #size;));
        let (branch, output) = self.branch(&fork, &scope, given, &quote!({ #bind #body }));
        let method = match (leaving.last, results.is_some()) {
            (false, false) => "try_distributed",
            (true, false) => "last_distributed",
            (false, true) => "try_written",
            (true, true) => "last_written",
        };
        let method = Ident::new(method, await_.await_token.span());
        let results_of = results.is_some().then(|| quote!(__results,));
        let results = results.map(|results| quote!(let (__results,) = (#results);));
        let outer = &self.scope;
        quote! {{
            let #all = #source;
            #size
            #results
            let mut #fork = #fork_of;
            #branch
            #b.#method(#outer, #fork, #state, #output, #policy, #results_of #site, #note)
        }}
    }

    /// Branches whose errors are those around the closure, or the ones that it names.
    fn error_type(&mut self, children: &Children<'_>, leaving: &Leaving) -> Option<TokenStream> {
        let closure = children.closure;
        if closure.asyncness.is_none() {
            self.errors.refuse(
                closure,
                "the closure of a distributed Map is `async`: `async |item| { .. }`; for a pure value of each element use `items.iter().map(..)`",
            );
            return None;
        }
        let b = &self.b;
        match &closure.output {
            ReturnType::Type(_, ty) => {
                Some(quote!(#b.fork_alone::<<#ty as ::workflow_core::__private::IsResult>::Err>()))
            }
            ReturnType::Default if leaving.fallible => {
                let scope = &leaving.scope;
                Some(quote!(#b.fork(#scope)))
            }
            ReturnType::Default => {
                let name = called_name(children.function);
                self.errors.refuse(
                    children.function,
                    format!("the closure of `{name}` fails as the function around it does, and this one cannot fail; have it return a `Result`, or say what the closure gives: `async |item| -> Result<.., PlatformError> {{ .. }}`"),
                );
                None
            }
        }
    }

    /// What it runs over, and whether each element comes with its place.
    fn source_of(&mut self, children: &Children<'_>) -> Option<(TokenStream, bool)> {
        let b = self.b.clone();
        let written = children.source;
        if let Some((call, methods)) = reader(written) {
            let [bucket, key] = [call.args.first()?, call.args.get(1)?].map(|argument| self.expr(argument));
            let function = &call.func;
            let mut source = quote_spanned!(function.span()=> #b.s3_source(#function, #bucket, #key));
            for ExprMethodCall { method, args, .. } in methods {
                match method.to_string().as_str() {
                    "max_items" if args.len() == 1 => {
                        let items = self.expr(&args[0]);
                        source = quote_spanned!(method.span()=> #source.max_items(#items));
                    }
                    _ => {
                        args.iter().for_each(|argument| self.policy_is_fixed(argument));
                        source = quote_spanned!(method.span()=> #source.#method(#args));
                    }
                }
            }
            return Some((source, false));
        }
        let (list, enumerated) = match source(written) {
            Some(Source::List { expr, enumerated, reversed: false }) => (expr, enumerated),
            Some(Source::Range { .. }) => {
                self.errors.refuse(
                    written,
                    "a Map state runs over a list; collect the range first: `(0..n).collect::<Vec<_>>()`",
                );
                return None;
            }
            _ => (written, false),
        };
        if enumerated && children.batch.is_some() {
            self.errors.refuse(
                written,
                "a batch has no places: only its elements reach the child execution; leave `.enumerate()` out",
            );
            return None;
        }
        let items = self.expr(list);
        Some((quote_spanned!(list.span()=> #b.listed(#items)), enumerated))
    }

    /// The patterns of the place, if there is one, and of the element.
    fn parameters<'a>(
        &mut self,
        children: &Children<'a>,
        enumerated: bool,
    ) -> Option<(Option<&'a Pat>, &'a Pat)> {
        let inputs = &children.closure.inputs;
        let Some(parameter) = inputs.first().filter(|_| inputs.len() == 1) else {
            self.errors.refuse(
                &children.closure.inputs,
                match children.batch {
                    Some(_) => "the closure of a distributed Map in batches takes one parameter: a `Vec` of elements",
                    None => "the closure of a distributed Map takes one parameter: the element, or `(index, element)` after `.enumerate()`",
                },
            );
            return None;
        };
        match (enumerated, untyped(parameter)) {
            (false, element) => Some((None, element)),
            (true, Pat::Tuple(pair)) if pair.elems.len() == 2 => Some((Some(&pair.elems[0]), &pair.elems[1])),
            (true, other) => {
                self.errors.refuse(other, "after `.enumerate()` the parameter is `(index, element)`");
                None
            }
        }
    }

    /// The policy, and where results are written.
    fn policy_of_children<'a>(&mut self, children: &Children<'a>) -> Option<Policy<'a>> {
        let mut results = None;
        let mut fixed: Vec<&ExprMethodCall> = Vec::new();
        for &call in &children.policy {
            let ExprMethodCall { method, args, .. } = call;
            let name = method.to_string();
            if name == "max_items" {
                self.errors.refuse(
                    method,
                    "how much is read is the source's to say: `s3_source::csv::<Row>(&bucket, &key).max_items(1_000)`",
                );
                return None;
            }
            if !METHODS.contains(&name.as_str()) {
                let known = METHODS.map(|name| format!("`{name}`")).join(", ");
                self.errors
                    .refuse(method, format!("a distributed Map has no method `{name}`; known are {known}"));
                return None;
            }
            match (name.as_str(), args.first(), args.get(1)) {
                ("write_results", Some(bucket), Some(prefix)) => {
                    results = Some((bucket, prefix));
                    continue;
                }
                ("label", Some(label), _) => self.check_label(label),
                _ => {}
            }
            args.iter().for_each(|argument| self.policy_is_fixed(argument));
            self.policy_holds(call);
            fixed.push(call);
        }
        let tolerates = children.policy.iter().find(|call| call.method.to_string().starts_with("tolerated_"));
        if let (Some(tolerates), None) = (tolerates, results) {
            self.errors.refuse(
                &tolerates.method,
                "what the list of outputs holds for a child that failed is nowhere said; have the results written to S3, and read there which failed: `.write_results(&bucket, \"runs\")`",
            );
            return None;
        }
        let arguments = if children.batch.is_some() { 3 } else { 2 };
        Some(Policy { written: called_on(children.function, arguments, &fixed), results })
    }

    /// A label that is written out is checked here; a constant when the state machine is written.
    fn check_label(&mut self, label: &Expr) {
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = unparenthesized(label) else { return };
        let value = text.value();
        let length = value.chars().count();
        let illegal = |letter: &char| {
            letter.is_whitespace() || letter.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(*letter)
        };
        if length > 40 {
            self.errors.refuse(
                label,
                format!("a label has up to 40 characters, and this one {length}; write a shorter one"),
            );
        } else if let Some(letter) = value.chars().find(illegal) {
            self.errors.refuse(
                label,
                format!(
                    "a label stands in ARNs and cannot hold {letter:?}; write letters, digits, `-` and `_`"
                ),
            );
        }
    }
}

struct Policy<'a> {
    written: TokenStream,
    results: Option<(&'a Expr, &'a Expr)>,
}

/// The call of `s3_source` in a source, with the methods on it, first one first.
fn reader(source: &Expr) -> Option<(&ExprCall, Vec<&ExprMethodCall>)> {
    let mut methods = Vec::new();
    let mut expr = unparenthesized(source);
    loop {
        match expr {
            Expr::MethodCall(method) => {
                methods.push(method);
                expr = unparenthesized(&method.receiver);
            }
            Expr::Call(call) => {
                methods.reverse();
                return is_source(&call.func).then_some((call, methods));
            }
            _ => return None,
        }
    }
}

/// Whether a function is one of the module `s3_source`.
pub(super) fn is_source(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == "s3_source")
}

/// What the state is about: the list, or the format that is read.
fn about_source(source: &Expr) -> Option<String> {
    match reader(source) {
        Some((call, _)) => Some(called(call)),
        None => about(source),
    }
}

fn called_name(function: &Expr) -> String {
    match function {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The closure of a distributed Map in what is awaited.
pub(super) fn closure(base: &mut Expr) -> Option<&mut ExprClosure> {
    match base {
        Expr::MethodCall(method) => closure(&mut method.receiver),
        Expr::Paren(inner) => closure(&mut inner.expr),
        Expr::Call(call)
            if matches!(called(call).as_str(), "distributed_map" | "distributed_map_batches") =>
        {
            match call.args.last_mut() {
                Some(Expr::Closure(closure)) if closure.asyncness.is_some() => Some(closure),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The native reading. The body's effects are handed to the child execution: its context has the name of the
/// one around it.
pub(super) fn native(span: Span, site: usize, children: &Children<'_>) -> TokenStream {
    let Children { function, source, batch, closure, policy } = children;
    // The same names at any span, also in a macro's expansion.
    let [all, run_body] = ["source", "body"].map(|name| Ident::new(&format!("__{name}"), Span::mixed_site()));
    let context = context();
    let arguments = if batch.is_some() { 3 } else { 2 };
    let policy_value = called_on(function, arguments, policy);
    let source = match batch {
        Some(size) => {
            quote_spanned!(source.span()=> ::workflow_core::__private::batches(#source, #size))
        }
        None => quote_spanned!(source.span()=> ::workflow_core::__private::source(#source)),
    };
    let mut closure = (*closure).clone();
    let child = hidden("child", span);
    let given: syn::FnArg = syn::parse_quote!(#child: ::workflow_core::__private::Context);
    if let syn::FnArg::Typed(given) = given {
        closure.inputs.insert(0, Pat::Type(given));
    }
    let body = &closure.body;
    *closure.body = Expr::Verbatim(quote!({
        let #context = &#child;
        #body
    }));
    let error = hidden("error", span);
    let tie = matches!(closure.output, ReturnType::Default).then(|| {
        quote_spanned! {span=>
            if let ::core::option::Option::Some(#error) = ::workflow_core::__private::error_of(&#all, &#run_body) {
                return ::core::result::Result::Err(#error);
            }
        }
    });
    let written = policy.iter().any(|call| call.method == "write_results");
    let sources = match policy.iter().any(|call| call.method == "retry") {
        true => quote_spanned!(children.source.span()=> ::workflow_core::__private::repeated(#all)),
        false => quote!(::workflow_core::__private::once(#all)),
    };
    let run = if written { quote!(run_distributed_written) } else { quote!(run_distributed) };
    // Not at the author's tokens: no lint of closures is meant for the author.
    let call = quote!(|__child, __item| #run_body(__child, __item));
    quote_spanned! {span=> {
        let __policy = #policy_value;
        let #all = #source;
        let #run_body = ::workflow_core::__private::child(&#all, #closure);
        #tie
        ::workflow_core::__private::#run(
            #context, __policy, #site, #sources, #call
        )
        .await
    }}
}
