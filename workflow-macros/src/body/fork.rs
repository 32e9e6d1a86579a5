//! What runs at the same time, and what is run again as one: Parallel and Map states.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Block, Expr, ExprAwait, ExprClosure, ExprMethodCall, Pat, Token, punctuated::Punctuated, spanned::Spanned,
};

use crate::attributes::plain;

use super::{
    await_::Repeated,
    control::about,
    loops::{Source, source},
    pattern, site, sugar,
    symbolic::Symbolic,
    unparenthesized,
};

impl Symbolic<'_> {
    /// `join!(..)`: the value is a tuple.
    pub(super) fn join(
        &mut self,
        await_: &ExprAwait,
        arguments: &Punctuated<Expr, Token![,]>,
    ) -> TokenStream {
        let b = self.b.clone();
        let note = self.take_note(None);
        let site = site(await_);
        let fork = self.fresh("fork");
        let branches: Vec<(TokenStream, Ident)> = sugar::branches(arguments.iter())
            .map(|(_, block)| {
                let scope = self.fresh("scope");
                let body = self.region(&scope, false, |writer| writer.result_block(&block.block));
                self.branch(&fork, &scope, TokenStream::new(), &body)
            })
            .collect();
        let (branches, outputs): (Vec<TokenStream>, Vec<Ident>) = branches.into_iter().unzip();
        quote! {{
            let mut #fork = #b.fork_alone::<::workflow_core::PlatformError>();
            #(#branches)*
            #b.await_join(#fork, (#(#outputs,)*), #site, #note)
        }}
    }

    /// `try_join!(..)` whose errors are those of the scope.
    pub(super) fn try_join(
        &mut self,
        await_: &ExprAwait,
        arguments: &Punctuated<Expr, Token![,]>,
    ) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let note = self.take_note(None);
        let site = site(await_);
        let fork = self.fresh("fork");
        let branches: Vec<(TokenStream, Ident)> = sugar::branches(arguments.iter())
            .map(|(_, block)| {
                let scope = self.fresh("scope");
                let body = self.region(&scope, true, |writer| writer.result_block(&block.block));
                self.branch(&fork, &scope, TokenStream::new(), &body)
            })
            .collect();
        let (branches, outputs): (Vec<TokenStream>, Vec<Ident>) = branches.into_iter().unzip();
        quote! {{
            let mut #fork = #b.fork(#scope);
            #(#branches)*
            #b.await_parallel(#scope, #fork, (#(#outputs,)*), #site, #note)
        }}
    }

    /// `attempt(async || ..)` whose errors are those of the scope.
    pub(super) fn attempted(&mut self, await_: &ExprAwait, attempt: &Repeated<'_>) -> TokenStream {
        let (b, outer) = (self.b.clone(), self.scope.clone());
        let note = self.take_note(Some("attempt".to_owned()));
        let site = site(await_);
        let Some(policy) = self.policy_of(attempt, &["retry"]) else { return quote!(#b.never()) };
        if !self.is_async(attempt) {
            return quote!(#b.never());
        }
        let (fork, scope) = (self.fresh("fork"), self.fresh("scope"));
        let body = self.region(&scope, true, |writer| writer.closure_body(attempt.closure));
        let (branch, output) = self.branch(&fork, &scope, TokenStream::new(), &body);
        quote! {{
            let mut #fork = #b.fork(#outer);
            #branch
            #b.await_attempt(#outer, #fork, #output, #policy, #site, #note)
        }}
    }

    /// `map(items, async |item| ..)` whose errors are those of the scope.
    pub(super) fn mapped(&mut self, await_: &ExprAwait, map: &Repeated<'_>) -> TokenStream {
        let (b, outer) = (self.b.clone(), self.scope.clone());
        let Some(written) = map.items else { return quote!(#b.never()) };
        let note = self.take_note(about(written));
        let site = site(await_);
        let Some(policy) = self.policy_of(map, &["max_concurrency", "retry"]) else {
            return quote!(#b.never());
        };
        if !self.is_async(map) {
            return quote!(#b.never());
        }
        let (list, enumerated) = match source(written) {
            Some(Source::List { expr, enumerated, reversed: false }) => (expr, enumerated),
            Some(Source::Range { .. }) => {
                return self.refuse(
                    written,
                    "a Map state runs over a list; collect the range first: `(0..n).collect::<Vec<_>>()`",
                );
            }
            _ => (written, false),
        };
        let items = self.expr(list);
        let Some(parameter) = map.closure.inputs.first().filter(|_| map.closure.inputs.len() == 1) else {
            return self.refuse(
                &map.closure.inputs,
                "the closure of `map` takes one parameter: the element, or `(index, element)` after `.enumerate()`",
            );
        };
        let (index, element) = match (enumerated, untyped(parameter)) {
            (false, element) => (None, element),
            (true, Pat::Tuple(pair)) if pair.elems.len() == 2 => (Some(&pair.elems[0]), &pair.elems[1]),
            (true, other) => {
                return self.refuse(other, "after `.enumerate()` the parameter is `(index, element)`");
            }
        };
        let (fork, scope, state) = (self.fresh("fork"), self.fresh("scope"), self.fresh("map"));
        let (all, item, place) = (self.fresh("items"), self.fresh("item"), self.fresh("index"));
        let items_span = list.span();
        let name = simple_name(element).unwrap_or_else(|| "item".to_owned());
        let index_name = match index.map(simple_name) {
            Some(Some(name)) => quote!(::core::option::Option::Some(#name)),
            _ => quote!(::core::option::Option::None),
        };
        let (bind, body) = self.region(&scope, true, |writer| {
            let element = writer.bound(element, &quote!(#item));
            let index = index.map(|index| writer.bound(index, &quote!(#place)));
            (quote!(#element #index), writer.closure_body(map.closure))
        });
        let given = quote_spanned!(items_span=> let (#state, #item, #place) = #b.iteration(#b.methods().iter(#all), #name, #index_name););
        let body = quote!({ #bind #body });
        let (branch, output) = self.branch(&fork, &scope, given, &body);
        quote! {{
            let #all = #items;
            let mut #fork = #b.fork(#outer);
            #branch
            #b.await_map(#outer, #fork, #state, #output, #policy, #site, #note)
        }}
    }

    /// Statements that bind a parameter of a closure.
    pub(super) fn bound(&mut self, pat: &Pat, value: &TokenStream) -> TokenStream {
        let b = self.b.clone();
        let pattern = pattern::read(untyped(pat), self.errors);
        self.declare(&pattern);
        if let Some(name) = simple_name(pat) {
            let ident = &pattern.names[0];
            return quote!(let #ident = #b.bind_name(#name, #value););
        }
        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
        quote!(let (_, #names) = #b.bind(#value, &#value_of, #witness);)
    }

    pub(super) fn closure_body(&mut self, closure: &ExprClosure) -> TokenStream {
        match unparenthesized(&closure.body) {
            Expr::Block(body) => self.result_block(&body.block),
            tail => {
                let block = Block {
                    brace_token: Default::default(),
                    stmts: vec![syn::Stmt::Expr(tail.clone(), None)],
                };
                self.result_block(&block)
            }
        }
    }

    /// Writes what belongs to a branch: a scope of its own, no loop around it, nothing outside that it
    /// may set.
    pub(super) fn region<R>(
        &mut self,
        scope: &Ident,
        fallible: bool,
        write: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let outer_scope = std::mem::replace(&mut self.scope, scope.clone());
        let outer_fallible = std::mem::replace(&mut self.fallible, fallible);
        let loops = std::mem::take(&mut self.loops);
        let around = std::mem::replace(&mut self.around, self.locals.clone());
        let note = self.note.take();
        let written = write(self);
        self.note = note;
        self.around = around;
        self.loops = loops;
        self.fallible = outer_fallible;
        self.scope = outer_scope;
        written
    }

    /// A branch of a fork, and the variable that tells the type of its output.
    pub(super) fn branch(
        &mut self,
        fork: &Ident,
        scope: &Ident,
        given: TokenStream,
        body: &TokenStream,
    ) -> (TokenStream, Ident) {
        let b = self.b.clone();
        let output = self.fresh("output");
        let written = quote! {
            let #scope = #b.branch(&mut #fork);
            #given
            #body
            let #output = #b.end_branch(&mut #fork, #scope);
        };
        (written, output)
    }

    /// The policy of a closure that is run more than once.
    fn policy_of(&mut self, repeated: &Repeated<'_>, known: &[&str]) -> Option<TokenStream> {
        let function = repeated.function;
        let units = sugar::unit_arguments(if repeated.items.is_some() { 2 } else { 1 });
        let mut written = quote_spanned!(function.span()=> #function(#units));
        for &call in &repeated.policy {
            let ExprMethodCall { method, args, .. } = call;
            if !known.contains(&method.to_string().as_str()) {
                let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                self.errors.refuse(method, format!("there is no method `{method}` here; known is {known}"));
                return None;
            }
            args.iter().for_each(|argument| self.policy_is_fixed(argument));
            self.policy_holds(call);
            written = quote_spanned!(method.span()=> #written.#method(#args));
        }
        Some(written)
    }

    fn is_async(&mut self, repeated: &Repeated<'_>) -> bool {
        let closure = repeated.closure;
        if closure.asyncness.is_some() {
            return true;
        }
        let advice = match (&*closure.body, repeated.items.is_some()) {
            (Expr::Async(_), true) => {
                "write an `async` closure, which lends what is around it: `async |item| { .. }`"
            }
            (Expr::Async(_), false) => {
                "write an `async` closure, which lends what is around it: `async || { .. }`"
            }
            (_, true) => {
                "the closure of `map` is `async`: `async |item| { .. }`; for a pure value of each element use `items.iter().map(..)`"
            }
            (_, false) => "the closure of `attempt` is `async`: `async || { .. }`",
        };
        self.errors.refuse(closure, advice);
        false
    }
}

pub(super) fn untyped(pat: &Pat) -> &Pat {
    match pat {
        Pat::Type(typed) => untyped(&typed.pat),
        Pat::Reference(reference) => untyped(&reference.pat),
        Pat::Paren(inner) => untyped(&inner.pat),
        pat => pat,
    }
}

/// The name that a pattern is, if it is nothing else.
pub(super) fn simple_name(pat: &Pat) -> Option<String> {
    match untyped(pat) {
        Pat::Ident(name) if name.subpat.is_none() && !super::is_capitalized(&name.ident.clone().into()) => {
            Some(plain(&name.ident))
        }
        _ => None,
    }
}
