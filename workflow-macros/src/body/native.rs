//! The native reading: the author's code, with its effects handed to the execution.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Arm, Block, Expr, ExprAwait, ExprCall, ExprMethodCall, Local,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use crate::attributes::is_ours;

use super::{
    await_::{Awaited, Repeated, awaited, is_execution},
    context, distributed,
    escape::written_out,
    functions::{check_call, visit_awaited, visit_operands},
    is_capitalized,
    nested::Around,
    site,
    statement::called,
    sugar, unparenthesized,
};

pub(super) fn write(mut block: Block, around: &Around) -> TokenStream {
    let mut native = Native { around, checks: true, closures: 0 };
    native.visit_block_mut(&mut block);
    block.into_token_stream()
}

struct Native<'a> {
    /// What the body has by name.
    around: &'a Around,
    /// Whether a call that is not awaited has to be of a `#[pure]` function.
    checks: bool,
    /// How many closures over values there are around what is read: their errors are values like any other.
    closures: usize,
}

impl VisitMut for Native<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let awaits = matches!(expr, Expr::Try(try_) if matches!(unparenthesized(&try_.expr), Expr::Await(_)));
        // What runs at the same time fails with the error type around it.
        let forks = matches!(expr, Expr::Try(try_) if matches!(unparenthesized(&try_.expr), Expr::Await(await_)
            if matches!(awaited(&await_.base), Awaited::Join { .. } | Awaited::Map(_) | Awaited::Attempt(_))));
        let context = context();
        match expr {
            Expr::Await(await_) => match awaited(&await_.base) {
                Awaited::Call(_)
                | Awaited::Sleep(_)
                | Awaited::SleepUntil(_)
                | Awaited::Draw(_)
                | Awaited::RandomRange(_) => {
                    visit_awaited(self, await_);
                }
                // Branches are calls without `.await`; the symbolic reading knows which.
                Awaited::Join { .. } | Awaited::Map(_) | Awaited::Distributed(_) | Awaited::Attempt(_) => {
                    let outer = std::mem::replace(&mut self.checks, false);
                    visit_operands(self, expr);
                    self.checks = outer;
                }
                Awaited::Block(_) | Awaited::Local(_) | Awaited::Other(_) => visit_operands(self, expr),
            },
            Expr::MethodCall(method) if is_execution(&method.receiver) => {
                let execution = &method.receiver;
                *method.receiver = Expr::Verbatim(
                    quote_spanned!(execution.span()=> ::workflow_core::__private::this_execution(#context, #execution)),
                );
            }
            _ => visit_operands(self, expr),
        }
        match expr {
            // `charge(&order).await` becomes
            // `run_call(context, Awaitable::is(charge(&order)), 3).await`.
            Expr::Await(await_) => {
                let site = site(await_);
                let base = &await_.base;
                let run = match awaited(base) {
                    Awaited::Sleep(_) => {
                        let time = quote_spanned!(base.span()=> <_ as ::workflow_core::__private::Waits>::how_long(#base));
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_sleep(#context, #time, #site))
                    }
                    Awaited::SleepUntil(_) => {
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_sleep_until(#context, #base, #site))
                    }
                    Awaited::Draw(_) | Awaited::RandomRange(_) => {
                        let draw = quote_spanned!(base.span()=> <_ as ::workflow_core::__private::Drawable<_>>::is(#base));
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_draw(#context, #draw))
                    }
                    _ => TokenStream::new(),
                };
                if !run.is_empty() {
                    let (dot, await_token) = (&await_.dot_token, &await_.await_token);
                    *expr = Expr::Verbatim(quote!(#run #dot #await_token));
                } else if let Awaited::Call(_) = awaited(base) {
                    let call = quote_spanned!(base.span()=> <_ as ::workflow_core::__private::Awaitable<_>>::is(#base));
                    let run = quote_spanned!(base.span()=> ::workflow_core::__private::run_call(#context, #call, #site));
                    let (dot, await_token) = (&await_.dot_token, &await_.await_token);
                    *expr = Expr::Verbatim(quote!(#run #dot #await_token));
                } else if let Some(run) = forked(await_, site) {
                    *expr = Expr::Verbatim(run);
                } else {
                    await_.attrs.retain(|attribute| !is_ours(attribute));
                }
            }
            // `?` on what is awaited keeps the error's name and cause, which `From` need not.
            Expr::Try(try_) if awaits => {
                let (result, span) = (unparenthesized(&try_.expr), try_.question_token.span());
                let (value, error) = (hidden("value", span), hidden("error", span));
                let passed = match forks {
                    true => quote_spanned!(span=> #error),
                    false => pass_on(span, &quote_spanned!(span=> #error)),
                };
                *expr = Expr::Verbatim(quote_spanned! {span=>
                    match #result {
                        ::core::result::Result::Ok(#value) => #value,
                        ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#passed),
                    }
                });
            }
            Expr::Try(try_) if self.closures == 0 && matches!(*try_.expr, Expr::MethodCall(_)) => {
                if let Expr::MethodCall(method) = &mut *try_.expr {
                    raised_by(method);
                }
            }
            Expr::Call(call) if self.closures == 0 && called(call) == "Err" => {
                if let Some(argument) = call.args.first_mut() {
                    *argument = raised(argument);
                }
            }
            Expr::Macro(_) => written_out(expr),
            Expr::Call(_) if self.checks => check_call(expr, self.around),
            _ => {}
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        let over_values = usize::from(closure.asyncness.is_none());
        self.closures += over_values;
        visit_mut::visit_expr_closure_mut(self, closure);
        self.closures -= over_values;
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        super::visit_values(macro_, |value| self.visit_expr_mut(value));
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !is_ours(attribute) || attribute.path().is_ident("site"));
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        local.attrs.retain(|attribute| !is_ours(attribute));
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        arm.attrs.retain(|attribute| !is_ours(attribute));
        visit_mut::visit_arm_mut(self, arm);
    }
}

/// What runs at the same time, or more than once.
fn forked(await_: &ExprAwait, site: usize) -> Option<TokenStream> {
    let context = context();
    let span = await_.await_token.span();
    // The same name at any span, also in a macro's expansion.
    let body = Ident::new("__body", Span::mixed_site());
    match awaited(&await_.base) {
        Awaited::Join { arguments, fails } => Some(joined(span, site, arguments.iter(), fails)),
        Awaited::Map(Repeated { function, items, closure, policy }) => {
            let run = match policy.iter().any(|method| method.method == "retry") {
                true => quote!(run_map_again),
                false => quote!(run_map),
            };
            let policy = called_on(function, 2, &policy);
            // Not at the author's tokens: no lint of closures is meant for the author.
            let call = quote!(|__item| #body(__item));
            Some(quote_spanned! {span=> {
                let __policy = #policy;
                let __items = ::workflow_core::__private::items(#items);
                let #body = ::workflow_core::__private::iteration(&__items, #closure);
                ::workflow_core::__private::#run(#context, __policy, #site, __items, #call).await
            }})
        }
        Awaited::Distributed(children) => Some(distributed::native(span, site, &children)),
        Awaited::Attempt(Repeated { function, closure, policy, .. }) => {
            let policy = called_on(function, 1, &policy);
            let call = quote!(|| #body());
            Some(quote_spanned! {span=> {
                let __policy = #policy;
                let #body = ::workflow_core::__private::block(#closure);
                ::workflow_core::__private::run_attempt(#context, __policy, #site, #call).await
            }})
        }
        _ => None,
    }
}

/// `map((), ()).max_concurrency(3)`: the policy alone, by the author's own name of the function.
pub(super) fn called_on(function: &Expr, arguments: usize, policy: &[&ExprMethodCall]) -> TokenStream {
    let units = sugar::unit_arguments(arguments);
    let mut written = quote_spanned!(function.span()=> #function(#units));
    for ExprMethodCall { method, args, .. } in policy {
        written = quote_spanned!(method.span()=> #written.#method(#args));
    }
    written
}

/// Branches, polled in the order in which they are written.
fn joined<'a>(
    span: Span,
    site: usize,
    arguments: impl Iterator<Item = &'a Expr>,
    fails: bool,
) -> TokenStream {
    let context = context();
    // The same names at any span, also in a macro's expansion.
    let [fork, polled_by, pending, first_error] =
        ["fork", "cx", "pending", "failed"].map(|name| Ident::new(&format!("__{name}"), Span::mixed_site()));
    let mut branches = TokenStream::new();
    let mut polls = TokenStream::new();
    let mut outputs: Vec<Ident> = Vec::new();
    for (place, (outcome, block)) in sugar::branches(arguments).enumerate() {
        let branch = Ident::new(&format!("__branch{place}"), Span::mixed_site());
        let output = Ident::new(&format!("__output{place}"), Span::mixed_site());
        let run = match (fails, outcome) {
            (true, _) => quote!(branch),
            (false, true) => quote!(branch_outcome),
            (false, false) => quote!(branch_value),
        };
        branches.extend(quote! {
            let mut #branch = ::core::pin::pin!(#fork.#run(#place, #block));
            let mut #output = ::core::option::Option::None;
        });
        let ready = match fails {
            true => quote_spanned! {block.span()=>
                ::core::task::Poll::Ready(::core::result::Result::Ok(__value)) => #output = ::core::option::Option::Some(__value),
                ::core::task::Poll::Ready(::core::result::Result::Err(__error)) => {
                    if #first_error.is_none() {
                        #first_error = ::core::option::Option::Some(::core::result::Result::Err(__error));
                    }
                }
            },
            false => {
                quote!(::core::task::Poll::Ready(__value) => #output = ::core::option::Option::Some(__value),)
            }
        };
        polls.extend(quote! {
            if #output.is_none() {
                match ::core::future::Future::poll(#branch.as_mut(), #polled_by) {
                    #ready
                    ::core::task::Poll::Pending => #pending = true,
                }
            }
        });
        outputs.push(output);
    }
    // All branches start, even where the first fails at once.
    let (failed, leave) = match fails {
        true => (
            quote!(let mut #first_error = ::core::option::Option::None;),
            quote! {
                if let ::core::option::Option::Some(__error) = #first_error {
                    return ::core::task::Poll::Ready(__error);
                }
            },
        ),
        false => (TokenStream::new(), TokenStream::new()),
    };
    let (all, end) = match fails {
        true => (quote!(::core::result::Result::Ok((#(#outputs,)*))), quote!(end)),
        false => (quote!((#(#outputs,)*)), quote!(end_value)),
    };
    quote_spanned! {span=> {
        let #fork = #context.parallel(#site);
        let __joined = {
            #branches
            ::core::future::poll_fn(|#polled_by| {
                let mut #pending = false;
                #failed
                #polls
                #leave
                if #pending {
                    return ::core::task::Poll::Pending;
                }
                match (#(#outputs.take(),)*) {
                    (#(::core::option::Option::Some(#outputs),)*) => ::core::task::Poll::Ready(#all),
                    _ => ::core::task::Poll::Pending,
                }
            }).await
        };
        #fork.#end(__joined).await
    }}
}

/// What stands in `Err(..)`.
fn raised(error: &Expr) -> Expr {
    let inner = unparenthesized(error);
    match inner {
        Expr::MethodCall(method) if method.method == "into" && method.args.is_empty() => {
            Expr::Verbatim(pass_on(method.method.span(), &method.receiver))
        }
        Expr::Call(call) if called(call) == "from" && call.args.len() == 1 => passed_into(call),
        // `Err(OrderError::Rejected { .. })` is a new error, not one that a task reported.
        _ if is_literal(inner) => {
            let context = context();
            Expr::Verbatim(quote!(#context.fresh(#error)))
        }
        _ => error.clone(),
    }
}

/// `option.ok_or(E::Missing)?` and its kin raise a new error, as `Err(E::Missing)` does.
fn raised_by(method: &mut syn::ExprMethodCall) {
    let Some(argument) = method.args.first_mut() else { return };
    match (method.method.to_string().as_str(), &mut *argument) {
        ("ok_or", error) if is_literal(unparenthesized(error)) => {
            let fresh = raised(error);
            *argument = syn::parse_quote!(|| #fresh);
            method.method = Ident::new("ok_or_else", method.method.span());
        }
        ("ok_or_else" | "map_err", Expr::Closure(closure)) if is_literal(unparenthesized(&closure.body)) => {
            *closure.body = raised(&closure.body);
        }
        _ => {}
    }
}

/// `OrderError::from(error)`
fn passed_into(call: &ExprCall) -> Expr {
    let error = &call.args[0];
    let span = call.func.span();
    let passed = pass_on(span, error);
    let Expr::Path(path) = &*call.func else { return Expr::Call(call.clone()) };
    let mut ty = path.path.clone();
    ty.segments.pop();
    ty.segments.pop_punct();
    if ty.segments.is_empty() || path.qself.is_some() {
        return Expr::Call(call.clone());
    }
    let held = hidden("held", span);
    let whole = quote_spanned!(span=> { let #held: #ty = #passed; #held });
    Expr::Verbatim(quote!((#whole)))
}

fn pass_on(span: Span, error: &impl ToTokens) -> TokenStream {
    quote_spanned!(span=> ::workflow_core::__private::Propagates::pass_on(#error))
}

/// A name that the author cannot have written.
pub(super) fn hidden(name: &str, span: Span) -> Ident {
    Ident::new(&format!("__{name}"), span)
}

/// Whether an error is written out where it stands.
fn is_literal(error: &Expr) -> bool {
    match error {
        Expr::Struct(_) => true,
        Expr::Path(path) => is_capitalized(&path.path),
        Expr::Call(call) => matches!(&*call.func, Expr::Path(path) if is_capitalized(&path.path)),
        _ => false,
    }
}
