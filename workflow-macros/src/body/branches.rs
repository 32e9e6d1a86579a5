//! Branches inside expressions: what `if`, `match`, `let .. else`, `return` and `?` are in a pure body,
//! where there are no states to go to. A pure body is that of a `#[pure]` function or of a closure, or a
//! branch of a workflow without an effect.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{BinOp, Expr, ExprBinary, ExprIf, ExprMatch, ExprTry, Pat, spanned::Spanned};

use super::{
    control::{Body, case, parts},
    pattern,
    symbolic::{Pure, Symbolic, names_values},
};

impl Symbolic<'_> {
    /// What `body` writes, as one expression.
    pub(crate) fn pure_body(
        &mut self,
        kind: Pure,
        body: impl FnOnce(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let b = self.b.clone();
        let exits = self.fresh("exits");
        let scope = std::mem::replace(&mut self.scope, exits.clone());
        let pure = self.pure.replace(kind);
        let loops = std::mem::take(&mut self.loops);
        let turns = std::mem::take(&mut self.turns);
        let giving_back = self.giving_back.take();
        let body = body(self);
        self.giving_back = giving_back;
        self.turns = turns;
        self.scope = scope;
        self.pure = pure;
        self.loops = loops;
        quote! {{
            let #exits = #b.exits();
            let __value = #body;
            #b.end(#exits, __value)
        }}
    }

    /// An expression without an effect that is computed only sometimes: what it names stays inside.
    pub(crate) fn lazily(&mut self, expr: &Expr) -> TokenStream {
        match names_values(expr) {
            true => self.pure_body(self.pure.unwrap_or(Pure::Branch), |writer| writer.expr(expr)),
            false => self.expr(expr),
        }
    }

    /// Branches, as part of the pure body around them or as one of their own.
    fn chosen(&mut self, write: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        match self.pure {
            Some(_) => write(self),
            None => self.pure_body(Pure::Branch, write),
        }
    }

    pub(crate) fn pure_if(&mut self, branch: &ExprIf) -> TokenStream {
        let b = self.b.clone();
        // What the condition asks for first may be awaited.
        let (prelude, tests) = self.condition(&parts(&branch.cond));
        let chosen = self.chosen(|writer| {
            let then = writer.value_block(&branch.then_branch);
            let otherwise = match &branch.else_branch {
                Some((_, otherwise)) => writer.expr(otherwise),
                None => quote!(#b.unit()),
            };
            quote! {{
                let (__condition, __then) = {
                    #b.enter();
                    #tests
                    let __value = #then;
                    (#b.holds(__test), #b.close(__value))
                };
                #b.enter();
                let __value = #otherwise;
                let __otherwise = #b.close(__value);
                #b.settle(#b.choose(__condition, __then, __otherwise))
            }}
        });
        quote!({ #prelude #chosen })
    }

    pub(crate) fn pure_match(&mut self, choice: &ExprMatch) -> TokenStream {
        let b = self.b.clone();
        let scrutinee = self.fresh("scrutinee");
        let value = self.expr(&choice.expr);
        let chosen = self.chosen(|writer| {
            // From the last arm to the first, each with what the arms below say.
            let mut written = TokenStream::new();
            for case in choice.arms.iter().rev().map(case) {
                let pattern = pattern::read(&case.pat, writer.errors);
                writer.declare(&pattern);
                let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                let guard = writer.guard(&case);
                let body = match case.body {
                    Body::Expr(expr) => writer.expr(expr),
                    Body::Block(block) => writer.value_block(block),
                    Body::Nothing => quote!(#b.unit()),
                };
                let arm = quote! {
                    #b.enter();
                    let (__test, #names) = #b.bind(#scrutinee, &#value_of, #witness);
                    #guard
                    let __value = #body;
                    let __arm = #b.close(__value);
                };
                written = if written.is_empty() {
                    quote!({ #arm __arm })
                } else {
                    quote! {{
                        let __below = #written;
                        #arm
                        #b.choose(#b.holds(__test), __arm, __below)
                    }}
                };
            }
            quote! {{
                let #scrutinee = #b.scrutinee(#scrutinee);
                let __branch = #written;
                #b.settle(__branch)
            }}
        });
        quote!({ let #scrutinee = #value; #chosen })
    }

    pub(crate) fn pure_let_else(&mut self, pat: &Pat, value: &Expr, otherwise: &Expr) -> TokenStream {
        let b = self.b.clone();
        let value = self.expr(value);
        let otherwise = self.expr(otherwise);
        let pattern = pattern::read(pat, self.errors);
        self.declare(&pattern);
        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
        quote! {
            let (__test, __names) = #b.bind(#b.scrutinee(#value), &#value_of, #witness);
            #b.enter();
            let __matched = #b.close(#b.unit());
            #b.enter();
            let __value = #otherwise;
            let __otherwise = #b.close(__value);
            let _ = #b.settle(#b.choose(#b.holds(__test), __matched, __otherwise));
            let #names = __names;
        }
    }

    /// `&&` and `||` whose right operand may return.
    pub(crate) fn pure_short_circuit(&mut self, binary: &ExprBinary) -> TokenStream {
        let b = self.b.clone();
        let (left, right) = (self.expr(&binary.left), self.expr(&binary.right));
        let known = matches!(binary.op, BinOp::Or(_));
        let (then, otherwise) =
            if known { (quote!(#b.literal(true)), right) } else { (right, quote!(#b.literal(false))) };
        quote! {{
            let __condition = #left;
            #b.enter();
            let __value = #then;
            let __then = #b.close(__value);
            #b.enter();
            let __value = #otherwise;
            let __otherwise = #b.close(__value);
            #b.settle(#b.choose(__condition, __then, __otherwise))
        }}
    }

    pub(crate) fn pure_try(&mut self, try_: &ExprTry) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let holder = self.expr(&try_.expr);
        if let Some(asked) = self.question_in_turn(&holder, try_.question_token.span()) {
            return asked;
        }
        quote_spanned!(try_.question_token.span()=> #b.question_early(#scope, #holder))
    }

    pub(crate) fn pure_return(&mut self, returned: Option<&Expr>) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let value = match returned {
            Some(returned) => self.expr(returned),
            None => quote!(#b.unit()),
        };
        if let Some(returned) = self.return_from_turn(&value) {
            return returned;
        }
        quote!({ let __value = #value; #b.return_early(#scope, __value); #b.never() })
    }
}
