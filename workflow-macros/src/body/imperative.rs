//! Variables that a pure body sets, and its loops.
//!
//! A pure body is one expression, in which nothing changes. What sets a variable is a `let` of the same
//! name, with the new value; a branch gives the variables that it sets as its value, and a loop over a
//! list is a `$reduce` that carries them from turn to turn.
//!
//! ```text
//! let mut total = 0;                  let total = 0;
//! for item in items {                 let total = items.fold(total, |total, item| {
//!     if item.open {
//!         total += item.cents;            let total = if item.open { total + item.cents } else { total };
//!     }                                   total
//! }                                   });
//! ```

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Arm, Block, Expr, ExprForLoop, ExprIf, ExprMatch, ExprMethodCall, ExprWhile, Lifetime, Local, Pat, Stmt,
    spanned::Spanned, visit::Visit, visit_mut::VisitMut,
};

use crate::attributes::plain;

use super::{
    loops::moves,
    methods::{entry, is_mutation, is_place},
    pattern,
    symbolic::{Pure, Symbolic, block_diverges, diverges, is_compound},
    unparenthesized,
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
    /// Whether what is written may set variables of its own without a state.
    pub(crate) fn sets_in_place(&self) -> bool {
        matches!(self.pure, Some(Pure::Function | Pure::Closure))
    }

    /// A statement of a pure body that sets variables, or loops.
    pub(crate) fn changing(&mut self, stmt: &Stmt) -> Option<TokenStream> {
        if !self.sets_in_place() {
            return None;
        }
        let vars = set_in(|finder| finder.visit_stmt(stmt));
        if vars.is_empty() && !matches!(stmt, Stmt::Expr(expr, _) if is_loop(expr)) {
            return None;
        }
        if let Some(foreign) = vars.iter().find(|var| !self.own.contains(&plain(var))) {
            // That its declaration was refused was said there.
            let pure = self.pure.unwrap_or(Pure::Function);
            return Some(match self.refused.contains(&plain(foreign)) {
                true => TokenStream::new(),
                false => {
                    let refused = self.refuse(foreign, pure.changes());
                    quote!(let _: ::workflow_core::__private::Expr<()> = #refused;)
                }
            });
        }
        Some(match stmt {
            Stmt::Local(local) => self.local_that_sets(local, &vars),
            Stmt::Expr(expr, _) => self.statement_that_sets(expr, &vars),
            Stmt::Macro(_) | Stmt::Item(_) => self.not_here(&vars),
        })
    }

    fn statement_that_sets(&mut self, expr: &Expr, vars: &[Ident]) -> TokenStream {
        match unparenthesized(expr) {
            Expr::ForLoop(loop_) => self.pure_for(loop_),
            Expr::While(loop_) => self.pure_while(loop_),
            Expr::Loop(loop_) => self.pure_loop(loop_.label.as_ref().map(|label| &label.name), &loop_.body),
            branch @ (Expr::If(_) | Expr::Match(_) | Expr::Block(_)) => match hoisted(branch) {
                Some(block) => self.threaded(&Expr::Block(syn::parse_quote!(#block)), vars, None),
                None => self.threaded(branch, vars, None),
            },
            change => match self.change(change, false) {
                Some((of, written)) => self.rebound(&of, None, written),
                None => self.not_here(vars),
            },
        }
    }

    fn local_that_sets(&mut self, local: &Local, vars: &[Ident]) -> TokenStream {
        let Some(init) = local.init.as_ref().filter(|init| init.diverge.is_none()) else {
            // `let Some(x) = list.pop() else { .. };`
            if let Some(init) = &local.init {
                let value = self.fresh("taken");
                self.locals.insert(value.to_string());
                let expr = &init.expr;
                let taken = self.changing(&syn::parse_quote!(let #value = #expr;)).unwrap_or_default();
                let mut local = local.clone();
                if let Some(init) = &mut local.init {
                    *init.expr = syn::parse_quote!(#value);
                }
                let rest = match self.changing(&Stmt::Local(local.clone())) {
                    Some(rest) => rest,
                    None => self.local(&local),
                };
                return quote!(#taken #rest);
            }
            return self.not_here(vars);
        };
        let value = self.fresh("given");
        let set = match unparenthesized(&init.expr) {
            branch @ (Expr::If(_) | Expr::Match(_) | Expr::Block(_)) => match hoisted(branch) {
                Some(block) => self.threaded(&Expr::Block(syn::parse_quote!(#block)), vars, Some(&value)),
                None => self.threaded(branch, vars, Some(&value)),
            },
            change => match self.change(change, true) {
                Some((of, written)) => self.rebound(&of, Some(&value), written),
                // `let last = list.pop().unwrap_or(0);`
                None => {
                    let taken = self.fresh("taken");
                    let mut rest = local.clone();
                    let Some(first) = rest.init.as_mut().and_then(|init| set_first(&mut init.expr, &taken))
                    else {
                        return self.not_here(vars);
                    };
                    self.locals.insert(taken.to_string());
                    let first = self.changing(&syn::parse_quote!(let #taken = #first;)).unwrap_or_default();
                    let rest = match self.changing(&Stmt::Local(rest.clone())) {
                        Some(rest) => rest,
                        None => self.local(&rest),
                    };
                    return quote!(#first #rest);
                }
            },
        };
        self.locals.insert(value.to_string());
        let mut local = local.clone();
        if let Some(init) = &mut local.init {
            *init.expr = syn::parse_quote!(#value);
        }
        let rest = self.local(&local);
        quote!(#set #rest)
    }

    /// The value at the end of a block, where it sets variables that nothing reads any more.
    pub(crate) fn changing_tail(&mut self, tail: &Expr) -> Option<TokenStream> {
        if !self.sets_in_place() {
            return None;
        }
        let vars = set_in(|finder| finder.visit_expr(tail));
        let b = self.b.clone();
        if is_loop(tail) {
            let stmt = self.changing(&Stmt::Expr(tail.clone(), None))?;
            let value = if diverges(tail) { quote!(#b.never()) } else { quote!(#b.unit()) };
            return Some(quote!({ #stmt #value }));
        }
        if vars.is_empty() {
            return None;
        }
        let value = self.fresh("last");
        let gives = !is_unit(tail);
        let stmt: Stmt = match gives {
            true => syn::parse_quote!(let #value = #tail;),
            false => Stmt::Expr(tail.clone(), Some(syn::Token![;](Span::mixed_site()))),
        };
        let stmt = self.changing(&stmt)?;
        Some(match gives {
            true => quote!({ #stmt #value }),
            false => quote!({ #stmt #b.unit() }),
        })
    }

    /// What sets a place and does nothing else, with the variables that it sets: its value is theirs, behind
    /// what it gives where that is used.
    fn change(&mut self, expr: &Expr, used: bool) -> Option<(Vec<Ident>, TokenStream)> {
        let expr = unparenthesized(expr);
        if !is_change(expr) {
            return None;
        }
        let mut operands: Vec<&Expr> = Vec::new();
        let places: Vec<&Expr> = match expr {
            Expr::Assign(assign) => {
                operands.push(&assign.right);
                vec![&assign.left]
            }
            Expr::Binary(binary) => {
                operands.push(&binary.right);
                vec![&binary.left]
            }
            Expr::MethodCall(method) => {
                operands.extend(&method.args);
                vec![&method.receiver]
            }
            Expr::Call(call) => {
                let (_, places, value) = moves(call)?;
                operands.extend(value);
                places
            }
            _ => return None,
        };
        // What an operand sets would be lost.
        if !operands.iter().all(|operand| set_in(|finder| finder.visit_expr(operand)).is_empty()) {
            return None;
        }
        let mut of: Vec<Ident> = Vec::new();
        for root in places.iter().filter_map(|place| root(place)) {
            if !of.contains(root) {
                of.push(root.clone());
            }
        }
        let given = used && !matches!(expr, Expr::Assign(_) | Expr::Binary(_));
        let set: Vec<Ident> = of.iter().map(this).collect();
        let back = match set.as_slice() {
            [one] => quote!(#one),
            several => quote!((#(#several),*)),
        };
        let outer = self.giving_back.replace(back);
        let written = match expr {
            Expr::Assign(assign) => self.assign(assign),
            Expr::Binary(binary) => self.compound_assign(binary).unwrap_or_default(),
            Expr::MethodCall(method) => self.method_that_sets(method, given),
            Expr::Call(call) => self.moved(call, given).unwrap_or_default(),
            _ => TokenStream::new(),
        };
        self.giving_back = outer;
        Some((of, written))
    }

    /// `let vars = written;`, with what was given before them.
    fn rebound(&mut self, vars: &[Ident], value: Option<&Ident>, written: TokenStream) -> TokenStream {
        let b = self.b.clone();
        let names: Vec<Ident> = vars.iter().map(this).collect();
        let texts = vars.iter().map(text_of);
        let set = match names.as_slice() {
            [name] => quote!(#name),
            names => quote!((#(#names),*)),
        };
        let pattern = match value {
            Some(value) => quote!((#value, #set)),
            None => set,
        };
        quote! {
            let #pattern = #written;
            #(let #names = #b.bind_name(#texts, #names);)*
        }
    }

    /// A branch that gives what it sets as its value.
    fn threaded(&mut self, branch: &Expr, vars: &[Ident], value: Option<&Ident>) -> TokenStream {
        // A variable of the branch's own of the same name would be given back instead.
        if let Some(other) = shadowed(branch, vars) {
            return self.shadowing(&other);
        }
        let b = self.b.clone();
        let threaded = thread(branch, vars, value.is_some());
        let written = self.expr(&threaded);
        let names: Vec<Ident> = value.cloned().into_iter().chain(vars.iter().map(this)).collect();
        match names.as_slice() {
            [name] => {
                let text = vars.first().map(text_of).unwrap_or_else(|| "value".to_owned());
                quote!(let #name = #b.bind_name(#text, #written);)
            }
            names => quote!(let (#(#names,)*) = #b.unpack(#b.scrutinee(#written));),
        }
    }

    /// The variables of a loop as one value.
    fn state(&self, vars: &[Ident]) -> TokenStream {
        let b = &self.b;
        let names: Vec<Ident> = vars.iter().map(this).collect();
        match names.as_slice() {
            [] => quote!(#b.unit()),
            [name] => quote!(#name),
            names => quote!(#b.tuple((#(#names,)*))),
        }
    }

    /// The variables of a loop out of one value.
    fn unpacked(&self, vars: &[Ident], whole: TokenStream) -> TokenStream {
        let b = &self.b;
        let names: Vec<Ident> = vars.iter().map(this).collect();
        match names.as_slice() {
            [] => quote!(let _: ::workflow_core::__private::Expr<()> = #whole;),
            [name] => quote!(let #name = #whole;),
            names => quote!(let (#(#names,)*) = #b.unpack(#whole);),
        }
    }

    fn pure_for(&mut self, loop_: &ExprForLoop) -> TokenStream {
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

    fn pure_while(&mut self, loop_: &ExprWhile) -> TokenStream {
        let (condition, body) = (&loop_.cond, &loop_.body);
        let leave: Expr = syn::parse_quote!(break);
        let body: Block = syn::parse_quote!({ if #condition #body else { #leave } });
        self.pure_loop(loop_.label.as_ref().map(|label| &label.name), &body)
    }

    fn pure_loop(&mut self, label: Option<&Lifetime>, body: &Block) -> TokenStream {
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

    /// A method that sets its receiver.
    fn method_that_sets(&mut self, method: &ExprMethodCall, used: bool) -> TokenStream {
        match (used, self.method_statement(method)) {
            (false, Some(written)) => written,
            _ => self.method(method),
        }
    }

    fn shadowing(&mut self, name: &Ident) -> TokenStream {
        let message =
            format!("`{name}` is also set outside of this block; give this variable a name of its own");
        let refused = self.refuse(name, message);
        quote!(let _: ::workflow_core::__private::Expr<()> = #refused;)
    }

    /// What sets a variable in the midst of an expression.
    fn not_here(&mut self, vars: &[Ident]) -> TokenStream {
        let refused = self.refuse(vars.first(), Pure::Function.changes());
        quote!(let _: ::workflow_core::__private::Expr<()> = #refused;)
    }
}

/// The name of a variable in the symbolic reading.
pub(crate) fn this(var: &Ident) -> Ident {
    if var == "self" { super::receiver_name(var.span()) } else { var.clone() }
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

/// What a variable is called in JSONata.
fn text_of(var: &Ident) -> String {
    if var == "self" { "this".to_owned() } else { plain(var) }
}

/// The variable that a place is a part of.
fn root(place: &Expr) -> Option<&Ident> {
    match unparenthesized(place) {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => root(&unary.expr),
        Expr::MethodCall(method) => root(entry(method)?.0),
        _ => None,
    }
}

fn is_settable(place: &Expr) -> bool {
    is_place(place) && root(place).is_some()
}

fn is_loop(expr: &Expr) -> bool {
    matches!(unparenthesized(expr), Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_))
}

/// Whether an expression that sets something gives nothing.
fn is_unit(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Assign(_) | Expr::ForLoop(_) | Expr::While(_) => true,
        Expr::Binary(binary) => is_compound(&binary.op),
        Expr::MethodCall(method) => super::methods::gives_nothing(method),
        Expr::If(branch) => branch.else_branch.is_none() || ends_in_unit(&branch.then_branch),
        Expr::Match(choice) => choice.arms.iter().all(|arm| is_unit(&arm.body) || diverges(&arm.body)),
        Expr::Block(block) => ends_in_unit(&block.block),
        Expr::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    }
}

fn ends_in_unit(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(tail, None)) => is_unit(tail) || is_loop(tail),
        _ => true,
    }
}

/// Whether an expression sets a place and does nothing else.
fn is_change(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Assign(_) => true,
        Expr::Binary(binary) => is_compound(&binary.op),
        Expr::MethodCall(method) => is_mutation(method) && is_settable(&method.receiver),
        Expr::Call(call) => moves(call).is_some(),
        _ => false,
    }
}

/// Takes what sets a place out of an expression in which it comes first: `taken` stands there instead.
fn set_first(expr: &mut Expr, taken: &Ident) -> Option<Expr> {
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
fn hoisted(branch: &Expr) -> Option<Block> {
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
fn given_back(value: Option<&Expr>, vars: &[Ident]) -> Expr {
    let mut values: Vec<Expr> = value.cloned().into_iter().collect();
    values.extend(vars.iter().map(|var| -> Expr { syn::parse_quote!(#var) }));
    match values.len() {
        1 => values.remove(0),
        _ => syn::parse_quote!((#(#values),*)),
    }
}

/// A branch whose every end gives back the variables that it sets.
fn thread(expr: &Expr, vars: &[Ident], gives: bool) -> Expr {
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

fn thread_block(block: &Block, vars: &[Ident], gives: bool) -> Block {
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
fn shadowed(branch: &Expr, vars: &[Ident]) -> Option<Ident> {
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
            super::visit_values(&mut mac.clone(), |value| self.visit_expr(value));
        }
    }
    let mut returns = Returns(false);
    returns.visit_block(body);
    returns.0
}

/// Whether a statement sets a variable.
pub(crate) fn sets(stmt: &Stmt, name: &Ident) -> bool {
    set_in(|finder| finder.visit_stmt(stmt)).contains(name)
}

/// The variables that code sets and does not declare itself, in order.
fn set_in(visit: impl FnOnce(&mut Finder)) -> Vec<Ident> {
    let mut finder = Finder { declared: vec![HashSet::new()], found: Vec::new() };
    visit(&mut finder);
    finder.found
}

struct Finder {
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
        super::visit_values(&mut mac.clone(), |value| self.visit_expr(value));
    }
}
