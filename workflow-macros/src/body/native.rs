//! The native reading: the author's code, with its effects handed to the execution.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Arm, Block, Expr, ExprCall, ItemUse, Local, Token,
    punctuated::Punctuated,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use crate::attributes::is_ours;

use super::{
    await_::{Awaited, awaited, is_execution},
    context,
    functions::{check_call, uses, visit_awaited, visit_operands},
    is_capitalized, site,
    statement::called,
    unparenthesized,
};

pub(crate) fn write(mut block: Block) -> TokenStream {
    let mut native = Native { uses: uses(&block) };
    native.visit_block_mut(&mut block);
    block.into_token_stream()
}

struct Native {
    /// The `use`s of the body.
    uses: Vec<ItemUse>,
}

impl VisitMut for Native {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let awaits = matches!(expr, Expr::Try(try_) if matches!(unparenthesized(&try_.expr), Expr::Await(_)));
        let context = context();
        match expr {
            Expr::Await(await_)
                if matches!(
                    awaited(&await_.base),
                    Awaited::Call(_)
                        | Awaited::Sleep(_)
                        | Awaited::SleepUntil(_)
                        | Awaited::Draw(_)
                        | Awaited::RandomRange(_)
                ) =>
            {
                visit_awaited(self, await_);
            }
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
            // `run_call(context, awaited(charge(&order)), 3).await`.
            Expr::Await(await_) => {
                let site = site(await_);
                let base = &await_.base;
                let run = match awaited(base) {
                    Awaited::Sleep(_) => {
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_sleep(#context, #base, #site))
                    }
                    Awaited::SleepUntil(_) => {
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_sleep_until(#context, #base, #site))
                    }
                    Awaited::Draw(_) | Awaited::RandomRange(_) => {
                        let draw = quote_spanned!(base.span()=> ::workflow_core::__private::drawn(#base));
                        quote_spanned!(base.span()=> ::workflow_core::__private::run_draw(#context, #draw))
                    }
                    _ => TokenStream::new(),
                };
                if !run.is_empty() {
                    let (dot, await_token) = (&await_.dot_token, &await_.await_token);
                    *expr = Expr::Verbatim(quote!(#run #dot #await_token));
                } else if let Awaited::Call(_) = awaited(base) {
                    let call = quote_spanned!(base.span()=> ::workflow_core::__private::awaited(#base));
                    let run = quote_spanned!(base.span()=> ::workflow_core::__private::run_call(#context, #call, #site));
                    let (dot, await_token) = (&await_.dot_token, &await_.await_token);
                    *expr = Expr::Verbatim(quote!(#run #dot #await_token));
                } else {
                    await_.attrs.retain(|attribute| !is_ours(attribute));
                }
            }
            // `?` on what is awaited keeps the error's name and cause, which `From` need not.
            Expr::Try(try_) if awaits => {
                let (result, span) = (&try_.expr, try_.question_token.span());
                let (value, error) = (hidden("value", span), hidden("error", span));
                let passed = pass_on(span, &quote_spanned!(span=> #error));
                *expr = Expr::Verbatim(quote_spanned! {span=>
                    match #result {
                        ::core::result::Result::Ok(#value) => #value,
                        ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#passed),
                    }
                });
            }
            Expr::Call(call) if called(call) == "Err" => {
                if let Some(argument) = call.args.first_mut() {
                    *argument = raised(argument);
                }
            }
            Expr::Call(_) | Expr::Try(_) => check_call(expr, &self.uses),
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, macro_: &mut syn::Macro) {
        // `format!` and `vec!` hold expressions.
        let Ok(mut arguments) = macro_.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        else {
            return;
        };
        for argument in &mut arguments {
            self.visit_expr_mut(argument);
        }
        macro_.tokens = arguments.into_token_stream();
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
    Expr::Verbatim(quote_spanned!(span=> { let #held: #ty = #passed; #held }))
}

fn pass_on(span: Span, error: &impl ToTokens) -> TokenStream {
    quote_spanned!(span=> ::workflow_core::__private::Propagates::pass_on(#error))
}

/// A name that the author cannot have written.
fn hidden(name: &str, span: Span) -> Ident {
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
