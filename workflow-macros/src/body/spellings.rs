//! What Rust has more than one spelling for, put into the one that the symbolic reading knows.
//!
//! - `'a: { .. break 'a value .. }` is a loop that is left in its first turn.
//! - `(a, b) = (b, a)` are two assignments of values that were taken before.
//! - `let (mut a, b) = ..` binds the values, and then gives those that change a `let mut` of their own; so do
//!   the patterns of arms, loops and `if let`.
//! - `let add = |a, b| a + b;` is written out where it is called.
//! - `loop { .. break Ok(value) .. }` at the end of what returns a `Result` returns it.

use proc_macro2::{Ident, Span};
use syn::{
    Block, Expr, ExprBreak, ExprClosure, ExprLoop, Lifetime, Pat, Stmt,
    visit::Visit,
    visit_mut::{self, VisitMut},
};

use super::{
    statement::called,
    symbolic::{first_await, has_effect},
    unparenthesized,
};

/// Respells a body. `fallible` says that it ends what returns a `Result`.
pub(crate) fn respell(block: &mut Block, fallible: bool) {
    Respell.visit_block_mut(block);
    if fallible {
        tail_of(block);
    }
}

/// Writes out the closures that variables hold. Both readings see the result: neither knows a function that is a
/// value.
pub(crate) fn write_out_closures(block: &mut Block) {
    Closures.visit_block_mut(block);
}

struct Closures;

impl VisitMut for Closures {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut closures: Vec<(Ident, ExprClosure)> = Vec::new();
        let statements = std::mem::take(&mut block.stmts);
        let used: Vec<bool> = statements
            .iter()
            .enumerate()
            .map(|(place, statement)| {
                closure_of(statement).is_some_and(|(name, _)| {
                    statements[place + 1..].iter().any(|later| names(quote::quote!(#later), &name))
                })
            })
            .collect();
        for (mut statement, used) in statements.into_iter().zip(used) {
            for (name, closure) in closures.iter().rev() {
                WriteOut { name, closure }.visit_stmt_mut(&mut statement);
            }
            match closure_of(&statement) {
                // One that nobody calls is for rustc to check.
                Some(_) if !used => block.stmts.push(statement),
                Some((name, closure)) => {
                    closures.retain(|(known, _)| *known != name);
                    closures.push((name, closure));
                }
                None => block.stmts.push(statement),
            }
        }
        visit_mut::visit_block_mut(self, block);
    }
}

/// Whether a name stands somewhere in code.
fn names(code: proc_macro2::TokenStream, name: &Ident) -> bool {
    code.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == *name,
        proc_macro2::TokenTree::Group(group) => names(group.stream(), name),
        proc_macro2::TokenTree::Literal(_) | proc_macro2::TokenTree::Punct(_) => false,
    })
}

struct Respell;

impl VisitMut for Respell {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        let mut statements = Vec::with_capacity(block.stmts.len());
        for mut statement in std::mem::take(&mut block.stmts) {
            if let Some(places) = in_places(&statement) {
                statements.extend(places);
                continue;
            }
            let changing = match &mut statement {
                Stmt::Local(local) if !is_name(&local.pat) => changing(&mut local.pat),
                _ => Vec::new(),
            };
            statements.push(statement);
            statements.extend(changing);
        }
        block.stmts = statements;
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // A closure only computes.
        if matches!(expr, Expr::Closure(closure) if closure.asyncness.is_none()) {
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::Block(labelled) if labelled.label.is_some() => {
                let (label, block) = (&labelled.label, &labelled.block);
                let name = label.as_ref().map(|label| &label.name);
                let whole: ExprLoop = syn::parse_quote!(#label loop { break #name #block });
                *expr = Expr::Loop(whole);
            }
            Expr::Assign(assign) => {
                if let Expr::Tuple(places) = unparenthesized(&assign.left) {
                    let names: Vec<Pat> = places.elems.iter().enumerate().map(taken).collect();
                    let sets = places.elems.iter().zip(&names).filter_map(|(place, name)| -> Option<Stmt> {
                        let set = syn::parse_quote!(#place = #name;);
                        (!matches!(place, Expr::Infer(_))).then_some(set)
                    });
                    let value = &assign.right;
                    let taken: Vec<Stmt> = match unparenthesized(value) {
                        Expr::Tuple(values) if values.elems.len() == names.len() => names
                            .iter()
                            .zip(&values.elems)
                            .map(|(name, value)| syn::parse_quote!(let #name = #value;))
                            .collect(),
                        _ => vec![syn::parse_quote!(let (#(#names,)*) = #value;)],
                    };
                    *expr = syn::parse_quote!({ #(#taken)* #(#sets)* });
                }
            }
            Expr::If(branch) => {
                let then = condition(&mut branch.cond);
                branch.then_branch.stmts.splice(0..0, then);
            }
            Expr::While(turns) => {
                let body = condition(&mut turns.cond);
                turns.body.stmts.splice(0..0, body);
            }
            Expr::ForLoop(turns) => {
                let body = changing(&mut turns.pat);
                turns.body.stmts.splice(0..0, body);
                if let Some(counted) = endless(turns) {
                    *expr = counted;
                }
            }
            Expr::Match(choice) if binds_whole(choice) => {
                let result = Ident::new("result", Span::mixed_site());
                let awaited = std::mem::replace(&mut *choice.expr, syn::parse_quote!(#result));
                let choice = &*choice;
                *expr = syn::parse_quote!({ let #result = #awaited; #choice });
                // The patterns in it are put right as those of any other.
                if let Expr::Block(block) = expr {
                    visit_mut::visit_block_mut(self, &mut block.block);
                }
            }
            Expr::Match(choice) => {
                for arm in &mut choice.arms {
                    let first = changing(&mut arm.pat);
                    if !first.is_empty() {
                        let body = &arm.body;
                        *arm.body = syn::parse_quote!({ #(#first)* #body });
                    }
                }
            }
            Expr::Async(block) => tail_of(&mut block.block),
            Expr::Closure(closure) if closure.asyncness.is_some() => tail(&mut closure.body),
            _ => {}
        }
    }
}

/// `for n in 1.. { .. }` as a `loop` that counts.
fn endless(turns: &syn::ExprForLoop) -> Option<Expr> {
    let Expr::Range(range) = unparenthesized(&turns.expr) else { return None };
    let (Some(start), None) = (&range.start, &range.end) else { return None };
    let next = Ident::new("next", Span::mixed_site());
    let (label, pat, statements) = (&turns.label, &turns.pat, &turns.body.stmts);
    Some(syn::parse_quote!({
        let mut #next = #start;
        #label loop {
            let #pat = #next;
            #next += 1;
            #(#statements)*
        }
    }))
}

/// Whether an arm of a `match` on what is awaited has a name for the whole `Result`.
fn binds_whole(choice: &syn::ExprMatch) -> bool {
    fn binds(pat: &Pat) -> bool {
        match pat {
            Pat::Ident(name) => name.subpat.is_some() || !super::is_capitalized(&name.ident.clone().into()),
            Pat::Paren(inner) => binds(&inner.pat),
            _ => false,
        }
    }
    matches!(unparenthesized(&choice.expr), Expr::Await(_)) && choice.arms.iter().any(|arm| binds(&arm.pat))
}

/// A closure that a variable holds, if it only computes.
fn closure_of(statement: &Stmt) -> Option<(Ident, ExprClosure)> {
    let Stmt::Local(local) = statement else { return None };
    let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) else { return None };
    let Expr::Closure(closure) = unparenthesized(&init.expr) else { return None };
    let awaits = closure.asyncness.is_some() || first_await(&closure.body).is_some();
    (!awaits).then(|| (name.ident.clone(), closure.clone()))
}

/// Writes a closure out where it is called, and stands where it is handed on.
struct WriteOut<'a> {
    name: &'a Ident,
    closure: &'a ExprClosure,
}

impl WriteOut<'_> {
    fn is_named(&self, expr: &Expr) -> bool {
        match unparenthesized(expr) {
            Expr::Path(path) => path.path.is_ident(self.name),
            Expr::Reference(reference) => self.is_named(&reference.expr),
            _ => false,
        }
    }
}

impl VisitMut for WriteOut<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            // What returns leaves the closure alone.
            Expr::Call(call) if self.is_named(&call.func) && has_effect(&self.closure.body) => {
                let closure = self.closure;
                *call.func = syn::parse_quote!((#closure));
            }
            Expr::Call(call) if self.is_named(&call.func) && call.args.len() == self.closure.inputs.len() => {
                let names: Vec<Pat> = call.args.iter().enumerate().map(taken).collect();
                let values = &call.args;
                let (inputs, body) = (self.closure.inputs.iter(), &self.closure.body);
                let values = values.iter();
                let body: Expr = match &self.closure.output {
                    syn::ReturnType::Default => (**body).clone(),
                    syn::ReturnType::Type(_, ty) => {
                        let returned = Ident::new("returned", Span::mixed_site());
                        syn::parse_quote!({ let #returned: #ty = #body; #returned })
                    }
                };
                *expr = syn::parse_quote!({
                    #(let #names = #values;)*
                    #(let #inputs = #names;)*
                    #body
                });
            }
            Expr::MethodCall(method) => {
                for argument in &mut method.args {
                    if self.is_named(argument) {
                        *argument = Expr::Closure(self.closure.clone());
                    }
                }
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        super::visit_values(mac, |value| self.visit_expr_mut(value));
    }
}

/// `let (mut a, b) = (x, y);` place by place, so that each variable has the type of its value.
fn in_places(statement: &Stmt) -> Option<Vec<Stmt>> {
    let Stmt::Local(local) = statement else { return None };
    let (Pat::Tuple(pattern), Some(init)) = (&local.pat, &local.init) else { return None };
    let Expr::Tuple(values) = unparenthesized(&init.expr) else { return None };
    let mutable = pattern.elems.iter().any(|pat| !changing(&mut pat.clone()).is_empty());
    let open = pattern.elems.iter().any(|pat| matches!(pat, Pat::Rest(_)));
    if !mutable || open || init.diverge.is_some() || values.elems.len() != pattern.elems.len() {
        return None;
    }
    let names: Vec<Pat> = values.elems.iter().enumerate().map(taken).collect();
    let first = names.iter().zip(&values.elems).map(|(name, value)| syn::parse_quote!(let #name = #value;));
    let second = pattern.elems.iter().zip(&names).filter_map(|(pat, name)| -> Option<Stmt> {
        let bound = syn::parse_quote!(let #pat = #name;);
        (!matches!(pat, Pat::Wild(_))).then_some(bound)
    });
    Some(first.chain(second).collect())
}

fn is_name(pat: &Pat) -> bool {
    match pat {
        Pat::Type(typed) => is_name(&typed.pat),
        Pat::Ident(ident) => ident.subpat.is_none(),
        _ => false,
    }
}

/// The pattern for a value that is on its way to a place.
fn taken((index, place): (usize, &Expr)) -> Pat {
    match place {
        Expr::Infer(_) => syn::parse_quote!(_),
        _ => {
            let name = Ident::new(&format!("taken_{index}"), Span::mixed_site());
            syn::parse_quote!(#name)
        }
    }
}

/// Takes `mut` out of a pattern, and gives what makes up for it.
fn changing(pat: &mut Pat) -> Vec<Stmt> {
    struct Names(Vec<Stmt>);
    impl VisitMut for Names {
        fn visit_pat_ident_mut(&mut self, ident: &mut syn::PatIdent) {
            if ident.mutability.take().is_some() && ident.by_ref.is_none() {
                let name = &ident.ident;
                self.0.push(syn::parse_quote!(let mut #name = #name;));
            }
            visit_mut::visit_pat_ident_mut(self, ident);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat_mut(pat);
    names.0
}

/// The same for the patterns of a condition.
fn condition(condition: &mut Expr) -> Vec<Stmt> {
    match condition {
        Expr::Let(condition) => changing(&mut condition.pat),
        Expr::Binary(binary) => {
            let mut first = self::condition(&mut binary.left);
            first.extend(self::condition(&mut binary.right));
            first
        }
        Expr::Paren(inner) => self::condition(&mut inner.expr),
        _ => Vec::new(),
    }
}

fn tail_of(block: &mut Block) {
    if let Some(Stmt::Expr(expr, None)) = block.stmts.last_mut() {
        tail(expr);
    }
}

/// A loop that ends what returns a `Result` leaves it with one.
fn tail(expr: &mut Expr) {
    match expr {
        Expr::Loop(turns) => {
            let mut breaks = Breaks {
                label: turns.label.as_ref().map(|label| label.name.clone()),
                inner: 0,
                results: false,
                returns: false,
            };
            breaks.visit_block_mut(&mut turns.body);
            if breaks.results {
                breaks.returns = true;
                breaks.visit_block_mut(&mut turns.body);
            }
        }
        Expr::Paren(inner) => tail(&mut inner.expr),
        Expr::Block(block) => tail_of(&mut block.block),
        Expr::If(branch) => {
            tail_of(&mut branch.then_branch);
            if let Some((_, otherwise)) = &mut branch.else_branch {
                tail(otherwise);
            }
        }
        Expr::Match(choice) => choice.arms.iter_mut().for_each(|arm| tail(&mut arm.body)),
        _ => {}
    }
}

/// The `break`s of a loop: whether they leave with a `Result`, and then as `return`s.
struct Breaks {
    label: Option<Lifetime>,
    inner: usize,
    results: bool,
    returns: bool,
}

impl Breaks {
    fn is_own(&self, leave: &ExprBreak) -> bool {
        match &leave.label {
            Some(label) => self.label.as_ref().is_some_and(|own| own.ident == label.ident),
            None => self.inner == 0,
        }
    }
}

impl VisitMut for Breaks {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let is_loop = matches!(expr, Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_));
        if matches!(expr, Expr::Async(_) | Expr::Closure(_)) {
            return;
        }
        self.inner += usize::from(is_loop);
        visit_mut::visit_expr_mut(self, expr);
        self.inner -= usize::from(is_loop);
        if let Expr::Break(leave) = expr
            && self.is_own(leave)
            && let Some(value) = &leave.expr
        {
            self.results |= is_result(value);
            if self.returns {
                *expr = syn::parse_quote!(return #value);
            }
        }
    }
}

/// Whether a function's body says that it gives a `Result`.
pub(crate) fn gives_result(block: &Block) -> bool {
    struct Returns(bool);
    impl<'ast> Visit<'ast> for Returns {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Return(_) => self.0 |= is_result(expr),
                Expr::Async(_) | Expr::Closure(_) => {}
                _ => syn::visit::visit_expr(self, expr),
            }
        }
    }
    let mut returns = Returns(false);
    returns.visit_block(block);
    returns.0 || matches!(block.stmts.last(), Some(Stmt::Expr(tail, _)) if is_result(tail))
}

/// Whether an expression says that it is a `Result`.
fn is_result(expr: &Expr) -> bool {
    let ends = |block: &Block| matches!(block.stmts.last(), Some(Stmt::Expr(tail, None)) if is_result(tail));
    match unparenthesized(expr) {
        Expr::Call(call) => matches!(called(call).as_str(), "Ok" | "Err") && call.args.len() == 1,
        Expr::Return(returned) => returned.expr.as_deref().is_some_and(is_result),
        Expr::Block(block) => ends(&block.block),
        Expr::If(branch) => {
            ends(&branch.then_branch)
                || branch.else_branch.as_ref().is_some_and(|(_, other)| is_result(other))
        }
        Expr::Match(choice) => choice.arms.iter().any(|arm| is_result(&arm.body)),
        _ => false,
    }
}
