//! Which variables a statement sets, and which names a pattern binds.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::{
    Arm, Block, Expr, ExprForLoop, ExprIf, ExprWhile, Local, Pat, Stmt, visit::Visit, visit_mut::VisitMut,
};

use crate::attributes::plain;

use super::{
    super::{loops::moves, methods::is_mutation, symbolic::is_compound, visit_values},
    is_settable, root,
};

/// Whether a statement sets a variable.
pub(crate) fn sets(stmt: &Stmt, name: &Ident) -> bool {
    set_in(|finder| finder.visit_stmt(stmt)).contains(name)
}

/// The variables that code sets and does not declare itself, in order.
pub(super) fn set_in(visit: impl FnOnce(&mut Finder)) -> Vec<Ident> {
    let mut finder = Finder { declared: vec![HashSet::new()], found: Vec::new() };
    visit(&mut finder);
    finder.found
}

pub(super) struct Finder {
    /// The names that the blocks around declare, innermost last.
    declared: Vec<HashSet<String>>,
    found: Vec<Ident>,
}

impl Finder {
    fn sets(&mut self, place: &Expr) {
        if let Some(root) = root(place)
            && !self.declared.iter().any(|names| names.contains(&plain(root)))
            && !self.found.contains(root)
        {
            self.found.push(root.clone());
        }
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.declared.push(HashSet::new());
        visit(self);
        self.declared.pop();
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_block(&mut self, block: &'ast Block) {
        self.within(|finder| syn::visit::visit_block(finder, block));
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.within(|finder| syn::visit::visit_arm(finder, arm));
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        self.within(|finder| {
            finder.visit_expr(&branch.cond);
            finder.visit_block(&branch.then_branch);
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, loop_: &'ast ExprWhile) {
        self.within(|finder| syn::visit::visit_expr_while(finder, loop_));
    }

    fn visit_expr_for_loop(&mut self, loop_: &'ast ExprForLoop) {
        self.visit_expr(&loop_.expr);
        self.within(|finder| {
            finder.visit_pat(&loop_.pat);
            finder.visit_block(&loop_.body);
        });
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            self.visit_expr(&init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                self.visit_expr(otherwise);
            }
        }
        self.visit_pat(&local.pat);
    }

    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        if let Some(names) = self.declared.last_mut() {
            names.insert(plain(&pat.ident));
        }
        syn::visit::visit_pat_ident(self, pat);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.within(|finder| syn::visit::visit_expr_closure(finder, closure));
    }

    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Assign(assign) => self.sets(&assign.left),
            Expr::Binary(binary) if is_compound(&binary.op) => self.sets(&binary.left),
            Expr::MethodCall(method) if is_mutation(method) && is_settable(&method.receiver) => {
                self.sets(&method.receiver);
            }
            Expr::Call(call) => {
                if let Some((_, places, _)) = moves(call) {
                    places.into_iter().for_each(|place| self.sets(place));
                }
            }
            _ => {}
        }
        syn::visit::visit_expr(self, expr);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        visit_values(&mut mac.clone(), |value| self.visit_expr(value));
    }
}

/// The names that a pattern binds with `mut`.
pub(crate) fn changing_names_in(pat: &Pat, names: &mut HashSet<String>) {
    struct Names<'a>(&'a mut HashSet<String>);
    impl<'ast> Visit<'ast> for Names<'_> {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if pat.mutability.is_some() {
                self.0.insert(plain(&pat.ident));
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    Names(names).visit_pat(pat);
}

/// The names that a pattern binds.
pub(crate) fn names_in(pat: &Pat, names: &mut HashSet<String>) {
    struct Names<'a>(&'a mut HashSet<String>);
    impl<'ast> Visit<'ast> for Names<'_> {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            self.0.insert(plain(&pat.ident));
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    Names(names).visit_pat(pat);
}

/// A pattern without `mut`: what sets its names is a `let` of the same name.
pub(crate) fn unchanging(pat: &Pat) -> Pat {
    struct Unchanging;
    impl VisitMut for Unchanging {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            if pat.by_ref.is_none() {
                pat.mutability = None;
            }
            syn::visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut pat = pat.clone();
    Unchanging.visit_pat_mut(&mut pat);
    pat
}
