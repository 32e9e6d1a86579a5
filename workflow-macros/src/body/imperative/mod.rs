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

mod found;
mod threaded;
mod turns;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Block, Expr, ExprMethodCall, Local, Stmt, visit::Visit};

use crate::attributes::plain;

use self::{
    found::set_in,
    threaded::{hoisted, set_first, shadowed, thread},
    turns::is_loop,
};
pub(crate) use self::{
    found::{changing_names_in, names_in, sets, unchanging},
    turns::Turn,
};
use super::{
    loops::moves,
    methods::{entry, is_mutation, is_place},
    symbolic::{Pure, Symbolic, diverges, is_compound},
    unparenthesized,
};

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
