//! What `&mut` lends, put where it stands.
//!
//! JSON stays as it is, so a name for a part of a value that is to be changed is that part itself, by its
//! place: `let line = &mut order.lines[0]; line.count += 1;` sets `order.lines[0].count`. Only the symbolic
//! reading sees this; rustc has seen to it in the native one that nothing else changes meanwhile.
//!
//! | written | read as |
//! |---|---|
//! | `let count = map.entry(key).or_insert(0);` | `map[key]`, which is there from now on |
//! | `if let Some(line) = lines.get_mut(i)`, `.last_mut()`, `.iter_mut().find(..)` | `lines[i]`, if it is there |
//! | `for line in lines.iter_mut()`, `for line in &mut lines` | `lines[i]` for each `i` |
//! | `for (key, value) in map.iter_mut()`, `map.values_mut()` | `map[key]` for each key |
//! | `map.entry(key).and_modify(\|count\| *count += 1).or_insert(1);` | `map[key] += 1` or `insert` |
//! | `option.get_or_insert(value)` | sets the option, and gives its value |
//! | `list.drain(..)` | `std::mem::take(&mut list)` |
//! | `items.iter().for_each(\|item\| total += item);` | a `for` loop |

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{
    Arm, Block, Expr, ExprClosure, ExprMethodCall, Local, LocalInit, Pat, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{imperative::names_in, methods::is_place, unparenthesized};

/// Puts what is lent in a body where it stands.
pub(crate) fn put_in_place(block: &mut Block) {
    Lent { names: 0 }.visit_block_mut(block);
}

struct Lent {
    names: usize,
}

/// A part of a value that is lent: statements before it, the place, and what holds its value if it is there.
struct Loan {
    before: Vec<Stmt>,
    place: Expr,
    /// An `Option` of the value, where it may not be there.
    asked: Option<Expr>,
}

impl VisitMut for Lent {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let mut statements: Vec<Stmt> = Vec::with_capacity(block.stmts.len());
        let mut rest: std::collections::VecDeque<Stmt> = std::mem::take(&mut block.stmts).into();
        while let Some(mut statement) = rest.pop_front() {
            match self.lends(&mut statement, rest.make_contiguous()) {
                Lends::Nothing => statements.push(statement),
                Lends::Statements(others) => {
                    // What came of it may lend more.
                    others.into_iter().rev().for_each(|other| rest.push_front(other));
                }
                Lends::Names(before, names) => {
                    statements.extend(before);
                    let mut after = Block { stmts: std::mem::take(&mut rest).into(), ..block.clone() };
                    for (name, place) in names {
                        Substitute { name, place }.in_block(&mut after);
                    }
                    rest = after.stmts.into();
                }
            }
        }
        block.stmts = statements;
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(other) = self.branch(expr) {
            *expr = other;
        }
        with_defaults(expr);
        drained(expr);
        visit_mut::visit_expr_mut(self, expr);
    }
}

/// What a statement lends to those after it.
enum Lends {
    Nothing,
    /// It stands for these.
    Statements(Vec<Stmt>),
    /// It stands for the statements, and each name for a place.
    Names(Vec<Stmt>, Vec<(Ident, Expr)>),
}

impl Lent {
    fn fresh(&mut self, name: &str) -> Ident {
        self.names += 1;
        Ident::new(&format!("{name}_{}", self.names), Span::mixed_site())
    }

    fn lends(&mut self, statement: &mut Stmt, after: &[Stmt]) -> Lends {
        match statement {
            Stmt::Local(local) => self.local(local, after),
            Stmt::Expr(expr, Some(_)) => match unparenthesized(expr) {
                Expr::MethodCall(method) => match self.changed_entry(method) {
                    Some(statements) => Lends::Statements(statements),
                    None => match for_each(method) {
                        Some(loop_) => Lends::Statements(vec![Stmt::Expr(loop_, None)]),
                        None => Lends::Nothing,
                    },
                },
                _ => Lends::Nothing,
            },
            _ => Lends::Nothing,
        }
    }

    fn local(&mut self, local: &mut Local, after: &[Stmt]) -> Lends {
        let Some(LocalInit { expr, diverge, .. }) = &mut local.init else { return Lends::Nothing };
        with_defaults(expr);
        drained(expr);
        match diverge {
            // `let Some(line) = lines.get_mut(i) else { .. };`
            Some((_, otherwise)) => {
                let Some(inner) = in_some(&local.pat) else { return Lends::Nothing };
                let Some(loan) = self.maybe(expr) else { return Lends::Nothing };
                let Some(asked) = loan.asked else { return Lends::Nothing };
                let Some(names) = parts(inner, &loan.place) else { return Lends::Nothing };
                let mut before = loan.before;
                let leave: Stmt = parse_quote!(if #asked.is_none() #otherwise);
                before.push(leave);
                Lends::Names(before, names)
            }
            None => {
                if let Some(loan) = self.loan(expr)
                    && let Some(names) = parts(&local.pat, &loan.place)
                {
                    return Lends::Names(loan.before, names);
                }
                // `let Line { count, .. } = line;`, where `line` was lent, and `count` is set.
                if is_place(expr)
                    && let Some(names) = parts(&local.pat, expr)
                    && names.iter().any(|(name, _)| sets(after, name))
                    && !changes(&local.pat)
                {
                    return Lends::Names(Vec::new(), names);
                }
                let Some(before) = self.given(expr) else { return Lends::Nothing };
                let mut statements = before;
                statements.push(Stmt::Local(local.clone()));
                Lends::Statements(statements)
            }
        }
    }

    /// `&mut place` and `map.entry(key).or_insert(default)`.
    fn loan(&mut self, expr: &Expr) -> Option<Loan> {
        match unparenthesized(expr) {
            Expr::Reference(reference) if reference.mutability.is_some() && is_place(&reference.expr) => {
                let (before, place) = self.fixed(&reference.expr);
                Some(Loan { before, place, asked: None })
            }
            Expr::MethodCall(method) => {
                let (map, key, _) = super::methods::entry(method)?;
                let (mut before, map) = self.fixed(map);
                let name = self.fresh("key");
                let mut there = method.clone();
                if let Expr::MethodCall(entry) = &mut *there.receiver {
                    *entry.receiver = map.clone();
                    entry.args = std::iter::once::<Expr>(parse_quote!(#name)).collect();
                }
                before.push(parse_quote!(let #name = #key;));
                before.push(Stmt::Expr(Expr::MethodCall(there), Some(Default::default())));
                Some(Loan { before, place: parse_quote!(#map[#name]), asked: None })
            }
            _ => None,
        }
    }

    /// A place whose keys are computed once.
    fn fixed(&mut self, place: &Expr) -> (Vec<Stmt>, Expr) {
        match unparenthesized(place) {
            Expr::Index(index) => {
                let (mut before, base) = self.fixed(&index.expr);
                let (key, name) = (&index.index, self.fresh("key"));
                if matches!(unparenthesized(key), Expr::Lit(_)) {
                    return (before, parse_quote!(#base[#key]));
                }
                before.push(parse_quote!(let #name = #key;));
                (before, parse_quote!(#base[#name]))
            }
            Expr::Field(field) => {
                let (before, base) = self.fixed(&field.base);
                let member = &field.member;
                (before, parse_quote!(#base.#member))
            }
            other => (Vec::new(), other.clone()),
        }
    }

    /// What lends a part that may not be there.
    fn maybe(&mut self, expr: &Expr) -> Option<Loan> {
        let Expr::MethodCall(method) = unparenthesized(expr) else { return None };
        let receiver = &*method.receiver;
        match (method.method.to_string().as_str(), method.args.len()) {
            ("get_mut", 1) if is_place(receiver) => {
                let (mut before, base) = self.fixed(receiver);
                let (key, name) = (&method.args[0], self.fresh("key"));
                before.push(parse_quote!(let #name = #key;));
                let asked = parse_quote!(#base.__holds_key(#name).then_some(true));
                Some(Loan { before, place: parse_quote!(#base[#name]), asked: Some(asked) })
            }
            ("first_mut" | "front_mut", 0) if is_place(receiver) => {
                let (before, base) = self.fixed(receiver);
                let asked = parse_quote!(#base.first());
                Some(Loan { before, place: parse_quote!(#base[0]), asked: Some(asked) })
            }
            ("last_mut" | "back_mut", 0) if is_place(receiver) => {
                let (before, base) = self.fixed(receiver);
                let asked = parse_quote!(#base.last());
                Some(Loan { before, place: parse_quote!(#base[#base.len() - 1]), asked: Some(asked) })
            }
            ("find", 1) => {
                let Expr::MethodCall(iter) = unparenthesized(receiver) else { return None };
                if iter.method != "iter_mut" || !is_place(&iter.receiver) {
                    return None;
                }
                let (mut before, base) = self.fixed(&iter.receiver);
                let (wanted, name) = (&method.args[0], self.fresh("place"));
                before.push(parse_quote!(let #name = #base.iter().position(#wanted);));
                let place = parse_quote!(#base[#name.unwrap_or_default()]);
                Some(Loan { before, place, asked: Some(parse_quote!(#name)) })
            }
            _ => None,
        }
    }

    /// `if let`, `while let`, `match` and `for` over what is lent.
    fn branch(&mut self, expr: &mut Expr) -> Option<Expr> {
        match expr {
            Expr::If(branch) => {
                let mut conditions = conditions(&branch.cond).into_iter();
                let Expr::Let(condition) = conditions.next()? else { return None };
                let mut rest: Vec<Expr> = conditions.collect();
                let inner = in_some(&condition.pat)?;
                let loan = self.maybe(&condition.expr)?;
                let names = parts(inner, &loan.place)?;
                for (name, place) in names {
                    let mut substitute = Substitute { name, place };
                    rest.iter_mut().for_each(|condition| substitute.visit_expr_mut(condition));
                    substitute.in_block(&mut branch.then_branch);
                }
                let (asked, before) = (loan.asked?, loan.before);
                *branch.cond = parse_quote!(#asked.is_some() #(&& #rest)*);
                Some(parse_quote!({ #(#before)* #branch }))
            }
            Expr::Match(choice) => {
                let loan = self.maybe(&choice.expr)?;
                let mut arms: Vec<Arm> = choice.arms.clone();
                for arm in &mut arms {
                    let pat = match &mut arm.pat {
                        Pat::Guard(guarded) => &mut *guarded.pat,
                        pat => pat,
                    };
                    let Some(inner) = in_some(pat) else { continue };
                    let names = parts(inner, &loan.place)?;
                    *pat = parse_quote!(Some(_));
                    for (name, place) in names {
                        let mut substitute = Substitute { name, place };
                        if let Pat::Guard(guarded) = &mut arm.pat {
                            substitute.visit_expr_mut(&mut guarded.guard);
                        }
                        substitute.visit_expr_mut(&mut arm.body);
                    }
                }
                let (asked, before) = (loan.asked?, loan.before);
                choice.arms = arms;
                *choice.expr = asked;
                Some(parse_quote!({ #(#before)* #choice }))
            }
            Expr::ForLoop(loop_) => {
                let (before, source, pat, names) = self.each(&loop_.expr, &loop_.pat)?;
                for (name, place) in names {
                    Substitute { name, place }.in_block(&mut loop_.body);
                }
                *loop_.expr = source;
                *loop_.pat = pat;
                match before.is_empty() {
                    true => Some(Expr::ForLoop(loop_.clone())),
                    false => Some(parse_quote!({ #(#before)* #loop_ })),
                }
            }
            _ => None,
        }
    }

    /// What a loop over lent parts runs over, what it binds, and the places of what it lends.
    #[allow(clippy::type_complexity, reason = "the four belong together, and have no other use")]
    fn each(&mut self, expr: &Expr, pat: &Pat) -> Option<(Vec<Stmt>, Expr, Pat, Vec<(Ident, Expr)>)> {
        let index = self.fresh("place");
        if let Expr::MethodCall(method) = unparenthesized(expr) {
            match (method.method.to_string().as_str(), pat) {
                ("enumerate", Pat::Tuple(pair)) if pair.elems.len() == 2 => {
                    let (before, list) = self.list(&method.receiver)?;
                    let place = &pair.elems[0];
                    let index: Expr = match place {
                        Pat::Ident(name) => {
                            let name = &name.ident;
                            parse_quote!(#name)
                        }
                        _ => parse_quote!(#index),
                    };
                    let pat = parse_quote!(#index);
                    let names = parts(&pair.elems[1], &parse_quote!(#list[#index]))?;
                    return Some((before, parse_quote!(0..#list.len()), pat, names));
                }
                ("zip", Pat::Tuple(pair)) if pair.elems.len() == 2 => {
                    let (before, list) = self.list(&method.receiver)?;
                    let (other, other_pat) = (method.args.first()?, &pair.elems[1]);
                    let names = parts(&pair.elems[0], &parse_quote!(#list[#index]))?;
                    let source = parse_quote!(#other.iter().take(#list.len()).enumerate());
                    return Some((before, source, parse_quote!((#index, #other_pat)), names));
                }
                ("values_mut", _) if is_place(&method.receiver) => {
                    let (before, map) = self.fixed(&method.receiver);
                    let names = parts(pat, &parse_quote!(#map[#index]))?;
                    return Some((before, parse_quote!(#map.keys()), parse_quote!(#index), names));
                }
                _ => {}
            }
        }
        let (before, list) = self.list(expr)?;
        if let Pat::Tuple(pair) = pat
            && pair.elems.len() == 2
        {
            // The entries of a map: only the value is lent.
            let key: Pat = match &pair.elems[0] {
                Pat::Wild(_) => parse_quote!(#index),
                key => key.clone(),
            };
            let Pat::Ident(name) = &key else { return None };
            let name = &name.ident;
            let names = parts(&pair.elems[1], &parse_quote!(#list[#name]))?;
            return Some((before, parse_quote!(#list.keys()), key, names));
        }
        let names = parts(pat, &parse_quote!(#list[#index]))?;
        Some((before, parse_quote!(0..#list.len()), parse_quote!(#index), names))
    }

    /// `list.iter_mut()` and `&mut list`.
    fn list(&mut self, expr: &Expr) -> Option<(Vec<Stmt>, Expr)> {
        match unparenthesized(expr) {
            Expr::Reference(reference) if reference.mutability.is_some() && is_place(&reference.expr) => {
                Some(self.fixed(&reference.expr))
            }
            Expr::MethodCall(method) if method.method == "iter_mut" && is_place(&method.receiver) => {
                Some(self.fixed(&method.receiver))
            }
            _ => None,
        }
    }

    /// `map.entry(key).and_modify(|count| *count += 1).or_insert(1);`
    fn changed_entry(&mut self, method: &ExprMethodCall) -> Option<Vec<Stmt>> {
        let mut method = Expr::MethodCall(method.clone());
        with_defaults(&mut method);
        let Expr::MethodCall(method) = method else { return None };
        let Expr::MethodCall(modified) = unparenthesized(&method.receiver) else { return None };
        let Expr::MethodCall(entry) = unparenthesized(&modified.receiver) else { return None };
        if modified.method != "and_modify" || entry.method != "entry" || !is_place(&entry.receiver) {
            return None;
        }
        let (mut before, map) = self.fixed(&entry.receiver);
        let (key, name) = (entry.args.first()?, self.fresh("key"));
        let Expr::Closure(closure) = unparenthesized(modified.args.first()?) else { return None };
        let mut body: Block = as_block(&closure.body);
        for (of, place) in parts(closure.inputs.first()?, &parse_quote!(#map[#name]))? {
            Substitute { name: of, place }.in_block(&mut body);
        }
        let (or_insert, default) = (&method.method, &method.args);
        before.push(parse_quote!(let #name = #key;));
        before.push(parse_quote! {
            if #map.contains_key(#name) #body else { #map.entry(#name).#or_insert(#default); }
        });
        Some(before)
    }

    /// `option.get_or_insert(value)` at the beginning of an expression: statements that set it, and its value
    /// in the place of the call.
    fn given(&mut self, expr: &mut Expr) -> Option<Vec<Stmt>> {
        match expr {
            Expr::Unary(unary) => self.given(&mut unary.expr),
            Expr::Paren(inner) => self.given(&mut inner.expr),
            Expr::MethodCall(method) => {
                let value: Expr = match (method.method.to_string().as_str(), method.args.first()) {
                    ("get_or_insert", Some(value)) => value.clone(),
                    ("get_or_insert_with", Some(function)) => called(function)?,
                    _ => return self.given(&mut method.receiver),
                };
                if !is_place(&method.receiver) {
                    return None;
                }
                let (mut before, option) = self.fixed(&method.receiver);
                let name = self.fresh("value");
                before.push(parse_quote!(let #name = #value;));
                before.push(parse_quote!(if #option.is_none() { #option = Some(#name); }));
                *expr = parse_quote!(#option.unwrap_or(#name));
                Some(before)
            }
            _ => None,
        }
    }
}

/// `map.entry(key).or_insert_with(Vec::new)` as `map.entry(key).or_insert(Vec::new())`.
fn with_defaults(expr: &mut Expr) {
    if let Expr::MethodCall(method) = expr
        && method.method == "or_insert_with"
        && let Some(value) = method.args.first().and_then(called)
    {
        method.method = Ident::new("or_insert", method.method.span());
        method.args = std::iter::once(value).collect();
    }
}

/// `list.drain(..)` as `std::mem::take(&mut list)`.
fn drained(expr: &mut Expr) {
    if let Expr::MethodCall(method) = expr
        && method.method == "drain"
        && is_place(&method.receiver)
        && let Some(Expr::Range(syn::ExprRange { start: None, end: None, .. })) = method.args.first()
    {
        let list = &method.receiver;
        *expr = parse_quote!(::std::mem::take(&mut #list));
    }
}

/// What a function without parameters gives.
fn called(function: &Expr) -> Option<Expr> {
    match unparenthesized(function) {
        Expr::Closure(closure) if closure.inputs.is_empty() => Some((*closure.body).clone()),
        path @ Expr::Path(_) => Some(parse_quote!(#path())),
        _ => None,
    }
}

/// `items.iter().for_each(|item| ..);` as a loop.
fn for_each(method: &ExprMethodCall) -> Option<Expr> {
    if method.method != "for_each" {
        return None;
    }
    let Expr::Closure(ExprClosure { inputs, body, asyncness: None, .. }) =
        unparenthesized(method.args.first()?)
    else {
        return None;
    };
    // A `return` there ends the turn alone.
    if returns(body.to_token_stream()) {
        return None;
    }
    let (items, pat, body) = (&method.receiver, inputs.first()?, as_block(body));
    Some(parse_quote!(for #pat in #items #body))
}

fn returns(code: TokenStream) -> bool {
    code.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => ident == "return",
        proc_macro2::TokenTree::Group(group) => returns(group.stream()),
        _ => false,
    })
}

/// An expression as the block of a statement.
fn as_block(expr: &Expr) -> Block {
    match unparenthesized(expr) {
        Expr::Block(block) if block.label.is_none() => {
            let mut block = block.block.clone();
            if let Some(Stmt::Expr(_, semicolon @ None)) = block.stmts.last_mut() {
                *semicolon = Some(Default::default());
            }
            block
        }
        other => parse_quote!({ #other; }),
    }
}

/// Whether statements set a variable.
fn sets(statements: &[Stmt], name: &Ident) -> bool {
    statements.iter().any(|statement| super::imperative::sets(statement, name))
}

/// Whether a pattern binds a variable that is its own to change.
fn changes(pat: &Pat) -> bool {
    let mut found = false;
    struct Changes<'a>(&'a mut bool);
    impl VisitMut for Changes<'_> {
        fn visit_pat_ident_mut(&mut self, name: &mut syn::PatIdent) {
            *self.0 |= name.mutability.is_some();
        }
    }
    Changes(&mut found).visit_pat_mut(&mut pat.clone());
    found
}

/// What is asked one after the other: `a && b && c`.
fn conditions(condition: &Expr) -> Vec<Expr> {
    match condition {
        Expr::Binary(both) if matches!(both.op, syn::BinOp::And(_)) => {
            let mut all = conditions(&both.left);
            all.extend(conditions(&both.right));
            all
        }
        other => vec![other.clone()],
    }
}

/// The pattern inside of `Some(..)`.
fn in_some(pat: &Pat) -> Option<&Pat> {
    match pat {
        Pat::TupleStruct(some) if some.path.is_ident("Some") && some.elems.len() == 1 => some.elems.first(),
        Pat::Paren(inner) => in_some(&inner.pat),
        _ => None,
    }
}

/// The names in a pattern that always matches, each with its place.
fn parts(pat: &Pat, place: &Expr) -> Option<Vec<(Ident, Expr)>> {
    match pat {
        Pat::Wild(_) => Some(Vec::new()),
        Pat::Ident(name) if name.subpat.is_none() => Some(vec![(name.ident.clone(), place.clone())]),
        Pat::Paren(inner) => parts(&inner.pat, place),
        Pat::Type(typed) => parts(&typed.pat, place),
        Pat::Tuple(tuple) => {
            let mut names = Vec::new();
            for (index, inner) in tuple.elems.iter().enumerate() {
                let index = syn::Index::from(index);
                names.extend(parts(inner, &parse_quote!(#place.#index))?);
            }
            Some(names)
        }
        Pat::Struct(fields) => {
            let mut names = Vec::new();
            for field in &fields.fields {
                let member = &field.member;
                names.extend(parts(&field.pat, &parse_quote!(#place.#member))?);
            }
            Some(names)
        }
        _ => None,
    }
}

/// Puts a place where a name stands for it.
struct Substitute {
    name: Ident,
    place: Expr,
}

impl Substitute {
    fn binds(&self, pat: &Pat) -> bool {
        let mut names = std::collections::HashSet::new();
        names_in(pat, &mut names);
        names.contains(&self.name.to_string())
    }

    fn in_block(&mut self, block: &mut Block) {
        for statement in &mut block.stmts {
            self.visit_stmt_mut(statement);
            if let Stmt::Local(local) = statement
                && self.binds(&local.pat)
            {
                return;
            }
        }
    }
}

impl VisitMut for Substitute {
    fn visit_block_mut(&mut self, block: &mut Block) {
        self.in_block(block);
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        if !self.binds(&arm.pat) {
            visit_mut::visit_arm_mut(self, arm);
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        if !closure.inputs.iter().any(|input| self.binds(input)) {
            visit_mut::visit_expr_closure_mut(self, closure);
        }
    }

    fn visit_expr_for_loop_mut(&mut self, loop_: &mut syn::ExprForLoop) {
        self.visit_expr_mut(&mut loop_.expr);
        if !self.binds(&loop_.pat) {
            self.in_block(&mut loop_.body);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Path(path) if path.path.is_ident(&self.name) => *expr = self.place.clone(),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        visit_mut::visit_field_value_mut(self, field);
        // `Line { count }` is `Line { count: count }`.
        if field.colon_token.is_none() && !matches!(&field.expr, Expr::Path(_)) {
            field.colon_token = Some(Default::default());
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        super::visit_values(mac, |value| self.visit_expr_mut(value));
        // `format!("{count}")` reads a variable too.
        let captured = format!("{{{}", self.name);
        let captures = mac.tokens.clone().into_iter().any(|token| {
            let text = token.to_string();
            text.match_indices(&captured)
                .any(|(at, _)| matches!(text[at + captured.len()..].chars().next(), Some('}' | ':')))
        });
        if captures && !crate::jsonata::is_jsonata(mac) {
            let (tokens, name, place) = (&mac.tokens, &self.name, &self.place);
            mac.tokens = quote::quote!(#tokens, #name = #place);
        }
    }
}
