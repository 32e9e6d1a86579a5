//! The native reading: the author's code, with its effects handed to the execution.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Arm, Block, Expr, Local,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use crate::attributes::is_ours;

use super::{await_::{Awaited, awaited}, context, is_capitalized, site, unparenthesized};

pub(crate) fn write(mut block: Block) -> TokenStream {
    Native.visit_block_mut(&mut block);
    block.into_token_stream()
}

struct Native;

impl VisitMut for Native {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let context = context();
        match expr {
            // `charge(&order).await` becomes `context.task(charge(&order), 3).await`.
            Expr::Await(await_) => {
                let site = site(await_);
                let base = &await_.base;
                if let Awaited::Call(_) = awaited(base) {
                    let span = await_.await_token.span();
                    *expr = Expr::Verbatim(quote_spanned!(span=> #context.task(#base, #site).await));
                } else {
                    await_.attrs.retain(|attribute| !is_ours(attribute));
                }
            }
            // `Err(OrderError::Rejected { .. })` is a new error, not one that a task reported.
            Expr::Call(call) => {
                let is_err = matches!(&*call.func, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Err"));
                if is_err && let Some(argument) = call.args.first_mut() && is_literal(argument) {
                    *argument = Expr::Verbatim(quote!(#context.fresh(#argument)));
                }
            }
            _ => {}
        }
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

/// Whether an error is written out where it stands.
fn is_literal(error: &Expr) -> bool {
    match unparenthesized(error) {
        Expr::Struct(_) => true,
        Expr::Path(path) => is_capitalized(&path.path),
        Expr::Call(call) => matches!(&*call.func, Expr::Path(path) if is_capitalized(&path.path)),
        _ => false,
    }
}
