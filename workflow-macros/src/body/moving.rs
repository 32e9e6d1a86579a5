//! What moves on or changes when a method is called on it, put into what the symbolic reading knows.
//!
//! - An iterator in a `let mut` is a list: `.next()` takes its first element away, `.peek()` reads it.
//! - `cart.add(line);` where nobody reads a value is a method with `&mut self`, of a type of the author's:
//!   `cart = cart.add(line)`.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{
    Block, Expr, ExprMethodCall, Pat, Stmt,
    visit_mut::{self, VisitMut},
};

use super::{
    method_table::{ADVICE, arguments_of},
    methods::is_place,
    unparenthesized,
};

/// Puts what moves on or changes in a body into such terms.
pub(crate) fn put_in_place(block: &mut Block) {
    Moving { iterators: HashMap::new() }.visit_block_mut(block);
}

/// The beginning of the name of a method that gives the new value of what it was called on.
pub(crate) const CHANGED: &str = "__changed_";

struct Moving {
    /// The iterators that variables hold, and whether each is over the characters of a text.
    iterators: HashMap<String, bool>,
}

impl VisitMut for Moving {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let outer = self.iterators.clone();
        let last = block.stmts.len().saturating_sub(1);
        for (place, statement) in block.stmts.iter_mut().enumerate() {
            if let Stmt::Local(local) = statement
                && let Some(init) = &mut local.init
            {
                self.visit_expr_mut(&mut init.expr);
                if let Some((_, otherwise)) = &mut init.diverge {
                    self.visit_expr_mut(otherwise);
                }
                if let Pat::Ident(name) = untyped(&local.pat) {
                    match name.mutability.and_then(|_| iterator(&mut init.expr)) {
                        Some(of_text) => self.iterators.insert(name.ident.to_string(), of_text),
                        None => self.iterators.remove(&name.ident.to_string()),
                    };
                }
                continue;
            }
            let is_statement = !matches!(statement, Stmt::Expr(_, None)) || place < last;
            if let Stmt::Expr(expr, _) = statement
                && is_statement
            {
                changes(expr);
            }
            self.visit_stmt_mut(statement);
        }
        self.iterators = outer;
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::ForLoop(turns) => body_of(&mut turns.body),
            Expr::While(turns) => body_of(&mut turns.body),
            Expr::Loop(turns) => body_of(&mut turns.body),
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(method) = expr
            && let Some(other) = self.moved(method)
        {
            *expr = other;
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        super::visit_values(mac, |value| self.visit_expr_mut(value));
    }
}

impl Moving {
    /// A method of an iterator in a variable, as one of a list.
    fn moved(&self, method: &mut ExprMethodCall) -> Option<Expr> {
        let Expr::Path(path) = unparenthesized(&method.receiver) else { return None };
        let of_text = *self.iterators.get(&path.path.get_ident()?.to_string())?;
        let to = match (method.method.to_string().as_str(), method.args.len()) {
            ("next", 0) => "pop_front",
            ("next_back", 0) => "pop_back",
            ("peek", 0) => "first",
            ("next_if", 1) => {
                let (list, test) = (&method.receiver, &method.args[0]);
                let test = match unparenthesized(test) {
                    Expr::Path(path) => syn::parse_quote!(|item| #path(item)),
                    other => other.clone(),
                };
                return Some(syn::parse_quote! {
                    if #list.first().is_some_and(#test) { #list.pop_front() } else { None }
                });
            }
            ("next_if_eq", 1) => {
                let (list, wanted) = (&method.receiver, &method.args[0]);
                return Some(syn::parse_quote! {
                    if #list.first() == Some(#wanted) { #list.pop_front() } else { None }
                });
            }
            ("by_ref", 0) => return Some((*method.receiver).clone()),
            ("as_str", 0) if of_text => {
                let list = &method.receiver;
                return Some(syn::parse_quote!(#list.iter().collect::<String>()));
            }
            ("as_slice", 0) => return Some((*method.receiver).clone()),
            _ => return None,
        };
        method.method = Ident::new(to, method.method.span());
        None
    }
}

/// The body of a loop has no value.
fn body_of(block: &mut Block) {
    if let Some(Stmt::Expr(tail, None)) = block.stmts.last_mut() {
        changes(tail);
    }
}

/// A call of a method that nobody reads, as what sets what it is called on; so in the branches of a statement.
fn changes(expr: &mut Expr) {
    match expr {
        Expr::MethodCall(method) if is_own(method) => {
            let place = &method.receiver;
            let arguments = &method.args;
            let name = Ident::new(&format!("{CHANGED}{}", method.method), method.method.span());
            *expr = syn::parse_quote!(#place = #place.#name(#arguments));
        }
        Expr::If(branch) => {
            body_of(&mut branch.then_branch);
            if let Some((_, otherwise)) = &mut branch.else_branch {
                changes(otherwise);
            }
        }
        Expr::Match(choice) => choice.arms.iter_mut().for_each(|arm| changes(&mut arm.body)),
        Expr::Block(block) if block.label.is_none() => body_of(&mut block.block),
        _ => {}
    }
}

/// Whether a method is none that the language knows, called on what can be set.
fn is_own(method: &ExprMethodCall) -> bool {
    let name = method.method.to_string();
    let known = arguments_of(&name).next().is_some()
        || ADVICE.iter().any(|(known, _)| *known == name)
        || ["or_insert", "or_default", "entry", "collect", "unwrap", "expect"].contains(&name.as_str());
    !known && is_place(&method.receiver) && !matches!(unparenthesized(&method.receiver), Expr::MethodCall(_))
}

fn untyped(pat: &Pat) -> &Pat {
    match pat {
        Pat::Type(typed) => untyped(&typed.pat),
        pat => pat,
    }
}

/// Whether an expression is an iterator, and then whether it is one over the characters of a text. What only makes it
/// one that can be looked ahead in is taken away.
fn iterator(expr: &mut Expr) -> Option<bool> {
    match expr {
        Expr::Paren(inner) => iterator(&mut inner.expr),
        Expr::MethodCall(method) => match method.method.to_string().as_str() {
            "peekable" | "fuse" if method.args.is_empty() => {
                *expr = (*method.receiver).clone();
                iterator(expr)
            }
            "chars" => Some(true),
            "iter" | "into_iter" | "split" | "splitn" | "rsplit" | "split_whitespace" | "lines"
            | "enumerate" | "keys" | "values" | "into_keys" | "into_values" | "windows" | "chunks"
            | "filter_map" | "flat_map" | "step_by" | "skip_while" | "take_while" | "map_while" | "bytes"
            | "char_indices" => Some(false),
            // Those of an `Option` and of an iterator.
            "map" | "filter" | "zip" | "chain" | "rev" | "skip" | "take" | "cloned" | "copied"
            | "flatten" => iterator(&mut method.receiver).map(|_| false),
            _ => None,
        },
        Expr::Range(range) if range.end.is_some() => Some(false),
        _ => None,
    }
}
