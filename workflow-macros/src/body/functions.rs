//! Calls that are not awaited: functions and methods under `#[pure]`, and what a path of a type makes.
//!
//! A function under `#[pure]` has a hidden type of its name. Around a body that calls `total(..)` stands
//! `use NotPure as total;`, and inside of that `use self::*;`: what the module knows by the name comes
//! first, and where it knows no such type, `NotPure` has rustc say what is wrong in our words.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Block, Expr, ExprAwait, ExprCall, ExprMethodCall, ItemUse, Path,
    spanned::Spanned,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use crate::attributes::plain;

use super::{
    await_::{POLICY_METHODS, ours},
    escape::written_out,
    expression::impure,
    is_capitalized,
    nested::Around,
    symbolic::Symbolic,
    unparenthesized,
};

/// The functions that a body calls by a plain name.
pub(crate) type Functions = BTreeMap<String, Ident>;

/// A body with what finds the functions that it calls around it, but for those in it.
pub(super) fn with_lookups(functions: &Functions, around: &Around, body: TokenStream) -> TokenStream {
    let names = functions.iter().filter(|(name, _)| !around.functions.contains(*name));
    let names: Vec<&Ident> = names.map(|(_, name)| name).collect();
    if names.is_empty() {
        return body;
    }
    quote! {{
        #(#[allow(unused_imports)] use ::workflow_core::__private::NotPure as #names;)*
        {
            #[allow(unused_imports)]
            use self::*;
            #body
        }
    }}
}

/// The path of a function that is neither a constructor nor one of a type.
fn function(func: &Expr) -> Option<&Path> {
    let Expr::Path(path) = unparenthesized(func) else { return None };
    let of_cmp = owner(&path.path).is_some_and(|owner| {
        owner.segments.last().is_some_and(|last| last.ident == "cmp" || last.ident == "iter")
    });
    if ours(func).is_some() || of_cmp {
        return None;
    }
    let free = path.qself.is_none() && owner(&path.path).is_none_or(|owner| !is_type(&owner));
    (free && !is_capitalized(&path.path)).then_some(&path.path)
}

/// Whether a path is that of something of a type.
pub(super) fn is_of_a_type(path: &Path) -> bool {
    owner(path).is_some_and(|owner| is_type(&owner))
}

/// Whether a path is that of a type.
fn is_type(path: &Path) -> bool {
    const PRIMITIVE: [&str; 17] = [
        "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
        "isize", "f32", "f64",
    ];
    is_capitalized(path) || PRIMITIVE.iter().any(|primitive| path.is_ident(primitive))
}

/// A path without its last segment.
fn owner(path: &Path) -> Option<Path> {
    let mut owner = path.clone();
    owner.segments.pop()?;
    owner.segments.pop_punct();
    (!owner.segments.is_empty()).then_some(owner)
}

/// `write`, given the type of a function's name, where that type is found.
fn look_up(path: &Path, write: impl FnOnce(&Ident) -> TokenStream) -> TokenStream {
    let Some(last) = path.segments.last() else { return TokenStream::new() };
    let name = &last.ident;
    let written = write(name);
    match owner(path) {
        None => written,
        Some(mut module) => {
            for segment in &mut module.segments {
                segment.arguments = syn::PathArguments::None;
            }
            quote! {{
                #[allow(unused_imports)]
                use ::workflow_core::__private::NotPure as #name;
                {
                    #[allow(unused_imports)]
                    use #module::*;
                    #written
                }
            }}
        }
    }
}

/// The `use`s in a body.
pub(super) fn uses(block: &Block) -> Vec<ItemUse> {
    struct Uses(Vec<ItemUse>);
    impl<'ast> Visit<'ast> for Uses {
        fn visit_item_use(&mut self, item: &'ast ItemUse) {
            self.0.push(item.clone());
        }
    }
    let mut uses = Uses(Vec::new());
    uses.visit_block(block);
    uses.0
}

/// A call that is not awaited, in the native reading: it has to be of a `#[pure]` function. The name is
/// looked up apart from the call, so that a function that is not there is reported as ever.
pub(super) fn check_call(expr: &mut Expr, around: &Around) {
    let Expr::Call(call) = expr else { return };
    let Some(path) = function(&call.func) else { return };
    if super::loops::moves(call).is_some() {
        return;
    }
    let span = path.segments.last().map_or_else(|| path.span(), |last| last.ident.span());
    let uses = &around.uses;
    let looked_up = look_up(path, |name| {
        quote_spanned! {span=>
            <#name as ::workflow_core::__private::Returns<_>>::value(
                <#name as ::workflow_core::__private::Callable<_>>::checked(__returned)
            )
        }
    });
    let looked_up = match path.get_ident() {
        None => looked_up,
        Some(name) if around.functions.contains(&plain(name)) => looked_up,
        Some(name) => quote! {{
            #[allow(unused_imports)]
            use ::workflow_core::__private::NotPure as #name;
            {
                #[allow(unused_imports)]
                use self::*;
                #(#[allow(unused_imports)] #uses)*
                #looked_up
            }
        }},
    };
    // The scrutinee's temporaries live as long as those of the call would.
    let checked = quote_spanned! {span=>
        match #call {
            __returned => { #looked_up }
        }
    };
    // A `match` that begins a statement ends it, whatever operator follows.
    *expr = Expr::Verbatim(quote!((#checked)));
}

/// Visits what is awaited. Where that is the call of a task, only its arguments hold other calls.
pub(super) fn visit_awaited(visitor: &mut impl VisitMut, await_: &mut ExprAwait) {
    fn visit(visitor: &mut impl VisitMut, base: &mut Expr) {
        match base {
            Expr::Paren(inner) => visit(visitor, &mut inner.expr),
            Expr::Group(inner) => visit(visitor, &mut inner.expr),
            Expr::MethodCall(method) => {
                visit(visitor, &mut method.receiver);
                // A policy reads no variable and is no part of what runs: any function may make it.
                if POLICY_METHODS.contains(&method.method.to_string().as_str()) {
                    return;
                }
                method.args.iter_mut().for_each(|argument| visitor.visit_expr_mut(argument));
            }
            Expr::Call(call) => call.args.iter_mut().for_each(|argument| visitor.visit_expr_mut(argument)),
            other => visitor.visit_expr_mut(other),
        }
    }
    visit(visitor, &mut await_.base);
}

/// Visits what an expression is made of.
pub(super) fn visit_operands(visitor: &mut impl VisitMut, expr: &mut Expr) {
    // What is computed by rustc needs no counterpart.
    if !matches!(expr, Expr::Const(_)) {
        visit_mut::visit_expr_mut(visitor, expr);
    }
}

/// A body for rustc to judge: as it is, with its calls checked.
pub(super) struct Judged<'a> {
    pub(super) around: &'a Around,
}

impl VisitMut for Judged<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_operands(self, expr);
        written_out(expr);
        check_call(expr, self.around);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        super::visit_values(mac, |value| self.visit_expr_mut(value));
    }
}

impl Symbolic<'_> {
    /// A call that is not awaited and makes no struct or variant.
    pub(super) fn function_call(&mut self, call: &ExprCall, expr: &Expr) -> TokenStream {
        let b = self.b.clone();
        let Expr::Path(callee) = unparenthesized(&call.func) else {
            return self.refuse(&call.func, "a workflow calls functions by their names");
        };
        let path = &callee.path;
        if let Some(advice) = impure(path) {
            return self.refuse(&call.func, advice);
        }
        let span = path.span();
        if let Some(name) = path.get_ident()
            && self.locals.contains(&plain(name))
        {
            return self.refuse(
                name,
                format!("`{name}` is a variable, and JSON has no functions; write a function and annotate it with `#[pure]`"),
            );
        }
        let own = self.function_name.clone();
        if own.is_some_and(|own| path.is_ident(&own)) {
            return self.refuse(
                path,
                format!("`{}` calls itself, and a state machine has no recursion; write a loop in the workflow, or compute in a task", path_text(path)),
            );
        }
        if function(&call.func).is_some() {
            if let Some(name) = path.get_ident() {
                self.functions.entry(plain(name)).or_insert_with(|| name.clone());
            }
            let arguments = self.argument_tuple(call.args.iter(), span);
            // The same name at any span, also in a macro's expansion.
            let taken = Ident::new("__arguments", Span::mixed_site());
            let written = look_up(path, |name| quote_spanned!(span=> #b.function::<#name, _, _>(#taken)));
            return quote!({ let #taken = #arguments; #written });
        }
        // `Order::default()` is a constant, whatever its body says.
        let name = path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default();
        if name == "default" && call.args.is_empty() {
            if path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == "Default") {
                return self.refuse(path, "a state machine has to know which type's default this is; write the type: `Order::default()`");
            }
            let b = self.builder_at(span);
            return quote_spanned!(span=> #b.constant(&#expr));
        }
        let ty = match (&callee.qself, owner(path)) {
            (Some(qself), _) if qself.position == 0 => {
                let ty = &qself.ty;
                quote!(#ty)
            }
            (None, Some(ty)) => quote!(#ty),
            _ => {
                return self
                    .refuse(path, "a workflow calls functions by the name of their type: `Money::zero()`");
            }
        };
        let span = path.segments.last().map_or(span, |last| last.ident.span());
        let arguments = self.argument_tuple(call.args.iter(), span);
        quote_spanned!(span=> #b.associated::<#ty, { ::workflow_core::__private::name(#name) }, _, _>(#arguments))
    }

    /// A method that the workflow language does not know: one under `#[pure]`.
    pub(super) fn method_call(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let name = plain(&method.method);
        if method.args.iter().any(|argument| matches!(unparenthesized(argument), Expr::Closure(_))) {
            return self.refuse(
                &method.method,
                format!("`.{name}(..)` has no meaning in a state machine; compute the value in a task"),
            );
        }
        let span = method.method.span();
        let arguments = self.argument_tuple(std::iter::once(&*method.receiver).chain(&method.args), span);
        if name.starts_with(super::moving::CHANGED) {
            return quote_spanned!(span=> #b.changed::<{ ::workflow_core::__private::name(#name) }, _>(#arguments));
        }
        quote_spanned!(span=> #b.method::<{ ::workflow_core::__private::name(#name) }, _, _>(#arguments))
    }

    /// Arguments as a tuple of expressions, of which rustc speaks at the name of what is called.
    fn argument_tuple<'a>(
        &mut self,
        arguments: impl Iterator<Item = &'a Expr>,
        span: proc_macro2::Span,
    ) -> TokenStream {
        let arguments: Vec<TokenStream> = arguments.map(|argument| self.expr(argument)).collect();
        quote_spanned!(span=> (#(#arguments,)*))
    }
}

fn path_text(path: &Path) -> String {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect::<Vec<_>>().join("::")
}
