//! What is written shorter than it is read: macros that stand for code of their own, put in place
//! before either reading looks at the body.
//!
//! - `join!(a, b)` and `try_join!(a, b)` are awaited calls of `__join` and `__try_join`, whose arguments
//!   are `async` blocks.
//! - `defer! { .. }` and `compensate! { .. }` make the rest of their block an `async` block, and say what
//!   is done after it.
//! - What `?` is applied to fails with the error type around it: what a branch or an iteration ends
//!   with is passed on as `?` does.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Block, Expr, ExprAsync, ExprAwait, Macro, ReturnType, Stmt, Token,
    parse::Parser,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use crate::errors::Errors;

use super::{
    await_::{Awaited, awaited},
    distributed,
    statement::called,
    unparenthesized,
};

/// Puts code in the place of the macros that stand for it.
pub(crate) fn expand(block: &mut Block, fallible: bool, errors: &mut Errors) {
    let mut sugar = Sugar { errors };
    if fallible {
        sugar.ends(block);
    }
    sugar.visit_block_mut(block);
}

struct Sugar<'a> {
    errors: &'a mut Errors,
}

impl VisitMut for Sugar<'_> {
    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(statement) = stmt
            && let Some(join) = self.join(&statement.mac)
        {
            *stmt = Stmt::Expr(join, statement.semi_token);
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // `join!(..).await` is `join!(..)`.
        if let Expr::Await(await_) = expr
            && let Expr::Macro(mac) = unparenthesized(&await_.base)
            && let Some(join) = self.join(&mac.mac)
        {
            *expr = join;
        }
        if let Expr::Macro(mac) = expr
            && let Some(join) = self.join(&mac.mac)
        {
            *expr = join;
        }
        match expr {
            Expr::Async(block) if is_fallible(&block.block) => self.ends(&mut block.block),
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                if let Expr::Block(body) = &mut *closure.body {
                    self.ends(&mut body.block);
                }
            }
            Expr::Await(await_) => {
                // A child execution fails with the error type around it, whatever is done with the map's own.
                if let Some(closure) = distributed::closure(&mut await_.base)
                    && matches!(closure.output, ReturnType::Default)
                {
                    PassOn.tail(&mut closure.body);
                }
            }
            Expr::Try(try_) => {
                if let Expr::Macro(mac) = &mut *try_.expr
                    && let Some(join) = self.join(&mac.mac)
                {
                    *try_.expr = join;
                }
                if let Expr::Await(await_) = &mut *try_.expr {
                    self.flatten(await_);
                    pass_errors_on(await_);
                }
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

impl Sugar<'_> {
    /// `try_join!(..).await?`
    fn flatten(&mut self, await_: &mut ExprAwait) {
        if let Expr::Macro(mac) = unparenthesized(&await_.base)
            && let Some(Expr::Await(join)) = self.join(&mac.mac)
        {
            *await_ = join;
        }
    }

    /// `join!(..)` or `try_join!(..)` as an awaited call.
    fn join(&mut self, mac: &Macro) -> Option<Expr> {
        let name = &mac.path.segments.last()?.ident;
        let fails = match name.to_string().as_str() {
            "join" => false,
            "try_join" => true,
            _ => return None,
        };
        let arguments = match Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
            Ok(arguments) => arguments,
            Err(error) => {
                self.errors.push(error);
                return Some(syn::parse_quote_spanned!(name.span()=> ()));
            }
        };
        if !(2..=16).contains(&arguments.len()) {
            let advice = match arguments.len() {
                0 | 1 => format!(
                    "`{name}!` runs two or more at the same time; await a single one where it is written"
                ),
                _ => format!(
                    "`{name}!` runs up to 16 at the same time; put some of them into an `async` block with a `{name}!` of its own, or use `map` over a list"
                ),
            };
            self.errors.refuse(name, advice);
            return Some(syn::parse_quote_spanned!(name.span()=> ()));
        }
        let blocks = arguments.iter().map(|argument| branch(argument, fails));
        let function = Ident::new(if fails { "__try_join" } else { "__join" }, name.span());
        let span = mac.path.span();
        Some(Expr::Await(syn::parse_quote_spanned!(span=> #function(#(#blocks),*).await)))
    }

    /// Puts `defer!` and `compensate!` of a block that ends what returns a `Result` into code.
    fn ends(&mut self, block: &mut Block) {
        let is_ending =
            |stmt: &Stmt| matches!(stmt, Stmt::Macro(statement) if ending(&statement.mac).is_some());
        // The last one is the innermost.
        while let Some(place) = block.stmts.iter().rposition(is_ending) {
            let rest: Vec<Stmt> = block.stmts.split_off(place + 1);
            let Some(Stmt::Macro(statement)) = block.stmts.pop() else { return };
            let (mac, always) = (&statement.mac, ending(&statement.mac) == Some(Ending::Always));
            let span = mac.path.span();
            let Ok(work) = Block::parse_within.parse2(mac.tokens.clone()) else {
                self.errors.refuse(&mac.path, "what stands in the braces could not be read as statements");
                return;
            };
            if rest.is_empty() {
                self.errors.refuse(
                    &mac.path,
                    "nothing comes after this, so there is nothing to do it after; write it before what it is about",
                );
                return;
            }
            let (outcome, value, error) =
                (hidden("outcome", span), hidden("value", span), hidden("error", span));
            let ended: Expr = if always {
                syn::parse_quote_spanned!(span=> {
                    let #outcome = async { #(#rest)* }.await;
                    { #(#work)* }
                    #outcome
                })
            } else {
                syn::parse_quote_spanned! {span=>
                    match async { #(#rest)* }.await {
                        ::core::result::Result::Ok(#value) => ::core::result::Result::Ok(#value),
                        ::core::result::Result::Err(#error) => {
                            { #(#work)* }
                            ::core::result::Result::Err(#error)
                        }
                    }
                }
            };
            match ended {
                Expr::Block(block_) => block.stmts.extend(block_.block.stmts),
                other => block.stmts.push(Stmt::Expr(other, None)),
            }
        }
    }
}

/// When the work of an ending is done.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Always,
    OnError,
}

fn ending(mac: &Macro) -> Option<Ending> {
    match mac.path.segments.last()?.ident.to_string().as_str() {
        "defer" => Some(Ending::Always),
        "compensate" => Some(Ending::OnError),
        _ => None,
    }
}

fn hidden(name: &str, span: Span) -> Ident {
    Ident::new(&format!("__{name}"), span)
}

/// An argument of `join!` as an `async` block. `#[outcome]` marks one whose value is a `Result`.
fn branch(argument: &Expr, fails: bool) -> TokenStream {
    let span = argument.span();
    match unparenthesized(argument) {
        Expr::Async(block) if fails || !is_fallible(&block.block) => block.to_token_stream(),
        other if fails || !may_fail(other) => quote_spanned!(span=> async { #argument.await }),
        _ => quote_spanned!(span=> #[outcome] async { #argument.await }),
    }
}

/// Whether an `async` block gives a `Result`.
pub(crate) fn is_fallible(block: &Block) -> bool {
    struct Fails(bool);
    impl<'ast> Visit<'ast> for Fails {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Try(_) => self.0 = true,
                Expr::Return(returned) => self.0 |= returned.expr.as_deref().is_some_and(is_result),
                Expr::Async(_) | Expr::Closure(_) => {}
                _ => syn::visit::visit_expr(self, expr),
            }
        }
        fn visit_macro(&mut self, mac: &'ast Macro) {
            super::visit_values(&mut mac.clone(), |value| {
                let mut inner = Fails(false);
                inner.visit_expr(value);
                self.0 |= inner.0;
            });
        }
    }
    let mut fails = Fails(false);
    fails.visit_block(block);
    fails.0 || matches!(block.stmts.last(), Some(Stmt::Expr(tail, None)) if is_result(tail))
}

/// Whether what is awaited gives a `Result`.
fn may_fail(base: &Expr) -> bool {
    !matches!(
        awaited(base),
        Awaited::Sleep(_) | Awaited::SleepUntil(_) | Awaited::Draw(_) | Awaited::Join { fails: false, .. }
    )
}

/// Whether an expression looks like a `Result`.
fn is_result(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Call(call) => matches!(called(call).as_str(), "Ok" | "Err"),
        Expr::Await(await_) => {
            !matches!(awaited(&await_.base), Awaited::Sleep(_) | Awaited::Join { fails: false, .. })
        }
        Expr::Block(block) => {
            matches!(block.block.stmts.last(), Some(Stmt::Expr(tail, None)) if is_result(tail))
        }
        Expr::If(branch) => {
            matches!(branch.then_branch.stmts.last(), Some(Stmt::Expr(tail, None)) if is_result(tail))
        }
        Expr::Match(choice) => choice.arms.iter().any(|arm| is_result(&arm.body)),
        _ => false,
    }
}

/// Has what a branch or an iteration ends with be passed on as `?` does.
fn pass_errors_on(await_: &mut ExprAwait) {
    let mut base = &mut *await_.base;
    loop {
        match base {
            Expr::MethodCall(method) => base = &mut method.receiver,
            Expr::Paren(inner) => base = &mut inner.expr,
            Expr::Call(call) => {
                let takes_closure = matches!(called(call).as_str(), "map" | "attempt");
                let joins = called(call) == "__try_join";
                for argument in &mut call.args {
                    match argument {
                        Expr::Closure(closure) if takes_closure && closure.asyncness.is_some() => {
                            if matches!(closure.output, ReturnType::Default) {
                                PassOn.tail(&mut closure.body);
                            }
                        }
                        Expr::Async(ExprAsync { block, .. }) if joins => PassOn.block(block),
                        _ => {}
                    }
                }
                return;
            }
            _ => return,
        }
    }
}

/// Makes `task(..).await` where it is a result `Ok(task(..).await?)`.
struct PassOn;

impl PassOn {
    fn block(&mut self, block: &mut Block) {
        block.stmts.iter_mut().for_each(|stmt| self.visit_stmt_mut(stmt));
        if let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() {
            self.tail(tail);
        }
    }

    fn tail(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Await(await_)
                if !matches!(awaited(&await_.base), Awaited::Block(_) | Awaited::Local(_)) =>
            {
                let span = await_.await_token.span();
                let mut tried: Expr = syn::parse_quote_spanned!(span=> #await_?);
                if let Expr::Try(try_) = &mut tried
                    && let Expr::Await(await_) = &mut *try_.expr
                {
                    pass_errors_on(await_);
                }
                *expr = syn::parse_quote_spanned!(span=> Ok(#tried));
            }
            Expr::Block(block) => self.block(&mut block.block),
            Expr::Paren(inner) => self.tail(&mut inner.expr),
            Expr::If(branch) => {
                self.block(&mut branch.then_branch);
                if let Some((_, otherwise)) = &mut branch.else_branch {
                    self.tail(otherwise);
                }
            }
            Expr::Match(choice) => choice.arms.iter_mut().for_each(|arm| self.tail(&mut arm.body)),
            other => self.visit_expr_mut(other),
        }
    }
}

impl VisitMut for PassOn {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            // Their results are their own.
            Expr::Async(_) | Expr::Closure(_) => {}
            Expr::Return(returned) => {
                if let Some(returned) = &mut returned.expr {
                    self.tail(returned);
                }
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }
}

/// The arguments of a join in the native reading: whether each is a `Result`, and the block.
pub(crate) fn branches<'a>(
    arguments: impl Iterator<Item = &'a Expr>,
) -> impl Iterator<Item = (bool, ExprAsync)> {
    arguments.filter_map(|argument| match argument {
        Expr::Async(block) => {
            let mut block = block.clone();
            let outcome = block.attrs.iter().any(|attribute| attribute.path().is_ident("outcome"));
            block.attrs.retain(|attribute| !attribute.path().is_ident("outcome"));
            Some((outcome, block))
        }
        _ => None,
    })
}

/// A type hole, for what rustc is to find.
pub(crate) fn unit_arguments(count: usize) -> TokenStream {
    let units = std::iter::repeat_n(quote!(()), count);
    quote!(#(#units),*)
}
