//! Loops and assignments: a Choice and a way back, and variables that are set again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    BinOp, Expr, ExprAssign, ExprBinary, ExprBreak, ExprCall, ExprContinue, ExprForLoop, ExprLoop,
    ExprMethodCall, ExprWhile, Lifetime, Member, Pat, RangeLimits, Stmt, spanned::Spanned, visit::Visit,
};

use crate::attributes::plain;

use super::{is_capitalized, pattern, symbolic::Symbolic, unparenthesized};

/// A loop around what is being written.
pub(crate) struct Around {
    label: Option<String>,
    ident: Ident,
}

impl Symbolic<'_> {
    /// `while condition { .. }` is `loop { if condition { .. } else { break } }`.
    pub(crate) fn while_(&mut self, loop_: &ExprWhile) -> TokenStream {
        let (condition, body) = (&loop_.cond, &loop_.body);
        let leave: Expr = syn::parse_quote!(break);
        let branch: Expr = match unparenthesized(condition) {
            Expr::Let(scrutinee) if matches!(unparenthesized(&scrutinee.expr), Expr::Await(_)) => {
                let (pat, expr) = (&scrutinee.pat, &scrutinee.expr);
                syn::parse_quote!(match #expr { #pat => #body, _ => #leave })
            }
            _ => syn::parse_quote!(if #condition #body else { #leave }),
        };
        self.turns(loop_.label.as_ref().map(|label| &label.name), |writer| writer.expr(&branch), true)
    }

    pub(crate) fn loop_(&mut self, loop_: &ExprLoop) -> TokenStream {
        let leaves = breaks(loop_);
        let b = self.b.clone();
        let written = self.turns(
            loop_.label.as_ref().map(|label| &label.name),
            |writer| writer.value_block(&loop_.body),
            false,
        );
        if leaves {
            written
        } else {
            quote!({ let _: ::workflow_core::__private::Expr<()> = #written; #b.never() })
        }
    }

    fn turns(
        &mut self,
        label: Option<&Lifetime>,
        body: impl FnOnce(&mut Self) -> TokenStream,
        unit: bool,
    ) -> TokenStream {
        let b = self.b.clone();
        let turn = self.fresh("turn");
        self.loops.push(Around { label: label.map(|label| label.ident.to_string()), ident: turn.clone() });
        let body = body(self);
        self.loops.pop();
        let annotation = unit.then(|| quote!(: ::workflow_core::__private::Loop<()>));
        quote! {{
            let #turn #annotation = #b.turn();
            let _: ::workflow_core::__private::Expr<()> = #body;
            #b.next_turn(&#turn);
            #b.between_turns(&#turn);
            #b.after(#turn)
        }}
    }

    pub(crate) fn for_(&mut self, loop_: &ExprForLoop) -> TokenStream {
        let b = self.b.clone();
        let (turn, join, list) = (self.fresh("turn"), self.fresh("join"), self.fresh("list"));
        // What is no list by itself is computed as one.
        let source = source(&loop_.expr).unwrap_or(Source::List {
            expr: &loop_.expr,
            enumerated: false,
            reversed: false,
        });
        let about = match &*loop_.pat {
            Pat::Ident(name) => plain(&name.ident),
            Pat::Tuple(tuple) => match tuple.elems.last() {
                Some(Pat::Ident(name)) => plain(&name.ident),
                _ => "item".to_owned(),
            },
            _ => "item".to_owned(),
        };
        let note = self.take_note(Some(about));
        // What is evaluated once, the counter, the test for another turn, what a turn binds, and
        // what happens between two turns.
        let counter = self.fresh("counter");
        let (setup, test, bind, advance) = match &source {
            Source::Range { start, end, inclusive, reversed } => {
                let (start, end) = (self.expr(start), self.expr(end));
                let name = match &*loop_.pat {
                    Pat::Ident(name) => plain(&name.ident),
                    _ => "number".to_owned(),
                };
                let limit_name = format!("{name}_end");
                let pat = pattern::read(&loop_.pat, self.errors);
                self.declare(&pat);
                let bound = pat.names.first().map(|ident| quote!(let #ident = #b.get(#counter);));
                if *reversed {
                    let first = if *inclusive { quote!(__end) } else { quote!(#b.previous(__end)) };
                    (
                        quote! {
                            let __start = #start;
                            let __end = #end;
                            let #list = #b.bind_name(#limit_name, __start);
                            let #counter = #b.cell(#name, #first);
                        },
                        quote!(#b.ge(#b.get(#counter), #list)),
                        quote!(#bound),
                        quote!(#b.previous(#b.get(#counter))),
                    )
                } else {
                    let compare = if *inclusive { quote!(le) } else { quote!(lt) };
                    (
                        quote! {
                            let __start = #start;
                            let __end = #end;
                            let #list = #b.bind_name(#limit_name, __end);
                            let #counter = #b.cell(#name, __start);
                        },
                        quote!(#b.#compare(#b.get(#counter), #list)),
                        quote!(#bound),
                        quote!(#b.next(#b.get(#counter))),
                    )
                }
            }
            Source::List { expr, enumerated, reversed } => {
                let items = self.expr(expr);
                let items = quote_spanned!(expr.span()=> #b.methods().iter(#items));
                let (index_pat, item_pat) = match (&*loop_.pat, enumerated) {
                    (Pat::Tuple(tuple), true) if tuple.elems.len() == 2 => {
                        (Some(&tuple.elems[0]), &tuple.elems[1])
                    }
                    (pat, true) => {
                        return self
                            .refuse(pat, "`enumerate` gives a place and an element; write `(index, item)`");
                    }
                    (pat, false) => (None, pat),
                };
                let name = match item_pat {
                    Pat::Ident(name) => plain(&name.ident),
                    _ => "item".to_owned(),
                };
                let (index_name, list_name) = match index_pat {
                    Some(Pat::Ident(index)) => (plain(&index.ident), format!("{name}_list")),
                    _ => (format!("{name}_index"), format!("{name}_list")),
                };
                let pat = pattern::read(item_pat, self.errors);
                self.declare(&pat);
                let (value_of, names, witness) = (&pat.value, pat.tuple(), pat.witness());
                let bound = &pat.names;
                let texts: Vec<String> = bound.iter().map(plain).collect();
                let index = match index_pat {
                    Some(Pat::Ident(index)) => {
                        let ident = &index.ident;
                        self.locals.insert(plain(ident));
                        Some(quote!(let #ident = #b.get(#counter);))
                    }
                    Some(Pat::Wild(_)) | None => None,
                    Some(other) => return self.refuse(other, "the place of an element is bound to a name"),
                };
                let bind = quote! {
                    #index
                    let (_, #names) = #b.bind(#b.at(#list, #b.get(#counter)), &#value_of, #witness);
                    #(let #bound = #b.bind_name(#texts, #bound);)*
                };
                let (first, test, advance) = if *reversed {
                    (
                        quote!(#b.previous(#b.count(#list))),
                        quote!(#b.ge(#b.get(#counter), #b.literal(0))),
                        quote!(#b.previous(#b.get(#counter))),
                    )
                } else {
                    (
                        quote!(#b.literal(0)),
                        quote!(#b.lt(#b.get(#counter), #b.count(#list))),
                        quote!(#b.next(#b.get(#counter))),
                    )
                };
                (
                    quote! {
                        let __items = #items;
                        let #list = #b.bind_name(#list_name, __items);
                        let #counter = #b.cell(#index_name, #first);
                    },
                    test,
                    bind,
                    advance,
                )
            }
        };
        self.loops.push(Around {
            label: loop_.label.as_ref().map(|label| label.name.ident.to_string()),
            ident: turn.clone(),
        });
        let body = self.value_block(&loop_.body);
        self.loops.pop();
        quote! {{
            #setup
            let #turn: ::workflow_core::__private::Loop<()> = #b.turn();
            let __test = #b.test(#test);
            let mut #join = #b.choice::<()>(#note);
            #b.when(&mut #join, __test);
            {
                #bind
                let _: ::workflow_core::__private::Expr<()> = #body;
            }
            #b.next_turn(&#turn);
            #b.arm(&mut #join, #b.unit());
            #b.otherwise(&mut #join);
            #b.leave(&#turn, #b.unit());
            #b.arm(&mut #join, #b.unit());
            #b.join(#join);
            #b.between_turns(&#turn);
            #b.set(#counter, #advance);
            #b.after(#turn)
        }}
    }

    pub(crate) fn break_(&mut self, leave: &ExprBreak) -> TokenStream {
        if leave.expr.is_none()
            && let Some(left) = self.pure_leave(leave.label.as_ref(), true)
        {
            return left;
        }
        let b = self.b.clone();
        let value = match &leave.expr {
            Some(value) => self.expr(value),
            None => quote!(#b.unit()),
        };
        let Some(turn) = self.loop_around(leave.label.as_ref()) else { return quote!(#b.never()) };
        quote!({ let __value = #value; #b.leave(&#turn, __value); #b.never() })
    }

    pub(crate) fn continue_(&mut self, again: &ExprContinue) -> TokenStream {
        if let Some(left) = self.pure_leave(again.label.as_ref(), false) {
            return left;
        }
        let b = self.b.clone();
        let Some(turn) = self.loop_around(again.label.as_ref()) else { return quote!(#b.never()) };
        quote!({ #b.next_turn(&#turn); #b.never() })
    }

    /// The loop that a `break` or a `continue` speaks of. rustc reports one that is not there.
    fn loop_around(&self, label: Option<&Lifetime>) -> Option<Ident> {
        let label = label.map(|label| label.ident.to_string());
        let found = match label {
            Some(label) => self.loops.iter().rev().find(|around| around.label.as_ref() == Some(&label)),
            None => self.loops.last(),
        };
        found.map(|around| around.ident.clone())
    }

    /// `place = value`
    pub(crate) fn assign(&mut self, assign: &ExprAssign) -> TokenStream {
        let b = self.b.clone();
        let held = held();
        let value = self.expr(&assign.right);
        let set = self.set(&assign.left, quote!(#held));
        let done = self.done(quote!(#b.unit()), false);
        quote!({ let #held = #value; #set #done })
    }

    /// `place += value` and its kin.
    pub(crate) fn compound_assign(&mut self, binary: &ExprBinary) -> Option<TokenStream> {
        let operator = match binary.op {
            BinOp::AddAssign(_) => '+',
            BinOp::SubAssign(_) => '-',
            BinOp::MulAssign(_) => '*',
            BinOp::DivAssign(_) => '/',
            BinOp::RemAssign(_) => '%',
            _ => return None,
        };
        let b = self.b.clone();
        let held = held();
        let value = self.expr(&binary.right);
        let place = self.place(&binary.left);
        let span = binary.op.span();
        let sum = quote_spanned!(span=> #b.compound::<#operator, _, _>(#place, #held));
        let set = self.set(&binary.left, quote!(#held));
        let done = self.done(quote!(#b.unit()), false);
        Some(quote!({ let #held = #value; let #held = #sum; #set #done }))
    }

    /// `place.push(value)` and `place.push_str(text)`.
    pub(crate) fn push(&mut self, method: &ExprMethodCall) -> TokenStream {
        let b = self.b.clone();
        let held = held();
        let value = self.expr(&method.args[0]);
        let place = self.place(&method.receiver);
        let span = method.method.span();
        let pushed = if method.method == "push" {
            quote_spanned!(span=> #b.pushed(#place, #held))
        } else {
            quote_spanned!(span=> #b.add(#place, #held))
        };
        let set = self.set(&method.receiver, quote!(#held));
        let done = self.done(quote!(#b.unit()), false);
        quote!({ let #held = #value; let #held = #pushed; #set #done })
    }

    /// `mem::take(&mut place)`, `mem::replace(&mut place, value)` and `mem::swap(&mut one, &mut other)`. `used`
    /// says that what they give is.
    pub(crate) fn moved(&mut self, call: &ExprCall, used: bool) -> Option<TokenStream> {
        let b = self.b.clone();
        let (name, places, value) = moves(call)?;
        if let Some(pure) = self.pure
            && self.giving_back.is_none()
        {
            return Some(self.refuse(&call.func, pure.changes()));
        }
        if let Some(other) = places.iter().find(|place| !super::methods::is_place(place)) {
            return Some(self.refuse(
                other,
                format!("`{name}` sets a variable or a part of one; give this a `let mut` of its own"),
            ));
        }
        let span = call.func.span();
        let (old, new) = (Ident::new("__old", Span::mixed_site()), Ident::new("__new", Span::mixed_site()));
        Some(match (places.as_slice(), value) {
            ([one, other], _) => {
                let (of_one, of_other) = (self.place(one), self.place(other));
                let (to_one, to_other) = (self.set(one, quote!(#new)), self.set(other, quote!(#old)));
                let done = self.done(quote!(#b.unit()), used);
                quote! {{
                    let (#old, #new) = (#of_one, #of_other);
                    let (#old, #new) = (#b.keep(#old), #b.keep(#new));
                    #to_one
                    #to_other
                    #done
                }}
            }
            ([place], value) => {
                let value = match value {
                    Some(value) => self.expr(value),
                    None => quote_spanned!(span=> #b.methods().default()),
                };
                let of_place = self.place(place);
                let set = self.set(place, quote!(#new));
                match used {
                    true => {
                        let done = self.done(quote!(#old), true);
                        quote!({ let #new = #value; let #old = #b.keep(#of_place); #set #done })
                    }
                    false => {
                        let done = self.done(quote!(#b.unit()), false);
                        quote!({ let #new = #value; #set #done })
                    }
                }
            }
            _ => return None,
        })
    }

    /// What code that set a place gives: `value`, or in a pure body the variable that it set, behind the value
    /// where that is used.
    pub(crate) fn done(&self, value: TokenStream, used: bool) -> TokenStream {
        match (&self.giving_back, used) {
            (None, _) => value,
            (Some(back), false) => back.clone(),
            (Some(back), true) => quote!((#value, #back)),
        }
    }

    /// Statements that put `value` into a place: a variable, or a field of one.
    pub(crate) fn set(&mut self, place: &Expr, value: TokenStream) -> TokenStream {
        let b = self.b.clone();
        let held = held();
        match unparenthesized(place) {
            Expr::Path(path) if path.path.get_ident().is_some() && !is_capitalized(&path.path) => {
                if let Some(name) = path.path.get_ident().filter(|name| self.around.contains(&plain(name))) {
                    self.errors.refuse(
                        name,
                        format!(
                            "`{name}` belongs to what is around this branch, which runs at the same time as others and cannot set it; give the value back as the branch's output"
                        ),
                    );
                    return TokenStream::new();
                }
                if let Some(name) = path.path.get_ident().filter(|name| {
                    self.unchanging.contains(&plain(name)) && !self.changing_names.contains(&plain(name))
                }) {
                    self.errors.refuse(
                        name,
                        format!("`{name}` is lent by a pattern, to be changed in place, and JSON stays as it is; set the part where it stands, such as `order.{name} = ..`, or build the value anew"),
                    );
                    return TokenStream::new();
                }
                if self.giving_back.is_some()
                    && let Some(name) = path.path.get_ident()
                {
                    let name = super::imperative::this(name);
                    return quote_spanned!(path.span()=> let #name = #b.same(#name, #value););
                }
                quote_spanned!(path.span()=> #b.set(#path, #value);)
            }
            Expr::Field(field) => {
                let base = self.place(&field.base);
                let member = &field.member;
                let name = match member {
                    Member::Named(name) => plain(name),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                let span = member.span();
                let updated =
                    quote_spanned!(span=> #b.update(#base, #name, |__value| &(*__value).#member, #value));
                let set = self.set(&field.base, quote!(#held));
                quote!(let #held = #updated; #set)
            }
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => self.set(&unary.expr, value),
            Expr::Index(index) => {
                let (base, key) = (self.place(&index.expr), self.expr(&index.index));
                let span = index.bracket_token.span.join();
                let updated = quote_spanned!(span=> #b.methods().put(#base, #key, #value));
                let set = self.set(&index.expr, quote!(#held));
                quote!(let #held = #updated; #set)
            }
            Expr::MethodCall(method) if let Some((map, key, _)) = super::methods::entry(method) => {
                let (base, key) = (self.place(map), self.expr(key));
                let updated = quote_spanned!(method.method.span()=> #b.methods().put(#base, #key, #value));
                let set = self.set(map, quote!(#held));
                quote!(let #held = #updated; #set)
            }
            other => {
                self.errors.refuse(
                    other,
                    "a workflow sets variables and their fields; build the new value and set the whole variable",
                );
                TokenStream::new()
            }
        }
    }
}

/// A call of `std::mem::take` and its kin: its name, the places that it sets, and the value.
pub(super) fn moves(call: &ExprCall) -> Option<(&'static str, Vec<&Expr>, Option<&Expr>)> {
    let Expr::Path(path) = unparenthesized(&call.func) else { return None };
    let segments = &path.path.segments;
    let owner = segments.iter().rev().nth(1).map(|owner| owner.ident.to_string());
    if owner.is_some_and(|owner| owner != "mem") {
        return None;
    }
    let last = &segments.last()?.ident;
    let name = ["take", "replace", "swap"].into_iter().find(|name| last == name)?;
    let arguments: Vec<&Expr> = call.args.iter().collect();
    match (name, arguments.as_slice()) {
        ("take", [place]) => Some((name, vec![lent(place)?], None)),
        ("replace", [place, value]) => Some((name, vec![lent(place)?], Some(value))),
        ("swap", [one, other]) => Some((name, vec![lent(one)?, lent(other)?], None)),
        _ => None,
    }
}

/// What stands behind `&mut`.
fn lent(expr: &Expr) -> Option<&Expr> {
    match unparenthesized(expr) {
        Expr::Reference(reference) if reference.mutability.is_some() => Some(&reference.expr),
        _ => None,
    }
}

/// The value that is about to be set. The same name at any span, also in a macro's expansion.
fn held() -> Ident {
    Ident::new("__value", Span::mixed_site())
}

/// What a `for` or a Map state runs over.
pub(crate) enum Source<'a> {
    Range { start: &'a Expr, end: &'a Expr, inclusive: bool, reversed: bool },
    List { expr: &'a Expr, enumerated: bool, reversed: bool },
}

pub(crate) fn source(expr: &Expr) -> Option<Source<'_>> {
    let (mut enumerated, mut reversed) = (false, false);
    let mut expr = unparenthesized(expr);
    loop {
        match expr {
            Expr::MethodCall(method) if method.args.is_empty() => {
                let name = method.method.to_string();
                match name.as_str() {
                    "iter" | "into_iter" | "cloned" | "copied" => {}
                    // The place counts in the order in which the elements come.
                    "enumerate" if !enumerated && !reversed => enumerated = true,
                    "rev" if !reversed && !enumerated => reversed = true,
                    "enumerate" | "rev" => return None,
                    _ => return Some(Source::List { expr, enumerated, reversed }),
                }
                expr = unparenthesized(&method.receiver);
            }
            Expr::Reference(reference) if reference.mutability.is_none() => {
                expr = unparenthesized(&reference.expr)
            }
            Expr::Range(range) => {
                let (Some(start), Some(end), false) = (&range.start, &range.end, enumerated) else {
                    return None;
                };
                let inclusive = matches!(range.limits, RangeLimits::Closed(_));
                return Some(Source::Range { start, end, inclusive, reversed });
            }
            _ => return Some(Source::List { expr, enumerated, reversed }),
        }
    }
}

/// Whether a `loop` is left by a `break` of its own.
pub(crate) fn breaks(loop_: &ExprLoop) -> bool {
    struct Breaks<'a> {
        label: Option<&'a Lifetime>,
        inner: usize,
        found: bool,
    }
    impl<'ast> Visit<'ast> for Breaks<'_> {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Break(leave) => {
                    self.found |= match &leave.label {
                        Some(label) => self.label.is_some_and(|own| own.ident == label.ident),
                        None => self.inner == 0,
                    };
                    syn::visit::visit_expr(self, expr);
                }
                Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => {
                    self.inner += 1;
                    syn::visit::visit_expr(self, expr);
                    self.inner -= 1;
                }
                Expr::Async(_) | Expr::Closure(_) => {}
                _ => syn::visit::visit_expr(self, expr),
            }
        }
    }
    let mut finder = Breaks { label: loop_.label.as_ref().map(|label| &label.name), inner: 0, found: false };
    for stmt in &loop_.body.stmts {
        if let Stmt::Expr(expr, _) = stmt {
            finder.visit_expr(expr);
        } else {
            finder.visit_stmt(stmt);
        }
    }
    finder.found
}
