//! Branches that give the variables that they set as their value.

use proc_macro2::{Ident, Span};
use syn::{Arm, Block, Expr, ExprIf, ExprMatch, Stmt, visit::Visit};

use super::{
    super::{
        symbolic::{block_diverges, diverges},
        unparenthesized,
    },
    found::set_in,
    is_change,
};

/// Takes what sets a place out of an expression in which it comes first: `taken` stands there instead.
pub(super) fn set_first(expr: &mut Expr, taken: &Ident) -> Option<Expr> {
    if is_change(expr) {
        return Some(std::mem::replace(expr, syn::parse_quote!(#taken)));
    }
    match expr {
        Expr::Paren(inner) => set_first(&mut inner.expr, taken),
        Expr::MethodCall(method) => set_first(&mut method.receiver, taken),
        Expr::Try(try_) => set_first(&mut try_.expr, taken),
        Expr::Unary(unary) => set_first(&mut unary.expr, taken),
        Expr::Field(field) => set_first(&mut field.base, taken),
        Expr::Cast(cast) => set_first(&mut cast.expr, taken),
        Expr::Binary(binary) => set_first(&mut binary.left, taken),
        _ => None,
    }
}

/// `if list.pop() == None` as `{ let taken = list.pop(); if taken == None }`: what is set before a branch is
/// chosen.
pub(super) fn hoisted(branch: &Expr) -> Option<Block> {
    let taken = Ident::new("__chosen_by", Span::mixed_site());
    let sets = |expr: &Expr| !set_in(|finder| finder.visit_expr(expr)).is_empty();
    match branch {
        Expr::If(branch) => {
            let mut branch = branch.clone();
            let value = match &mut *branch.cond {
                Expr::Let(condition) if sets(&condition.expr) => {
                    std::mem::replace(&mut *condition.expr, syn::parse_quote!(#taken))
                }
                Expr::Let(_) => return None,
                other if sets(other) => set_first(other, &taken)?,
                _ => return None,
            };
            Some(syn::parse_quote!({ let #taken = #value; #branch }))
        }
        Expr::Match(choice) if sets(&choice.expr) => {
            let mut choice = choice.clone();
            let value = std::mem::replace(&mut *choice.expr, syn::parse_quote!(#taken));
            Some(syn::parse_quote!({ let #taken = #value; #choice }))
        }
        _ => None,
    }
}

/// The value at the end of a branch: what it gives, and the variables that it sets.
pub(super) fn given_back(value: Option<&Expr>, vars: &[Ident]) -> Expr {
    let mut values: Vec<Expr> = value.cloned().into_iter().collect();
    values.extend(vars.iter().map(|var| -> Expr { syn::parse_quote!(#var) }));
    match values.len() {
        1 => values.remove(0),
        _ => syn::parse_quote!((#(#values),*)),
    }
}

/// A branch whose every end gives back the variables that it sets.
pub(super) fn thread(expr: &Expr, vars: &[Ident], gives: bool) -> Expr {
    match unparenthesized(expr) {
        Expr::If(branch) => {
            let branch = branch.clone();
            let then_branch = thread_block(&branch.then_branch, vars, gives);
            let otherwise: Expr = match &branch.else_branch {
                Some((_, otherwise)) => thread(otherwise, vars, gives),
                None => {
                    let back = given_back(None, vars);
                    syn::parse_quote!({ #back })
                }
            };
            Expr::If(ExprIf {
                then_branch,
                else_branch: Some((syn::Token![else](Span::mixed_site()), Box::new(otherwise))),
                ..branch
            })
        }
        Expr::Match(choice) => {
            let arms = choice.arms.iter().map(|arm| Arm {
                body: Box::new(thread(&arm.body, vars, gives)),
                comma: Some(syn::Token![,](Span::mixed_site())),
                ..arm.clone()
            });
            Expr::Match(ExprMatch { arms: arms.collect(), ..choice.clone() })
        }
        Expr::Block(block) if block.label.is_none() => {
            let block = thread_block(&block.block, vars, gives);
            syn::parse_quote!(#block)
        }
        other if diverges(other) => other.clone(),
        other => {
            let block = thread_block(&syn::parse_quote!({ #other }), vars, gives);
            syn::parse_quote!(#block)
        }
    }
}

pub(super) fn thread_block(block: &Block, vars: &[Ident], gives: bool) -> Block {
    if block_diverges(block) {
        return block.clone();
    }
    let mut block = block.clone();
    let value: Expr = {
        let value = Ident::new("__threaded", Span::mixed_site());
        syn::parse_quote!(#value)
    };
    if let Some(Stmt::Expr(tail, semicolon @ None)) = block.stmts.last_mut() {
        if gives {
            let last: Stmt = syn::parse_quote!(let #value = #tail;);
            block.stmts.pop();
            block.stmts.push(last);
        } else {
            *semicolon = Some(syn::Token![;](Span::mixed_site()));
        }
    }
    let back = given_back(gives.then_some(&value), vars);
    block.stmts.push(Stmt::Expr(back, None));
    block
}

/// A variable that a block declares and gives back in the place of one around it.
pub(super) fn shadowed(branch: &Expr, vars: &[Ident]) -> Option<Ident> {
    struct Tops<'a> {
        vars: &'a [Ident],
        found: Option<Ident>,
    }
    impl<'ast> Visit<'ast> for Tops<'_> {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if self.vars.contains(&pat.ident) {
                self.found.get_or_insert(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    }
    let mut tops = Tops { vars, found: None };
    tops.visit_expr(branch);
    tops.found
}
