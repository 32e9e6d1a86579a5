//! Expressions: each becomes a Rust expression of type `Expr`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    BinOp, Expr, ExprBinary, ExprCall, ExprIndex, ExprRange, Lit, Member, Path, RangeLimits, UnOp,
    spanned::Spanned,
};

use crate::attributes::plain;

use super::{
    await_::{Awaited, awaited, ours},
    is_capitalized,
    statement::{attributes_of, called},
    symbolic::{Pure, Symbolic, has_effect, is_compound},
    unparenthesized,
};

impl Symbolic<'_> {
    pub(crate) fn expr(&mut self, expr: &Expr) -> TokenStream {
        let attributes = attributes_of(expr).to_vec();
        self.at(expr, |writer| writer.noted(&attributes, |writer| writer.expr_of(expr)))
    }

    fn expr_of(&mut self, expr: &Expr) -> TokenStream {
        let b = self.b.clone();
        match expr {
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Reference(reference) => {
                if let Some(mutability) = &reference.mutability {
                    return self.refuse(
                        mutability,
                        "`&mut` lends a value to be changed in place, which JSON cannot do; take the value and return the new one",
                    );
                }
                self.expr(&reference.expr)
            }
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.path(&path.path, expr),
            Expr::Field(field) => {
                let base = self.expr(&field.base);
                let span = field.member.span();
                let member = &field.member;
                let name = match member {
                    Member::Named(name) => plain(name),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                quote_spanned!(span=> #b.field(#base, #name, |__value| &(*__value).#member))
            }
            Expr::Unary(unary) => {
                let operand = self.expr(&unary.expr);
                match unary.op {
                    UnOp::Not(_) => quote_spanned!(unary.span()=> #b.not(#operand)),
                    UnOp::Neg(_) => quote_spanned!(unary.span()=> #b.neg(#operand)),
                    _ => operand,
                }
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::If(branch) => self.if_value(branch),
            Expr::Match(choice) => self.match_value(choice),
            Expr::Block(block) => {
                self.value_block(&block.block)
            }
            Expr::Tuple(tuple) if tuple.elems.is_empty() => quote!(#b.unit()),
            Expr::Tuple(tuple) => {
                let elements: Vec<TokenStream> = tuple.elems.iter().map(|element| self.expr(element)).collect();
                quote!(#b.tuple((#(#elements,)*)))
            }
            Expr::Array(array) => {
                let elements: Vec<TokenStream> = array.elems.iter().map(|element| self.expr(element)).collect();
                quote!(#b.array(&[#(#elements),*]))
            }
            Expr::Struct(_) => self.constructor(expr, "construct").unwrap_or_default(),
            Expr::Call(call) => self.call(call, expr),
            Expr::MethodCall(method) => self.method(method),
            Expr::Macro(macro_) => self.macro_call(&macro_.mac),
            Expr::Await(await_) if let Some(pure) = self.pure => {
                self.refuse(await_.await_token, pure.awaits())
            }
            Expr::Await(await_) => {
                match awaited(&await_.base) {
                    Awaited::Sleep(duration) => return self.sleep(await_, duration),
                    Awaited::Join { arguments, fails: false } => return self.join(await_, arguments),
                    Awaited::SleepUntil(time) => return self.sleep_until(await_, time),
                    Awaited::Draw(call) => return self.draw(call),
                    Awaited::RandomRange(range) => return self.random_range(range),
                    _ => {}
                }
                self.result_of_await(await_)
            }
            Expr::Try(try_) if self.pure.is_some() => self.pure_try(try_),
            Expr::Try(try_) => match unparenthesized(&try_.expr) {
                Expr::Await(_) if !self.fallible => self.refuse(
                    try_.question_token,
                    "`?` leaves with an error, and this workflow returns no `Result`; let it return `Result<.., PlatformError>`, or `match` what is awaited",
                ),
                Expr::Await(await_) => self.await_try(await_),
                other => {
                    let result = self.expr(other);
                    let scope = self.scope.clone();
                    quote_spanned!(try_.question_token.span()=> #b.question(#scope, #result))
                }
            },
            Expr::Return(returned) if self.pure.is_some() => self.pure_return(returned.expr.as_deref()),
            Expr::Return(returned) => {
                let result = self.returned(returned.expr.as_deref());
                quote!({ #result #b.never() })
            }
            Expr::Let(condition) => {
                self.refuse(condition.let_token, "`let` in a condition stands on its own or behind `&&`")
            }
            other => self.unsupported(other),
        }
    }

    fn literal(&mut self, literal: &Lit) -> TokenStream {
        let b = self.b.clone();
        match literal {
            Lit::Str(text) => quote!(#b.text(#text)),
            Lit::Int(number) if number.base10_parse::<u128>().is_ok_and(|number| number > 1 << 53) => self
                .refuse(
                    number,
                    "beyond 2^53 the numbers of Step Functions are no longer exact; write it as a string",
                ),
            Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) | Lit::Char(_) => {
                quote_spanned!(literal.span()=> #b.literal(#literal))
            }
            Lit::Byte(byte) => {
                let byte = syn::LitInt::new(&format!("{}_u8", byte.value()), byte.span());
                quote_spanned!(literal.span()=> #b.literal(#byte))
            }
            other => self.refuse(other, "JSON has no bytes; write text, or keep bytes inside a task"),
        }
    }

    fn path(&mut self, path: &Path, expr: &Expr) -> TokenStream {
        let b = self.b.clone();
        if let Some(ident) = path.get_ident() {
            if ident == "None" {
                return quote!(#b.none());
            }
            if self.blocks.contains_key(&plain(ident)) {
                return self
                    .refuse(ident, "this `async` block is not awaited; await it here, or leave it out");
            }
            if ident == "self" {
                let this = super::receiver_name(ident.span());
                return quote_spanned!(ident.span()=> ::workflow_core::__private::get(#b, #this));
            }
            if !is_capitalized(path) {
                // A path begins and ends at the author's token, so that rustc points there.
                return quote_spanned!(ident.span()=> ::workflow_core::__private::get(#b, #ident));
            }
        }
        let b = self.builder_at(expr.span());
        // `Ordering::Less` is no text in serde's eyes.
        if let (Some(order), Some(owner)) = (
            path.segments.last(),
            path.segments.iter().rev().nth(1).filter(|owner| owner.ident == "Ordering"),
        ) && ["Less", "Equal", "Greater"].iter().any(|known| order.ident == known)
        {
            let name = plain(&order.ident);
            return quote_spanned!(owner.ident.span()=> #b.methods().ordering(#expr, #name));
        }
        quote_spanned!(expr.span()=> #b.constant(&#expr))
    }

    fn binary(&mut self, binary: &ExprBinary) -> TokenStream {
        if let Some(pure) = self.pure
            && self.giving_back.is_none()
            && is_compound(&binary.op)
        {
            if self.was_refused(&binary.left) {
                let b = &self.b;
                return quote!(#b.unit());
            }
            return self.refuse(binary.op, pure.changes());
        }
        if let Some(assigned) = self.compound_assign(binary) {
            return assigned;
        }
        let span = binary.op.span();
        let b = self.builder_at(span);
        let method = match binary.op {
            BinOp::Add(_) => "add",
            BinOp::Sub(_) => "sub",
            BinOp::Mul(_) => "mul",
            BinOp::Div(_) => "div",
            BinOp::Rem(_) => "rem",
            BinOp::Shl(_) => "shl",
            BinOp::Shr(_) => "shr",
            BinOp::And(_) => "and",
            BinOp::Or(_) => "or",
            BinOp::Eq(_) => "eq",
            BinOp::Ne(_) => "ne",
            BinOp::Lt(_) => "lt",
            BinOp::Le(_) => "le",
            BinOp::Gt(_) => "gt",
            BinOp::Ge(_) => "ge",
            _ => {
                return self.refuse(
                    binary.op,
                    "JSONata has no operations on bits; for booleans write `&&`, `||` or `!=`, for numbers compute in a task",
                );
            }
        };
        let method = proc_macro2::Ident::new(method, span);
        let short_circuit = matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) && has_effect(&binary.right);
        if short_circuit && self.pure.is_some() {
            return self.pure_short_circuit(binary);
        }
        let left = self.expr(&binary.left);
        let lazy = matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) && !short_circuit;
        let right = if lazy { self.lazily(&binary.right) } else { self.expr(&binary.right) };
        if !short_circuit {
            return quote_spanned!(span=> #b.#method(#left, #right));
        }
        // The right operand is awaited only where the left one leaves the value open.
        let join = self.fresh("join");
        let no_note = self.no_note();
        let (test, known) = if matches!(binary.op, BinOp::And(_)) {
            (quote!(#b.test(__left)), false)
        } else {
            (quote!(#b.test(#b.not(__left))), true)
        };
        quote! {{
            let __left = #left;
            let mut #join = #b.choice(#no_note);
            #b.when(&mut #join, #test);
            let __value = #right;
            #b.arm(&mut #join, __value);
            #b.otherwise(&mut #join);
            #b.arm(&mut #join, #b.literal(#known));
            #b.join(#join)
        }}
    }

    fn call(&mut self, call: &ExprCall, expr: &Expr) -> TokenStream {
        if let Some(moved) = self.moved(call, true) {
            return moved;
        }
        let b = self.b.clone();
        // A closure that a variable held.
        if let Expr::Closure(closure) = unparenthesized(&call.func) {
            let arguments: Vec<TokenStream> = call.args.iter().map(|argument| self.expr(argument)).collect();
            return match self.function(&Expr::Closure(closure.clone()), closure.inputs.len(), false) {
                Some((_, function)) => quote!((#function)(#(#arguments),*)),
                None => quote!(#b.never()),
            };
        }
        let Expr::Path(path) = unparenthesized(&call.func) else {
            return self.refuse(&call.func, "a workflow calls functions by their names");
        };
        let name = called(call);
        match (name.as_str(), call.args.len()) {
            ("Some", 1) => {
                let value = self.expr(&call.args[0]);
                return quote!(#b.some(#value));
            }
            ("Ok", 1) => {
                let value = self.expr(&call.args[0]);
                return quote!(#b.ok_value(#value));
            }
            ("Err", 1) => {
                let error = self.error_value(&call.args[0]);
                return quote!(#b.err_value(#error));
            }
            ("Reverse", 1) => {
                let key = self.expr(&call.args[0]);
                return quote!(#b.methods().reversed(#key));
            }
            // rustc cannot find the type of what a generic struct holds from an expression's.
            ("JsonText", 1) => {
                let value = self.expr(&call.args[0]);
                return quote_spanned!(call.span()=> #b.json_text(#value));
            }
            _ => {}
        }
        let owner = path.path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
        match (owner.as_deref(), name.as_str(), call.args.len()) {
            (Some("String"), "from", 1) => {
                let value = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.methods().converted::<_, ::std::string::String>(#value));
            }
            (Some("String"), "new", 0) => return quote!(#b.text("")),
            (Some("Vec" | "VecDeque"), "new", 0) => return quote!(#b.array(&[])),
            (Some("BTreeMap"), "new", 0) => return quote!(#b.methods().empty_map()),
            (Some("String"), "with_capacity", 1) => return quote!(#b.text("")),
            (Some("Vec" | "VecDeque"), "with_capacity", 1) => return quote!(#b.array(&[])),
            (Some("Vec" | "VecDeque"), "from", 1)
            | (Some("Box"), "new", 1)
            | (Some("Cow"), "Borrowed" | "Owned" | "from", 1) => return self.expr(&call.args[0]),
            (Some("BTreeMap"), "from" | "from_iter", 1) => {
                let pairs = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.methods().collect_map(#pairs));
            }
            (Some("HashMap"), _, _) => return self.refuse(&call.func, super::methods::NO_HASH_MAP),
            (Some("HashSet"), _, _) => return self.refuse(&call.func, super::methods::NO_HASH_SET),
            (Some("BinaryHeap"), _, _) => return self.refuse(&call.func, super::methods::NO_HEAP),
            (Some("BTreeSet"), "new", 0) => return quote!(#b.methods().empty_set()),
            (Some("BTreeSet"), "from" | "from_iter", 1) => {
                let elements = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.methods().collect_set(#elements));
            }
            (Some("iter"), "once", 1) => {
                let value = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.array(&[#value]));
            }
            (Some("iter"), "empty", 0) => return quote!(#b.array(&[])),
            (Some("iter"), "repeat_n", 2) => {
                let (value, count) = (self.expr(&call.args[0]), self.expr(&call.args[1]));
                return quote_spanned!(call.func.span()=> #b.methods().repeated(#value, #count));
            }
            (Some("iter"), "repeat", 1) => {
                return self.refuse(&call.func, "an endless list has no JSON; write how often at once: `std::iter::repeat_n(value, count)`");
            }
            (Some("iter"), "from_fn" | "successors" | "repeat_with", _) => {
                return self.refuse(&call.func, "a closure that is called again and again has no meaning in a state machine; write a loop that pushes to a list");
            }
            (Some("char"), "from", 1) => {
                let value = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.methods().converted::<_, char>(#value));
            }
            (Some("char"), "from_u32", 1) => {
                let value = self.expr(&call.args[0]);
                return quote_spanned!(call.func.span()=> #b.methods().char_of(#value));
            }
            (Some("char"), "from_digit", 2) => {
                let (digit, base) = (self.expr(&call.args[0]), self.expr(&call.args[1]));
                return quote_spanned!(call.func.span()=> #b.methods().char_of_digit(#digit, #base));
            }
            (
                Some("Vec" | "VecDeque" | "String" | "BTreeMap" | "BTreeSet" | "Default" | "Option"),
                "default",
                0,
            ) => {
                return quote_spanned!(call.func.span()=> #b.methods().default());
            }
            (Some(number), "default", 0) if is_number(number) || number == "bool" => {
                let ty = quote::format_ident!("{number}");
                return quote_spanned!(call.func.span()=> #b.methods().default::<#ty>());
            }
            (Some(number), "from", 1) if is_number(number) => {
                let value = self.expr(&call.args[0]);
                let ty = quote::format_ident!("{number}");
                return quote_spanned!(call.func.span()=> #b.methods().converted::<_, #ty>(#value));
            }
            (Some(number), "try_from", 1) if is_number(number) => {
                let value = self.expr(&call.args[0]);
                let ty = quote::format_ident!("{number}");
                return quote_spanned!(call.func.span()=> #b.methods().try_cast::<#ty, _>(#value));
            }
            (Some("cmp"), "min" | "max", 2) => {
                let (left, right) = (self.expr(&call.args[0]), self.expr(&call.args[1]));
                let method = quote::format_ident!("{name}_of", span = call.func.span());
                return quote_spanned!(call.func.span()=> #b.methods().#method(#left, #right));
            }
            _ => {}
        }
        if is_capitalized(&path.path) {
            return self.constructor(expr, "construct").unwrap_or_default();
        }
        if super::distributed::is_source(&call.func) {
            return self.refuse(
                &call.func,
                format!("a source is no value: it stands where it is read; write `distributed_map(s3_source::{name}(..), async |item| ..)`"),
            );
        }
        match ours(&call.func) {
            Some("execution") => {
                return self.refuse(
                    call,
                    "`execution()` is no value of its own; ask it for something: `execution().id()`",
                );
            }
            Some(_) => {
                return self.refuse(
                    call,
                    format!("`{name}(..)` does nothing until it is awaited; write `{name}(..).await`"),
                );
            }
            None => {}
        }
        self.function_call(call, expr)
    }

    /// A struct, a variant or a tuple struct, built by the builder's method `build`. Nothing where
    /// the expression is a variable.
    pub(crate) fn constructor(&mut self, expr: &Expr, build: &str) -> Option<TokenStream> {
        let b = self.b.clone();
        let in_error = build == "error_literal";
        let build = proc_macro2::Ident::new(build, expr.span());
        match expr {
            Expr::Struct(literal) => {
                let path = &literal.path;
                let variant = last_segment(path);
                if let Some(rest) = &literal.rest {
                    return Some(self.updated(literal, rest));
                }
                let mut names = Vec::new();
                let mut members = Vec::new();
                let mut values = Vec::new();
                for field in &literal.fields {
                    names.push(match &field.member {
                        Member::Named(name) => plain(name),
                        Member::Unnamed(index) => index.index.to_string(),
                    });
                    members.push(&field.member);
                    values.push(self.held(&field.expr, in_error));
                }
                if names.len() > 16 {
                    return Some(self.refuse(path, "a struct written out in a workflow has at most 16 fields; group some into a struct of their own"));
                }
                let places: Vec<_> =
                    (0..names.len()).map(|place| quote::format_ident!("__field{place}")).collect();
                Some(quote_spanned! {expr.span()=>
                    #b.#build(
                        #variant,
                        &[#(#names),*],
                        |(#(#places,)*)| #path { #(#members: #places),* },
                        (#(#values,)*),
                    )
                })
            }
            Expr::Call(call) => {
                let Expr::Path(path) = unparenthesized(&call.func) else { return None };
                if !is_capitalized(&path.path) {
                    return None;
                }
                let variant = last_segment(&path.path);
                let values: Vec<TokenStream> =
                    call.args.iter().map(|argument| self.held(argument, in_error)).collect();
                let names: Vec<String> = (0..values.len()).map(|place| place.to_string()).collect();
                let places: Vec<_> =
                    (0..values.len()).map(|place| quote::format_ident!("__field{place}")).collect();
                Some(quote_spanned! {expr.span()=>
                    #b.#build(
                        #variant,
                        &[#(#names),*],
                        |(#(#places,)*)| #path(#(#places),*),
                        (#(#values,)*),
                    )
                })
            }
            Expr::Path(path) if is_capitalized(&path.path) => {
                let variant = last_segment(&path.path);
                Some(quote_spanned!(expr.span()=> #b.#build(#variant, &[], |()| #path, ())))
            }
            _ => None,
        }
    }

    /// `Struct { field: value, ..base }`
    fn updated(&mut self, literal: &syn::ExprStruct, base: &Expr) -> TokenStream {
        let b = self.b.clone();
        let path = &literal.path;
        let fields: Vec<TokenStream> = literal
            .fields
            .iter()
            .map(|field| {
                let member = &field.member;
                let name = match member {
                    Member::Named(name) => plain(name),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                let value = self.expr(&field.expr);
                quote_spanned!(member.span()=> (#name, #value))
            })
            .collect();
        let members: Vec<_> = literal.fields.iter().map(|field| &field.member).collect();
        let base = self.expr(base);
        let whole = self.fresh("whole");
        let updates = fields.iter().zip(&members).map(|(field, member)| {
            quote_spanned! {member.span()=>
                let (__name, __value) = #field;
                let #whole = #b.update(#whole, __name, |__value: &#path| &(*__value).#member, __value);
            }
        });
        quote!({ let #whole = #base; #(#updates)* #whole })
    }

    /// What a literal holds. An error may hold a unit variant of another error, which serde does not
    /// know.
    fn held(&mut self, value: &Expr, in_error: bool) -> TokenStream {
        match unparenthesized(value) {
            inner @ Expr::Path(path)
                if in_error
                    && path.path.segments.len() > 1
                    && path
                        .path
                        .segments
                        .last()
                        .is_some_and(|last| last.ident.to_string().chars().any(char::is_lowercase)) =>
            {
                self.constructor(inner, "construct").unwrap_or_default()
            }
            _ => self.expr(value),
        }
    }

    /// `list[i]`, `map[key]` and `list[a..b]`
    fn index(&mut self, index: &ExprIndex) -> TokenStream {
        let b = self.b.clone();
        let span = index.bracket_token.span.join();
        let from = self.expr(&index.expr);
        if let Expr::Range(range) = unparenthesized(&index.index) {
            let (start, end) = (self.optional(range.start.as_deref()), self.optional(range.end.as_deref()));
            let inclusive = matches!(range.limits, RangeLimits::Closed(_));
            return quote_spanned!(span=> #b.methods().slice(#from, #start, #end, #inclusive));
        }
        let key = self.expr(&index.index);
        quote_spanned!(span=> #b.methods().index(#from, #key))
    }

    /// `start..end` as a list.
    fn range(&mut self, range: &ExprRange) -> TokenStream {
        let b = self.b.clone();
        let (Some(start), Some(end)) = (&range.start, &range.end) else {
            return self.refuse(range, "a range without an end is no list; write its end");
        };
        let (start, end) = (self.expr(start), self.expr(end));
        let method = match range.limits {
            RangeLimits::HalfOpen(_) => quote!(range),
            RangeLimits::Closed(_) => quote!(range_inclusive),
        };
        quote_spanned!(range.limits.span()=> #b.methods().#method(#start, #end))
    }

    fn unsupported(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Const(block) => {
                let b = self.builder_at(block.const_token.span());
                quote_spanned!(block.const_token.span()=> #b.constant(&#block))
            }
            // That the variable is set again was said where it was declared.
            Expr::Assign(assign) if self.pure.is_some() && self.was_refused(&assign.left) => {
                let b = &self.b;
                quote!(#b.unit())
            }
            Expr::Assign(_) | Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_)
                if let Some(pure) = self.pure =>
            {
                let first = expr.to_token_stream().into_iter().next();
                self.refuse(first, pure.changes())
            }
            Expr::Assign(assign) => self.assign(assign),
            Expr::While(loop_) => self.while_(loop_),
            Expr::Loop(loop_) => self.loop_(loop_),
            Expr::ForLoop(loop_) => self.for_(loop_),
            Expr::Break(leave) => self.break_(leave),
            Expr::Continue(again) => self.continue_(again),
            Expr::Async(block) if matches!(self.pure, Some(Pure::Closure)) => {
                self.refuse(block.async_token, Pure::Closure.awaits())
            }
            Expr::Async(block) => self.refuse(
                block.async_token,
                "an `async` block does nothing until it is awaited; await it, or give it a name with `let` and await that",
            ),
            Expr::Closure(closure) if closure.asyncness.is_some() => self.refuse(
                closure.asyncness,
                "an `async` closure stands in `map(items, ..)` or `attempt(..)`; what is called from several places is a workflow of its own, awaited by its name",
            ),
            Expr::Closure(closure) => {
                self.refuse(closure, "a closure stands only in a method over the elements of a list; write the computation out, or put it into a task")
            }
            Expr::Cast(cast) => {
                let b = self.b.clone();
                let value = self.expr(&cast.expr);
                let (ty, span) = (&cast.ty, cast.as_token.span());
                if matches!(&**ty, syn::Type::Path(path) if path.path.is_ident("f32")) {
                    return self.refuse(ty, "the numbers of Step Functions are `f64`, so what is computed is no `f32`; write `f64`");
                }
                if matches!(&**ty, syn::Type::Ptr(_)) {
                    return self.refuse(ty, "JSON has no addresses; pass the value itself");
                }
                quote_spanned!(span=> #b.methods().cast::<#ty, _>(#value))
            }
            Expr::Index(index) => self.index(index),
            Expr::Range(range) => self.range(range),
            Expr::Repeat(repeat) => {
                let b = self.b.clone();
                let (value, count) = (self.expr(&repeat.expr), self.expr(&repeat.len));
                quote!(#b.methods().repeated(#value, #count))
            }
            Expr::Unsafe(block) => self.refuse(block.unsafe_token, "`unsafe` has no meaning in a state machine; use it in a task"),
            other => self.refuse(other, "this has no meaning in a state machine; put it into a task"),
        }
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" | "f64")
}

fn last_segment(path: &Path) -> String {
    path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default()
}

/// Advice for calls whose result differs from run to run, by the last two segments of the path.
pub(crate) fn impure(path: &Path) -> Option<&'static str> {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let last = segments.last()?.as_str();
    let owner = segments.iter().rev().nth(1).map_or("", String::as_str);
    match (owner, last) {
        ("SystemTime" | "Instant" | "Utc" | "Local" | "Timestamp" | "Zoned", "now") => Some(
            "the clock differs from run to run, so a workflow awaits it: `now().await`; anything else of it is for a task",
        ),
        ("Uuid", "new_v4" | "now_v7") | ("rand", "random" | "rng" | "thread_rng") | ("fastrand", _) => Some(
            "a random value differs from run to run, so a workflow awaits it: `uuid().await` or `random().await`; any other is drawn in a task",
        ),
        ("tokio" | "task" | "thread", "spawn" | "spawn_blocking") => Some(
            "a workflow runs nothing of its own: Step Functions does; put the work into a task and await it, several at the same time with `join!`",
        ),
        ("time", "timeout" | "timeout_at") => Some(
            "a call has a timeout of its own, which Step Functions keeps: `task(..).timeout(Duration::from_secs(30)).await`",
        ),
        ("time", "interval" | "interval_at") => Some(
            "a workflow waits in Step Functions, where the timers of this process do not exist; write `sleep(Duration::from_secs(30)).await` in a loop",
        ),
        (_, "join_all" | "try_join_all" | "buffered" | "buffer_unordered") => Some(
            "a task is run for every element of a list by a Map state: `map(&items, async |item| task(item).await).await?`",
        ),
        (_, "map" | "attempt" | "distributed_map" | "distributed_map_batches") => {
            Some("this does nothing until it is awaited; write `.await?` after it")
        }
        ("thread" | "time", "sleep") => Some(
            "a workflow waits in Step Functions, where the timers of this process do not exist; write `workflow_core::sleep(Duration::from_secs(30)).await`",
        ),
        ("Rc" | "Arc" | "RefCell" | "Cell" | "Mutex" | "RwLock" | "OnceCell" | "LazyLock", _) => Some(
            "a value of a workflow is JSON, which is neither shared nor changed in place; hold the value itself, in a `let mut` if it changes, and share what a task needs as its `State`",
        ),
        ("Regex", _) => Some(
            "a regular expression is Rust's own, and a state machine has none; match in a task, or with `.starts_with(..)`, `.contains(..)` or `.split(..)`",
        ),
        ("reqwest", _) | ("TcpStream" | "UdpSocket", _) => Some(
            "a workflow opens no connection, because Step Functions runs it; do it in a task, or call an endpoint with `workflow_core::http`",
        ),
        ("env", "var" | "vars") | ("fs", _) | ("File", _) | ("process", _) => {
            Some("the machine's files and variables are out of reach of a state machine; read them in a task")
        }
        _ => None,
    }
}
