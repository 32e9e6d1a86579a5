//! `if`, `match`, `let else`: pure ones become `? :`, those with effects become Choice states, and
//! those on the `Result` of what is awaited become Catch.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Arm, BinOp, Expr, ExprAwait, ExprIf, ExprMatch, Pat, spanned::Spanned};

use crate::attributes::plain;

use super::{
    await_::{Awaited, awaited},
    distributed::Leaving,
    pattern,
    symbolic::{Symbolic, first_await, has_effect},
    unparenthesized,
};

/// Where the values of arms go.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    /// They are the value of the whole.
    Value,
    /// They leave the scope.
    Result,
}

/// An arm, whatever it was written as.
pub(super) struct Case<'a> {
    pub(super) pat: Pat,
    guard: Option<&'a Expr>,
    pub(super) body: Body<'a>,
    attributes: &'a [syn::Attribute],
}

#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    Expr(&'a Expr),
    Block(&'a syn::Block),
    Nothing,
}

impl Symbolic<'_> {
    pub(crate) fn if_value(&mut self, branch: &ExprIf) -> TokenStream {
        self.if_(branch, Position::Value)
    }

    pub(crate) fn if_result(&mut self, branch: &ExprIf) -> TokenStream {
        let value = self.if_(branch, Position::Result);
        quote!(let _ = #value;)
    }

    pub(crate) fn match_value(&mut self, choice: &ExprMatch) -> TokenStream {
        self.match_(choice, Position::Value)
    }

    pub(crate) fn match_result(&mut self, choice: &ExprMatch) -> TokenStream {
        let value = self.match_(choice, Position::Result);
        quote!(let _ = #value;)
    }

    fn if_(&mut self, branch: &ExprIf, position: Position) -> TokenStream {
        if self.pure.is_some() {
            return self.pure_if(branch);
        }
        // `if let Ok(v) = call().await` is a `match` on a `Result`.
        if let Expr::Let(condition) = unparenthesized(&branch.cond)
            && let Expr::Await(await_) = unparenthesized(&condition.expr)
        {
            let otherwise = match &branch.else_branch {
                Some((_, otherwise)) => Body::Expr(otherwise),
                None => Body::Nothing,
            };
            let cases = [
                Case {
                    pat: (*condition.pat).clone(),
                    guard: None,
                    body: Body::Block(&branch.then_branch),
                    attributes: &[],
                },
                Case { pat: syn::parse_quote!(_), guard: None, body: otherwise, attributes: &[] },
            ];
            return self.match_awaited(await_, &cases, position);
        }
        let b = self.b.clone();
        let steps = steps(&branch.cond);
        if position == Position::Value
            && steps.len() == 1
            && !has_effect(&Expr::If(without_condition(branch)))
        {
            return self.pure_if(branch);
        }
        let note = self.take_note(about(&branch.cond));
        let (prelude, tests) = self.condition(&steps[0]);
        let bound = bound_by(&b, &steps[0]);
        let join = self.fresh("join");
        // What awaits further on is asked when all before it holds.
        let further: TokenStream = steps[1..]
            .iter()
            .map(|parts| {
                let ((prelude, tests), no_note) = (self.condition(parts), self.no_note());
                let bound = bound_by(&b, parts);
                quote!(#prelude #tests #b.guarded(&mut #join, __test, #no_note); #bound)
            })
            .collect();
        let then = Body::Block(&branch.then_branch);
        let otherwise = match &branch.else_branch {
            Some((_, otherwise)) => Body::Expr(otherwise),
            None => Body::Nothing,
        };
        let then = self.body(then, position);
        let otherwise = self.body(otherwise, position);
        quote! {{
            #prelude
            let mut #join = #b.choice(#note);
            {
                #tests
                #b.when(&mut #join, __test);
                #bound
                #further
                let __value = #then;
                #b.arm(&mut #join, __value);
            }
            #b.otherwise(&mut #join);
            let __value = #otherwise;
            #b.arm(&mut #join, __value);
            #b.join(#join)
        }}
    }

    /// Parts of a condition of which the first alone may await: what is evaluated first, and statements that bind
    /// the names and `__test`.
    pub(super) fn condition(&mut self, parts: &[&Expr]) -> (TokenStream, TokenStream) {
        let b = self.b.clone();
        let (mut prelude, mut tests) = (TokenStream::new(), TokenStream::new());
        for (place, part) in parts.iter().enumerate() {
            let value = match part {
                Expr::Let(condition) => &*condition.expr,
                other => other,
            };
            let value = if place == 0 {
                let (value, name) = (self.expr(value), self.fresh("condition"));
                prelude.extend(quote!(let #name = #value;));
                quote!(#name)
            } else {
                self.lazily(value)
            };
            let next = match part {
                Expr::Let(condition) => {
                    let pattern = pattern::read(&condition.pat, self.errors);
                    self.declare(&pattern);
                    let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                    quote!(let (__next, #names) = #b.bind(#value, &#value_of, #witness);)
                }
                _ => quote!(let __next = #b.test(#value);),
            };
            match place {
                0 => tests.extend(quote!(#next let __test = __next;)),
                _ => tests.extend(quote!(#next let __test = #b.both(__test, __next);)),
            }
        }
        (prelude, tests)
    }

    fn match_(&mut self, choice: &ExprMatch, position: Position) -> TokenStream {
        if self.pure.is_some() {
            return self.pure_match(choice);
        }
        let cases: Vec<Case<'_>> = choice.arms.iter().map(case).collect();
        if let Expr::Await(await_) = unparenthesized(&choice.expr) {
            return self.match_awaited(await_, &cases, position);
        }
        let effects = position == Position::Result
            || choice.arms.iter().any(|arm| has_effect(&arm.body))
            || cases.iter().any(|case| case.guard.is_some_and(has_effect))
            || cases.iter().any(|case| !case.attributes.is_empty() && self.has_state_note(case.attributes));
        if !effects {
            return self.pure_match(choice);
        }
        let b = self.b.clone();
        let note = self.take_note(about(&choice.expr));
        let scrutinee = self.fresh("scrutinee");
        let value = self.expr(&choice.expr);
        let join = self.fresh("join");
        let last = cases.len().saturating_sub(1);
        let arms: Vec<TokenStream> = cases
            .iter()
            .enumerate()
            .map(|(place, case)| self.arm(case, &scrutinee, &join, place == last, position))
            .collect();
        quote! {{
            let #scrutinee = #value;
            let mut #join = #b.choice(#note);
            #(#arms)*
            #b.join(#join)
        }}
    }

    fn has_state_note(&self, attributes: &[syn::Attribute]) -> bool {
        attributes.iter().any(|attribute| attribute.path().is_ident("state"))
    }

    /// An arm over data.
    fn arm(
        &mut self,
        case: &Case<'_>,
        scrutinee: &Ident,
        join: &Ident,
        last: bool,
        position: Position,
    ) -> TokenStream {
        let b = self.b.clone();
        let pattern = pattern::read(&case.pat, self.errors);
        self.declare(&pattern);
        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
        let bound = &pattern.names;
        let texts: Vec<String> = bound.iter().map(plain).collect();
        let (guard, asked) = self.guards(case, |asked, note| quote!(#b.guarded(&mut #join, #asked, #note);));
        let attributes = case.attributes.to_vec();
        let body = self.noted(&attributes, |writer| writer.body(case.body, position));
        // A name for the whole is of the scrutinee's own type, which rustc may find only later.
        let whole = whole(&case.pat).map(|name| quote!(let #name = #scrutinee;));
        let enter = if last && case.guard.is_none() {
            quote!(#b.otherwise(&mut #join);)
        } else {
            quote!(#b.when(&mut #join, __test);)
        };
        quote! {{
            let (__test, #names) = #b.bind(#scrutinee, &#value_of, #witness);
            #whole
            #guard
            #enter
            #(let #bound = #b.bind_name(#texts, #bound);)*
            #asked
            let __value = #body;
            #b.arm(&mut #join, __value);
        }}
    }

    /// A guard: statements that add it to `__test`, or else those that ask it when the pattern is known to match,
    /// and lead on to the next arm. `ends` writes the end of these, with the test and a note.
    fn guards(
        &mut self,
        case: &Case<'_>,
        ends: impl FnOnce(TokenStream, TokenStream) -> TokenStream,
    ) -> (TokenStream, TokenStream) {
        let b = self.b.clone();
        match case.guard {
            Some(guard) if has_effect(guard) => {
                let (value, no_note) = (self.expr(guard), self.no_note());
                let end = ends(quote!(#b.test(__guard)), no_note);
                (TokenStream::new(), quote!(let __guard = #value; #end))
            }
            _ => (self.guard(case), TokenStream::new()),
        }
    }

    /// A guard that awaits nothing: statements that add it to `__test`.
    pub(super) fn guard(&mut self, case: &Case<'_>) -> TokenStream {
        let b = self.b.clone();
        let Some(guard) = case.guard else { return TokenStream::new() };
        let value = self.lazily(guard);
        quote!(let __test = #b.both(__test, #b.test(#value));)
    }

    /// A `match` on the `Result` of what is awaited.
    fn match_awaited(&mut self, await_: &ExprAwait, cases: &[Case<'_>], position: Position) -> TokenStream {
        let b = self.b.clone();
        let (inner, success, join) = (self.fresh("scope"), self.fresh("success"), self.fresh("join"));
        let attempt = self.attempt(await_, &inner);
        let wildcard = cases.iter().any(|case| matches!(case.pat, Pat::Wild(_)));
        let cases: Vec<Case<'_>> =
            cases.iter().map(|case| Case { pat: of_one_kind(&case.pat), ..*case }).collect();
        let last_ok = cases.iter().rposition(|case| result_pattern(&case.pat) == Some("Ok"));
        let arms: Vec<TokenStream> = cases
            .iter()
            .enumerate()
            .map(|(place, case)| {
                let attributes = case.attributes.to_vec();
                match (result_pattern(&case.pat), &case.pat) {
                    (Some("Ok"), Pat::TupleStruct(ok)) if ok.elems.len() == 1 => {
                        let case = Case { pat: ok.elems[0].clone(), ..*case };
                        let last = Some(place) == last_ok && !wildcard;
                        self.arm(&case, &success, &join, last, position)
                    }
                    (Some("Err"), Pat::TupleStruct(err)) if err.elems.len() == 1 => {
                        let pattern = pattern::read(&err.elems[0], self.errors);
                        self.declare(&pattern);
                        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                        let (guard, asked) = self
                            .guards(case, |asked, note| quote!(#b.guarded_error(#inner, #asked, #note);));
                        let bound = &pattern.names;
                        let texts: Vec<String> = bound.iter().map(plain).collect();
                        let body = self.noted(&attributes, |writer| writer.body(case.body, position));
                        let whole =
                            whole(&err.elems[0]).map(|name| quote!(let #name = #b.error_of(#inner, #name);));
                        quote! {{
                            let (__found, #names) = #b.bind_error(#inner, &#value_of, #witness);
                            #whole
                            let __test = #b.test(#b.literal(true));
                            #guard
                            #b.when_error(#inner, __found, __test);
                            #(let #bound = #b.bind_name(#texts, #bound);)*
                            #asked
                            let __value = #body;
                            #b.arm(&mut #join, __value);
                        }}
                    }
                    (None, Pat::Or(_)) if let Some([ok, err]) = of_both(&case.pat) => {
                        let (ok, err) = (pattern::read(&ok, self.errors), pattern::read(&err, self.errors));
                        if let Some(name) = ok.names.first().or(err.names.first()) {
                            self.errors.refuse(
                                name,
                                "an arm for `Ok(..)` and `Err(..)` together binds no name; write an arm for each",
                            );
                        }
                        if let Some(guard) = case.guard.filter(|guard| has_effect(guard)) {
                            self.errors.refuse(
                                effect(guard),
                                "the guard of an arm for `Ok(..)` and `Err(..)` together cannot await; write an arm for each",
                            );
                            return TokenStream::new();
                        }
                        let guard = self.guard(case);
                        let body = self.noted(&attributes, |writer| writer.body(case.body, position));
                        let (ok_value, ok_witness) = (&ok.value, ok.witness());
                        let (err_value, err_witness) = (&err.value, err.witness());
                        quote! {{
                            let (__test, _) = #b.bind(#success, &#ok_value, #ok_witness);
                            #guard
                            #b.when(&mut #join, __test);
                            let __ways = #b.ways();
                            let (__found, _) = #b.bind_error(#inner, &#err_value, #err_witness);
                            let __test = #b.test(#b.literal(true));
                            #guard
                            #b.when_error(#inner, __found, __test);
                            #b.ways_as_well(__ways);
                            let __value = #body;
                            #b.arm(&mut #join, __value);
                        }}
                    }
                    (None, Pat::Wild(_)) if case.guard.is_none() => {
                        let body = self.noted(&attributes, |writer| writer.body(case.body, position));
                        quote! {{
                            let (__found, _) = #b.bind_error(
                                #inner,
                                &::workflow_core::__private::Pat::Any,
                                |_| ::core::option::Option::None::<()>,
                            );
                            #b.when_error_or_rest(#inner, __found, &mut #join);
                            let __value = #body;
                            #b.arm(&mut #join, __value);
                        }}
                    }
                    _ => {
                        self.errors.refuse(
                            &case.pat,
                            "the result of what is awaited is matched with `Ok(..)`, `Err(..)` and `_`",
                        );
                        TokenStream::new()
                    }
                }
            })
            .collect();
        let no_note = self.no_note();
        quote! {{
            let #inner = #b.open();
            #attempt
            let #success = #b.succeeded(#inner);
            let mut #join = #b.choice(#no_note);
            #(#arms)*
            #b.join(#join)
        }}
    }

    /// What is awaited, whatever becomes of it.
    pub(crate) fn ignored(&mut self, await_: &ExprAwait) -> TokenStream {
        let case = Case { pat: syn::parse_quote!(_), guard: None, body: Body::Nothing, attributes: &[] };
        self.match_awaited(await_, &[case], Position::Value)
    }

    /// What is awaited, with its `Ok` and `Err` led to the scope `inner`.
    pub(crate) fn attempt(&mut self, await_: &ExprAwait, inner: &Ident) -> TokenStream {
        let b = self.b.clone();
        let block = match awaited(&await_.base) {
            Awaited::Block(block) => Some(block.clone()),
            Awaited::Local(name) => self.take_block(name),
            _ => None,
        };
        let outer = std::mem::replace(&mut self.scope, inner.clone());
        let fallible = std::mem::replace(&mut self.fallible, true);
        let attempt = match block {
            Some(block) => self.result_block(&block.block),
            None => {
                let value = match awaited(&await_.base) {
                    // Its closure fails as the function around it does, whatever reads the map's own error.
                    Awaited::Distributed(children) => {
                        let leaving = Leaving { scope: outer.clone(), fallible, last: true };
                        self.distributed(await_, &children, &leaving)
                    }
                    _ => self.await_last(await_),
                };
                let no_note = self.no_note();
                quote!(let __value = #value; #b.ok(#inner, __value, #no_note);)
            }
        };
        self.scope = outer;
        self.fallible = fallible;
        attempt
    }

    pub(crate) fn let_else(&mut self, pat: &Pat, value: &Expr, otherwise: &Expr) -> TokenStream {
        if self.pure.is_some() {
            return self.pure_let_else(pat, value, otherwise);
        }
        let b = self.b.clone();
        let join = self.fresh("join");
        if let Expr::Await(await_) = unparenthesized(value) {
            let (inner, success) = (self.fresh("scope"), self.fresh("success"));
            let Pat::TupleStruct(ok) = pat else {
                self.errors.refuse(pat, "the result of what is awaited is matched with `Ok(..)`: `let Ok(value) = .. else { .. };`");
                return TokenStream::new();
            };
            match result_pattern(pat) {
                Some("Ok") if ok.elems.len() == 1 => {}
                Some("Err") => {
                    self.errors.refuse(pat, "an error is read with `match`; `let .. else` takes the success apart: `let Ok(value) = .. else { .. };`");
                    return TokenStream::new();
                }
                _ => {
                    self.errors.refuse(pat, "the result of what is awaited is matched with `Ok(..)`: `let Ok(value) = .. else { .. };`");
                    return TokenStream::new();
                }
            }
            let attempt = self.attempt(await_, &inner);
            let otherwise = self.body(Body::Expr(otherwise), Position::Value);
            let pattern = pattern::read(&ok.elems[0], self.errors);
            self.declare(&pattern);
            let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
            let bound = &pattern.names;
            let texts: Vec<String> = bound.iter().map(plain).collect();
            let whole = whole(&ok.elems[0]).map(|name| quote!(let #name = #success;));
            let no_note = self.no_note();
            return quote! {
                let #inner = #b.open();
                #attempt
                let #success = #b.succeeded(#inner);
                let mut #join = #b.choice::<()>(#no_note);
                let (__test, __names) = #b.bind(#success, &#value_of, #witness);
                #b.when(&mut #join, __test);
                #b.arm(&mut #join, #b.unit());
                {
                    let (__found, _) = #b.bind_error(
                        #inner,
                        &::workflow_core::__private::Pat::Any,
                        |_| ::core::option::Option::None::<()>,
                    );
                    #b.when_error_or_rest(#inner, __found, &mut #join);
                    let __value = #otherwise;
                    #b.arm(&mut #join, __value);
                }
                #b.join(#join);
                let #names = __names;
                #whole
                #(let #bound = #b.bind_name(#texts, #bound);)*
            };
        }
        let note = self.take_note(about(value));
        let value = self.expr(value);
        let otherwise = self.body(Body::Expr(otherwise), Position::Value);
        let pattern = pattern::read(pat, self.errors);
        self.declare(&pattern);
        let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
        let bound = &pattern.names;
        let texts: Vec<String> = bound.iter().map(plain).collect();
        quote! {
            let (__test, __names) = #b.bind(#value, &#value_of, #witness);
            let mut #join = #b.choice::<()>(#note);
            #b.when(&mut #join, __test);
            #b.arm(&mut #join, #b.unit());
            #b.otherwise(&mut #join);
            {
                let __value = #otherwise;
                #b.arm(&mut #join, __value);
            }
            #b.join(#join);
            let #names = __names;
            #(let #bound = #b.part(#texts, #bound);)*
        }
    }

    /// What an arm does, as an expression.
    fn body(&mut self, body: Body<'_>, position: Position) -> TokenStream {
        let b = self.b.clone();
        match (body, position) {
            (Body::Nothing, _) => quote!(#b.unit()),
            (Body::Expr(expr), Position::Value) => self.expr(expr),
            (Body::Block(block), Position::Value) => self.value_block(block),
            (Body::Expr(expr), Position::Result) => {
                let result = self.result(expr);
                quote!({ #result #b.unit() })
            }
            (Body::Block(block), Position::Result) => {
                let result = self.result_block(block);
                quote!({ #result #b.unit() })
            }
        }
    }
}

/// Where an expression has its effect.
fn effect(expr: &Expr) -> TokenStream {
    first_await(expr).map_or_else(|| expr.to_token_stream(), ToTokens::to_token_stream)
}

pub(super) fn case(arm: &Arm) -> Case<'_> {
    let (pat, guard) = match &arm.pat {
        Pat::Guard(guarded) => ((*guarded.pat).clone(), Some(&*guarded.guard)),
        pat => (pat.clone(), None),
    };
    Case { pat, guard, body: Body::Expr(&arm.body), attributes: &arm.attrs }
}

/// `Ok` or `Err`, if the pattern is one of them.
fn result_pattern(pat: &Pat) -> Option<&'static str> {
    let Pat::TupleStruct(pattern) = pat else { return None };
    let last = pattern.path.segments.last()?;
    ["Ok", "Err"].into_iter().find(|name| last.ident == name)
}

/// The patterns inside the `Ok(..)`s and the `Err(..)`s of alternatives.
fn inside(pat: &Pat) -> Option<[Vec<Pat>; 2]> {
    let Pat::Or(or) = pat else { return None };
    let mut found = [Vec::new(), Vec::new()];
    for case in &or.cases {
        let Pat::TupleStruct(pattern) = case else { return None };
        let place = usize::from(result_pattern(case)? == "Err");
        match pattern.elems.len() {
            1 => found[place].push(pattern.elems[0].clone()),
            _ => return None,
        }
    }
    Some(found)
}

/// `Err(A) | Err(B)` as `Err(A | B)`, and any other pattern as it is.
fn of_one_kind(pat: &Pat) -> Pat {
    match (inside(pat), pat) {
        (Some([oks, errs]), Pat::Or(or)) if oks.is_empty() || errs.is_empty() => {
            let mut first = or.cases[0].clone();
            let all = oks.into_iter().chain(errs);
            if let Pat::TupleStruct(pattern) = &mut first {
                pattern.elems = std::iter::once::<Pat>(syn::parse_quote!(#(#all)|*)).collect();
            }
            first
        }
        _ => pat.clone(),
    }
}

/// What `Ok(_) | Err(A)` takes of either.
fn of_both(pat: &Pat) -> Option<[Pat; 2]> {
    let found = inside(pat)?;
    found.iter().all(|pats| !pats.is_empty()).then(|| found.map(|pats| syn::parse_quote!(#(#pats)|*)))
}

/// Gives the names that the patterns of a condition bind to what they stand for.
fn bound_by(b: &Ident, parts: &[&Expr]) -> TokenStream {
    // What is wrong with a pattern is said where the condition is read.
    let mut unsaid = crate::errors::Errors::default();
    let names = parts.iter().filter_map(|part| match part {
        Expr::Let(condition) => Some(pattern::read(&condition.pat, &mut unsaid).names),
        _ => None,
    });
    let bound: Vec<Ident> = names.flatten().collect();
    let texts = bound.iter().map(plain);
    quote!(#(let #bound = #b.part(#texts, #bound);)*)
}

/// The name that a pattern gives to the whole of what it takes.
fn whole(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Paren(inner) => whole(&inner.pat),
        Pat::Ident(name) if name.subpat.is_some() || !super::is_capitalized(&name.ident.clone().into()) => {
            Some(&name.ident)
        }
        _ => None,
    }
}

/// The parts of a condition with `let`, and any other whole.
pub(super) fn parts(condition: &Expr) -> Vec<&Expr> {
    let mut parts = Vec::new();
    conjuncts(condition, &mut parts);
    if parts.iter().any(|part| matches!(part, Expr::Let(_))) { parts } else { vec![condition] }
}

/// The same, so that in each step the first part alone awaits.
fn steps(condition: &Expr) -> Vec<Vec<&Expr>> {
    let mut steps: Vec<Vec<&Expr>> = Vec::new();
    for part in parts(condition) {
        match steps.last_mut() {
            Some(step) if !has_effect(part) => step.push(part),
            _ => steps.push(vec![part]),
        }
    }
    steps
}

/// The parts of `a && b && c`.
fn conjuncts<'a>(condition: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match unparenthesized(condition) {
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            conjuncts(&binary.left, parts);
            conjuncts(&binary.right, parts);
        }
        other => parts.push(other),
    }
}

/// An `if` whose condition does not count: its effects come before the choice.
fn without_condition(branch: &ExprIf) -> ExprIf {
    let mut branch = branch.clone();
    *branch.cond = syn::parse_quote_spanned!(branch.if_token.span()=> true);
    branch
}

/// What a condition or a scrutinee is about: the last name in its first path.
pub(super) fn about(expr: &Expr) -> Option<String> {
    match unparenthesized(expr) {
        Expr::Path(path) => path.path.segments.last().map(|last| plain(&last.ident)),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(plain(name)),
            syn::Member::Unnamed(_) => about(&field.base),
        },
        Expr::Let(condition) => about(&condition.expr),
        Expr::MethodCall(method) => about(&method.receiver),
        Expr::Binary(binary) => about(&binary.left).or_else(|| about(&binary.right)),
        Expr::Unary(unary) => about(&unary.expr),
        Expr::Reference(reference) => about(&reference.expr),
        Expr::Await(await_) => about(&await_.base),
        Expr::Try(try_) => about(&try_.expr),
        Expr::Call(call) => about(&call.func),
        Expr::Tuple(tuple) => tuple.elems.first().and_then(about),
        _ => None,
    }
}
