//! The loops of a pure body: a `$reduce` over a list, or a function that calls itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Block, Expr, ExprForLoop, ExprWhile, Lifetime, Pat, spanned::Spanned, visit::Visit};

use crate::attributes::plain;

use super::{
    super::{pattern, symbolic::Symbolic, unparenthesized, visit_values},
    found::set_in,
    threaded::{shadowed, thread_block},
};

/// A loop in a pure body, around what is being written.
pub(crate) struct Turn {
    label: Option<String>,
    /// The variables that it sets.
    vars: Vec<Ident>,
    /// Whether a turn may be the last before the list ends.
    stops: bool,
    /// Where `return` and `?` lead at last: out of the body around all loops.
    body: Ident,
}

impl Symbolic<'_> {
    pub(super) fn pure_for(&mut self, loop_: &ExprForLoop) -> TokenStream {
        let b = self.b.clone();
        let vars = set_in(|finder| finder.visit_expr_for_loop(loop_));
        if !set_in(|finder| finder.visit_expr(&loop_.expr)).is_empty() {
            return self.not_here(&vars);
        }
        let items = self.expr(&loop_.expr);
        let items = quote_spanned!(loop_.expr.span()=> #b.methods().iter(#items));
        let element = self.fresh("element");
        let pattern = pattern::read(&loop_.pat, self.errors);
        self.declare(&pattern);
        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
        let bound = quote!(let (_, #names) = #b.bind(#element, &#value_of, #witness););
        let name = match &*loop_.pat {
            Pat::Ident(name) => plain(&name.ident),
            _ => "item".to_owned(),
        };
        let label = loop_.label.as_ref().map(|label| &label.name);
        let stops = leaves(&loop_.body);
        self.turns_of(
            vars,
            label,
            &loop_.body,
            stops,
            bound,
            |first, turn| quote!(#b.over(#items, #first, #stops, #name, |__so_far, #element| #turn)),
        )
    }

    pub(super) fn pure_while(&mut self, loop_: &ExprWhile) -> TokenStream {
        let (condition, body) = (&loop_.cond, &loop_.body);
        let leave: Expr = syn::parse_quote!(break);
        let body: Block = syn::parse_quote!({ if #condition #body else { #leave } });
        self.pure_loop(loop_.label.as_ref().map(|label| &label.name), &body)
    }

    pub(super) fn pure_loop(&mut self, label: Option<&Lifetime>, body: &Block) -> TokenStream {
        let b = self.b.clone();
        let vars = set_in(|finder| finder.visit_block(body));
        self.turns_of(
            vars,
            label,
            body,
            true,
            TokenStream::new(),
            |first, turn| quote!(#b.repeat(#first, |__so_far| #turn)),
        )
    }

    /// A loop: `write` is given what its variables are at first, and the body of a turn.
    fn turns_of(
        &mut self,
        vars: Vec<Ident>,
        label: Option<&Lifetime>,
        body: &Block,
        stops: bool,
        bound: TokenStream,
        write: impl FnOnce(TokenStream, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let b = self.b.clone();
        let (exits, looped) = (self.fresh("exits"), self.fresh("looped"));
        let state = self.state(&vars);
        let unpacked = self.unpacked(&vars, quote!(__so_far));
        if let Some(other) = shadowed(&Expr::Block(syn::parse_quote!(#body)), &vars) {
            return self.shadowing(&other);
        }
        let scope = std::mem::replace(&mut self.scope, exits.clone());
        let out = self.turns.first().map_or_else(|| scope.clone(), |outermost| outermost.body.clone());
        self.turns.push(Turn {
            label: label.map(|label| label.ident.to_string()),
            vars: vars.clone(),
            stops,
            body: out,
        });
        let written = self.value_block(&thread_block(body, &vars, false));
        self.turns.pop();
        self.scope = scope.clone();
        let turn = quote! {{
            let #exits = #b.exits();
            let __value = {
                #unpacked
                #bound
                let __state = #written;
                #b.goes_on(#stops, __state)
            };
            #b.end(#exits, __value)
        }};
        let looped_value = write(state, turn);
        let after = self.unpacked(&vars, quote!(#b.carried(&#looped)));
        let left = returns(body).then(|| match self.turns.is_empty() {
            true => quote!(#b.leave_body(#scope, &#looped);),
            false => quote!(#b.leave_turn(#scope, &#looped);),
        });
        quote! {
            let #looped = #looped_value;
            #left
            #after
        }
    }

    /// `break` and `continue` in a pure body.
    pub(crate) fn pure_leave(&mut self, label: Option<&Lifetime>, over: bool) -> Option<TokenStream> {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let turn = self.turns.last()?;
        if label.is_some_and(|label| turn.label.as_ref().is_none_or(|own| label.ident != own)) {
            return Some(self.refuse(
                label,
                "a loop in what only computes leaves or goes on with itself alone; put the inner loop into a function",
            ));
        }
        let (vars, stops) = (turn.vars.clone(), turn.stops);
        let state = self.state(&vars);
        let value = if over { quote!(#b.is_over(#state)) } else { quote!(#b.goes_on(#stops, #state)) };
        Some(quote!({ #b.return_early(#scope, #value); #b.never() }))
    }

    /// `return value` out of the loops of a pure body.
    pub(crate) fn return_from_turn(&mut self, value: &TokenStream) -> Option<TokenStream> {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let body = &self.turns.last()?.body;
        Some(quote!({
            let __value = #value;
            #b.return_early(#scope, #b.returned(#body, __value));
            #b.never()
        }))
    }

    /// `holder?` in the loops of a pure body.
    pub(crate) fn question_in_turn(&mut self, holder: &TokenStream, span: Span) -> Option<TokenStream> {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let body = &self.turns.last()?.body;
        Some(quote_spanned!(span=> #b.question_in_turn(#scope, #body, #holder)))
    }
}

pub(super) fn is_loop(expr: &Expr) -> bool {
    matches!(unparenthesized(expr), Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_))
}

/// Whether a turn may be the last: by a `break`, a `return` or `?`.
fn leaves(body: &Block) -> bool {
    struct Breaks {
        depth: usize,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Breaks {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Break(_) => self.found |= self.depth == 0,
                Expr::Closure(_) | Expr::Async(_) => return,
                Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
                    self.depth += 1;
                    syn::visit::visit_expr(self, expr);
                    self.depth -= 1;
                    return;
                }
                _ => {}
            }
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut breaks = Breaks { depth: 0, found: false };
    breaks.visit_block(body);
    breaks.found || returns(body)
}

/// Whether a block may leave the body around it.
fn returns(body: &Block) -> bool {
    struct Returns(bool);
    impl<'ast> Visit<'ast> for Returns {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Return(_) | Expr::Try(_) => self.0 = true,
                Expr::Closure(_) | Expr::Async(_) => return,
                _ => {}
            }
            syn::visit::visit_expr(self, expr);
        }
        fn visit_macro(&mut self, mac: &'ast syn::Macro) {
            visit_values(&mut mac.clone(), |value| self.visit_expr(value));
        }
    }
    let mut returns = Returns(false);
    returns.visit_block(body);
    returns.0
}
