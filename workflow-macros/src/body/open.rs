//! `async` blocks of which nothing says what they fail with.
//!
//! `async { let paid = charge(..).await?; Ok(paid) }.await?` fails with whatever `?` turns its errors into, and that
//! is turned once more by the `?` behind it: rustc finds no one type between the two. It is the error type around
//! the block, as it is without the block; `Ok::<_, Error>(..)` says so to both readings.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use syn::{
    Block, Expr, ExprCall, Local, Pat, PathArguments, Stmt,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use super::{statement::called, unparenthesized};
use crate::attributes::plain;

/// Has every open block that is awaited with `?` fail with `error`, the error type around it.
pub(super) fn close(block: &mut Block, error: &TokenStream) {
    let mut tried = Tried(HashSet::new());
    tried.visit_block(block);
    Close { tried: tried.0, error }.visit_block_mut(block);
}

/// The names of variables that are awaited with `?`.
struct Tried(HashSet<String>);

impl<'ast> Visit<'ast> for Tried {
    fn visit_expr_try(&mut self, try_: &'ast syn::ExprTry) {
        if let Expr::Await(await_) = unparenthesized(&try_.expr)
            && let Expr::Path(path) = unparenthesized(&await_.base)
            && let Some(name) = path.path.get_ident()
        {
            self.0.insert(plain(name));
        }
        syn::visit::visit_expr_try(self, try_);
    }
}

struct Close<'a> {
    tried: HashSet<String>,
    error: &'a TokenStream,
}

impl Close<'_> {
    /// Says what a block fails with, and what those in it do, unless it does so itself.
    fn block(&mut self, block: &mut Block) {
        let mut results = Vec::new();
        if !results_of(block, &mut results) {
            return;
        }
        let error = self.error;
        if let Some(call) = results.into_iter().next()
            && let Expr::Path(path) = &mut *call.func
            && let Some(last) = path.path.segments.last_mut()
        {
            let span = last.ident.span();
            last.arguments = PathArguments::AngleBracketed(syn::parse_quote_spanned!(span=> ::<_, #error>));
            self.visit_block_mut(block);
        }
    }
}

impl VisitMut for Close<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Try(try_) => match awaited_block(&mut try_.expr) {
                Some(block) => self.block(block),
                None => self.visit_expr_mut(&mut try_.expr),
            },
            // What these fail with is their own.
            Expr::Async(_) | Expr::Closure(_) => {}
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if let Pat::Ident(name) = &local.pat
            && self.tried.contains(&plain(&name.ident))
            && let Some(init) = &mut local.init
            && let Expr::Async(block) = &mut *init.expr
        {
            return self.block(&mut block.block);
        }
        visit_mut::visit_local_mut(self, local);
    }
}

/// `async { .. }.await`
fn awaited_block(expr: &mut Expr) -> Option<&mut Block> {
    match expr {
        Expr::Paren(inner) => awaited_block(&mut inner.expr),
        Expr::Await(await_) => match &mut *await_.base {
            Expr::Async(block) => Some(&mut block.block),
            _ => None,
        },
        _ => None,
    }
}

/// Gathers every `Ok(..)` that a block ends with, by `return` as well; whether it ends with nothing else.
fn results_of<'a>(block: &'a mut Block, results: &mut Vec<&'a mut ExprCall>) -> bool {
    let mut returns = Returns(true);
    returns.visit_block(block);
    match block.stmts.last_mut() {
        Some(Stmt::Expr(tail, None)) => returns.0 && results_in(tail, results),
        Some(Stmt::Expr(tail @ Expr::Return(_), Some(_))) => returns.0 && results_in(tail, results),
        _ => false,
    }
}

fn results_in<'a>(tail: &'a mut Expr, results: &mut Vec<&'a mut ExprCall>) -> bool {
    match tail {
        Expr::Paren(inner) => results_in(&mut inner.expr, results),
        Expr::Block(block) => results_of(&mut block.block, results),
        Expr::Return(returned) => {
            returned.expr.as_deref_mut().is_some_and(|returned| results_in(returned, results))
        }
        Expr::If(branch) => {
            results_of(&mut branch.then_branch, results)
                && branch.else_branch.as_mut().is_some_and(|(_, otherwise)| results_in(otherwise, results))
        }
        Expr::Match(choice) => choice.arms.iter_mut().all(|arm| results_in(&mut arm.body, results)),
        Expr::Call(call) if is_open(call) => {
            results.push(call);
            true
        }
        _ => false,
    }
}

/// Whether an expression is `Ok(..)` that does not say of which type.
fn is_open(call: &ExprCall) -> bool {
    let Expr::Path(path) = &*call.func else { return false };
    let plain = path.path.segments.last().is_some_and(|last| last.arguments.is_none());
    plain && called(call) == "Ok" && call.args.len() == 1
}

/// Whether every `return` gives an open `Ok(..)`.
struct Returns(bool);

impl<'ast> Visit<'ast> for Returns {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Return(returned) => {
                self.0 &= matches!(
                    returned.expr.as_deref().map(unparenthesized),
                    Some(Expr::Call(call)) if is_open(call)
                );
                syn::visit::visit_expr(self, expr);
            }
            Expr::Async(_) | Expr::Closure(_) => {}
            _ => syn::visit::visit_expr(self, expr),
        }
    }
}
