//! Blocks that only compute: in closures, and in branches that become `? :`.
//!
//! A `let` there is a name in the expression, not a step. A closure that leaves early is first put into
//! an order in which nothing leaves: what follows an `if` that leaves is its `else`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Block, Expr, ExprTry, Local, Pat, Stmt, visit_mut::VisitMut};

use crate::attributes::plain;

use super::{
    is_capitalized, pattern,
    statement::erased_annotation,
    symbolic::{Symbolic, block_diverges, diverges},
    unparenthesized,
};

/// The body of a closure without `return`, as far as there is such an order. `value?` stays where
/// [`Symbolic::pure_block`] reads it: alone behind a `let`.
pub(crate) fn structured(body: &Expr) -> Expr {
    let mut body = body.clone();
    if !matches!(body, Expr::Block(_)) && tries(&body) {
        body = syn::parse_quote!({ #body });
    }
    tail(&mut body);
    body
}

/// An expression whose value is that of the closure.
fn tail(expr: &mut Expr) {
    match expr {
        Expr::Return(returned) => {
            *expr = match returned.expr.take() {
                Some(value) => *value,
                None => syn::parse_quote!(()),
            };
            tail(expr);
        }
        Expr::Paren(inner) => tail(&mut inner.expr),
        Expr::Block(block) if block.label.is_none() => tail_block(&mut block.block),
        Expr::If(branch) if branch.else_branch.is_some() => {
            tail_block(&mut branch.then_branch);
            if let Some((_, otherwise)) = &mut branch.else_branch {
                tail(otherwise);
            }
        }
        Expr::Match(choice) => {
            for arm in &mut choice.arms {
                let body = &mut arm.body;
                if !matches!(**body, Expr::Block(_)) && tries(body) {
                    **body = syn::parse_quote!({ #body });
                }
                tail(body);
            }
        }
        _ => {}
    }
}

fn tail_block(block: &mut Block) {
    let mut statements: Vec<Stmt> = std::mem::take(&mut block.stmts);
    if let Some(Stmt::Expr(Expr::Return(_), semicolon)) = statements.last_mut() {
        *semicolon = None;
    }
    let mut done = Vec::new();
    while !statements.is_empty() {
        let mut statement = statements.remove(0);
        // What stands before the first `?` of a statement comes first.
        if let Some(lifted) = lift(&mut statement) {
            done.extend(lifted);
        }
        match &mut statement {
            // `if c { return x; } rest` is `if c { x } else { rest }`.
            Stmt::Expr(Expr::If(branch), _)
                if branch.else_branch.is_none()
                    && block_diverges(&branch.then_branch)
                    && !statements.is_empty() =>
            {
                let rest = std::mem::take(&mut statements);
                branch.else_branch = Some((Default::default(), Box::new(syn::parse_quote!({ #(#rest)* }))));
                let mut whole = Expr::If(branch.clone());
                tail(&mut whole);
                done.push(Stmt::Expr(whole, None));
            }
            // `let x = match y { A => a, B => return b }; rest`: the rest follows the arms that go on.
            Stmt::Local(local)
                if local.init.as_ref().is_some_and(|init| init.diverge.is_none() && leaves(&init.expr)) =>
            {
                let rest = std::mem::take(&mut statements);
                let Some(init) = &mut local.init else { continue };
                let pat = &local.pat;
                let mut whole = (*init.expr).clone();
                continued(&mut whole, &|value| syn::parse_quote!({ let #pat = #value; #(#rest)* }));
                tail(&mut whole);
                done.push(Stmt::Expr(whole, None));
            }
            Stmt::Local(local) => {
                if let Some(init) = &mut local.init
                    && let Some((_, otherwise)) = &mut init.diverge
                {
                    tail(otherwise);
                    let rest = std::mem::take(&mut statements);
                    let mut rest: Block = syn::parse_quote!({ #(#rest)* });
                    tail_block(&mut rest);
                    done.push(statement.clone());
                    done.extend(rest.stmts);
                    break;
                }
                done.push(statement);
            }
            Stmt::Expr(expr, None) if statements.is_empty() => {
                tail(expr);
                done.push(statement);
            }
            _ => done.push(statement),
        }
    }
    block.stmts = done;
}

/// Whether an arm of a branch leaves.
fn leaves(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Match(choice) => choice.arms.iter().any(|arm| diverges(&arm.body)),
        Expr::If(branch) => branch
            .else_branch
            .as_ref()
            .is_some_and(|(_, otherwise)| block_diverges(&branch.then_branch) || diverges(otherwise)),
        _ => false,
    }
}

fn continued(expr: &mut Expr, rest: &dyn Fn(&Expr) -> Expr) {
    match expr {
        Expr::Match(choice) => {
            for arm in &mut choice.arms {
                if !diverges(&arm.body) {
                    *arm.body = rest(&arm.body);
                }
            }
        }
        Expr::If(branch) => {
            if !block_diverges(&branch.then_branch) {
                let value = Expr::Block(syn::ExprBlock {
                    attrs: Vec::new(),
                    label: None,
                    block: branch.then_branch.clone(),
                });
                let goes_on = rest(&value);
                branch.then_branch = syn::parse_quote!({ #goes_on });
            }
            if let Some((_, otherwise)) = &mut branch.else_branch
                && !diverges(otherwise)
            {
                **otherwise = rest(otherwise);
                if !matches!(**otherwise, Expr::Block(_) | Expr::If(_)) {
                    **otherwise = syn::parse_quote!({ #otherwise });
                }
            }
        }
        _ => {}
    }
}

fn tries(expr: &Expr) -> bool {
    struct Finder(bool);
    impl VisitMut for Finder {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            match expr {
                Expr::Try(_) => self.0 = true,
                // What is evaluated only sometimes stays where it is.
                Expr::Closure(_) | Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Async(_) => {}
                _ => syn::visit_mut::visit_expr_mut(self, expr),
            }
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr_mut(&mut expr.clone());
    finder.0
}

/// Takes the `value?` out of a statement: each becomes a `let` before it.
fn lift(statement: &mut Stmt) -> Option<Vec<Stmt>> {
    struct Lifter {
        lifted: Vec<Stmt>,
        alone: bool,
    }
    impl VisitMut for Lifter {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            match expr {
                Expr::Closure(_) | Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Async(_) => {}
                Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                    self.visit_expr_mut(&mut binary.left);
                }
                Expr::Try(tried) => {
                    let alone = std::mem::replace(&mut self.alone, false);
                    self.visit_expr_mut(&mut tried.expr);
                    if alone {
                        return;
                    }
                    let name = quote::format_ident!("__tried{}", self.lifted.len());
                    let value = Expr::Try(tried.clone());
                    self.lifted.push(syn::parse_quote!(let #name = #value;));
                    *expr = syn::parse_quote!(#name);
                }
                _ => {
                    self.alone = false;
                    syn::visit_mut::visit_expr_mut(self, expr);
                }
            }
        }
    }
    let mut lifter = Lifter { lifted: Vec::new(), alone: false };
    match statement {
        Stmt::Local(local) => {
            let init = local.init.as_mut()?;
            lifter.alone = init.diverge.is_none();
            lifter.visit_expr_mut(&mut init.expr);
        }
        Stmt::Expr(expr, _) => lifter.visit_expr_mut(expr),
        _ => return None,
    }
    Some(lifter.lifted)
}

pub(crate) const TRY_INSIDE: &str =
    "`?` leaves a closure only from where it is always reached; write `let value = ..?;` before";

/// The first `?` that is not alone behind a `let`.
pub(crate) fn first_try(body: &Expr) -> Option<syn::Token![?]> {
    struct Finder(Option<syn::Token![?]>);
    impl VisitMut for Finder {
        fn visit_local_mut(&mut self, local: &mut Local) {
            if let Some(init) = &mut local.init
                && let Expr::Try(tried) = &mut *init.expr
            {
                return self.visit_expr_mut(&mut tried.expr);
            }
            syn::visit_mut::visit_local_mut(self, local);
        }
        fn visit_expr_try_mut(&mut self, tried: &mut ExprTry) {
            self.0.get_or_insert(tried.question_token);
        }
        fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    }
    let mut finder = Finder(None);
    finder.visit_expr_mut(&mut body.clone());
    finder.0
}

/// Whether a body does more than compute, a `let value = ..?;` aside.
pub(crate) fn acts(body: &Expr) -> bool {
    struct Tries;
    impl VisitMut for Tries {
        fn visit_local_mut(&mut self, local: &mut Local) {
            if let Some(init) = &mut local.init
                && init.diverge.is_none()
                && let Expr::Try(tried) = &*init.expr
            {
                *init.expr = (*tried.expr).clone();
            }
            syn::visit_mut::visit_local_mut(self, local);
        }
        fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    }
    let mut body = body.clone();
    Tries.visit_expr_mut(&mut body);
    super::symbolic::has_effect(&body)
}

impl Symbolic<'_> {
    /// A block that only computes.
    pub(crate) fn pure_block(&mut self, block: &Block) -> TokenStream {
        let outer = std::mem::replace(&mut self.pure, true);
        let written = self.pure_statements(&block.stmts);
        self.pure = outer;
        written
    }

    fn pure_statements(&mut self, statements: &[Stmt]) -> TokenStream {
        let b = self.b.clone();
        match statements {
            [] => quote!(#b.unit()),
            [Stmt::Expr(tail, None)] => self.expr(tail),
            [Stmt::Local(local), rest @ ..] => self.pure_local(local, rest),
            [Stmt::Item(item @ (syn::Item::Const(_) | syn::Item::Use(_))), rest @ ..] => {
                let rest = self.pure_statements(rest);
                quote!({ #item #rest })
            }
            [Stmt::Macro(statement)] => self.macro_call(&statement.mac),
            [Stmt::Expr(statement, Some(_)), rest @ ..] => {
                // It has no effect, or else it was refused; rustc still reads it.
                let value = self.expr(statement);
                let rest = self.pure_statements(rest);
                quote!({ let _ = #value; #rest })
            }
            [other, ..] => {
                self.errors.refuse(other, "a closure computes a value from its parameters; put this beside the workflow, or into a task");
                quote!(#b.never())
            }
        }
    }

    fn pure_local(&mut self, local: &Local, rest: &[Stmt]) -> TokenStream {
        let b = self.b.clone();
        let (pat, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let Some(init) = &local.init else {
            return self.refuse(local, "a variable of a workflow is set where it is declared; write `let name = if .. { .. } else { .. };`");
        };
        let whole = self.fresh("whole");
        let annotation = ty.and_then(erased_annotation).map(|ty| quote!(let #whole: #ty = #whole;));
        let init_expr = super::statement::collected(&init.expr, ty);
        let (tried, value) = match unparenthesized(&init_expr) {
            Expr::Try(ExprTry { expr, .. }) if init.diverge.is_none() => (true, self.expr(expr)),
            other => (false, self.expr(other)),
        };
        let simple = match pat {
            Pat::Ident(name) if name.subpat.is_none() && !is_capitalized(&name.ident.clone().into()) => {
                Some(&name.ident)
            }
            _ => None,
        };
        let text = simple.map_or_else(|| "value".to_owned(), plain);
        let (bound, test) = match simple {
            Some(ident) => {
                self.locals.insert(plain(ident));
                self.blocks.remove(&plain(ident));
                (quote!(let #ident = #whole;), quote!())
            }
            None => {
                let pattern = pattern::read(pat, self.errors);
                let otherwise = init.diverge.as_ref().map(|(_, otherwise)| self.expr(otherwise));
                self.declare(&pattern);
                let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                let otherwise = otherwise.map(|otherwise| quote!(let __otherwise = #otherwise;));
                (
                    quote!(#otherwise let (__test, #names) = #b.bind(#whole, &#value_of, #witness);),
                    quote!(__test),
                )
            }
        };
        let rest = self.pure_statements(rest);
        let rest = match init.diverge {
            Some(_) if !test.is_empty() => {
                quote!({ let __then = #rest; #b.cond(#b.holds(#test), __then, __otherwise) })
            }
            _ => rest,
        };
        let rest = quote!(|#whole| { #annotation #bound #rest });
        match tried {
            true => quote!(#b.methods().tried(#value, #rest)),
            false => quote!(#b.local(#text, #value, #rest)),
        }
    }
}
