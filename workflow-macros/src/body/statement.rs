//! Statements and blocks; what leaves a function as its result.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Block, Expr, ExprCall, Local, Pat, Stmt, Type, spanned::Spanned};

use crate::attributes::plain;

use super::{
    await_::{Awaited, awaited},
    is_capitalized,
    nested::NO_ITEMS,
    pattern,
    symbolic::{Symbolic, block_diverges, diverges, has_effect},
    unparenthesized,
};

impl Symbolic<'_> {
    /// A block as a value: an expression of type `Expr`.
    pub(crate) fn value_block(&mut self, block: &Block) -> TokenStream {
        let (statements, tail) = split_tail(block);
        let around = self.around.clone();
        let written: Vec<TokenStream> = statements.iter().map(|stmt| self.statement(stmt)).collect();
        let b = self.b.clone();
        let value = match tail {
            Some(tail) => match self.changing_tail(tail) {
                Some(written) => written,
                None => self.expr(tail),
            },
            None if block_diverges(block) => quote!(#b.never()),
            None => quote!(#b.unit()),
        };
        self.around = around;
        quote!({ #(#written)* #value })
    }

    /// A block whose value leaves the scope.
    pub(crate) fn result_block(&mut self, block: &Block) -> TokenStream {
        let (statements, tail) = split_tail(block);
        let around = self.around.clone();
        let written: Vec<TokenStream> = statements.iter().map(|stmt| self.statement(stmt)).collect();
        let (b, scope, no_note) = (self.b.clone(), self.scope.clone(), self.no_note());
        let result = match tail {
            Some(tail) => self.result(tail),
            None if block_diverges(block) => TokenStream::new(),
            None if self.fallible => TokenStream::new(),
            None => quote! {
                let __value = #b.unit();
                #b.ok(#scope, __value, #no_note);
            },
        };
        self.around = around;
        quote!({ #(#written)* #result })
    }

    fn statement(&mut self, stmt: &Stmt) -> TokenStream {
        if let Some(written) = self.changing(stmt) {
            return written;
        }
        match stmt {
            Stmt::Local(local) => self.noted(&local.attrs, |writer| writer.local(local)),
            Stmt::Expr(Expr::MethodCall(method), Some(_))
                if let Some(written) = self.method_statement(method) =>
            {
                written
            }
            Stmt::Expr(Expr::Call(call), Some(_)) if let Some(written) = self.moved(call, false) => {
                quote!(let _: ::workflow_core::__private::Expr<()> = #written;)
            }
            Stmt::Expr(expr, semicolon) => {
                let value = self.expr(expr);
                // Without a semicolon, and where every way out leaves the function, nothing else
                // tells rustc what the value would be.
                if semicolon.is_none() || diverges(expr) {
                    quote!(let _: ::workflow_core::__private::Expr<()> = #value;)
                } else {
                    quote!(let _ = #value;)
                }
            }
            Stmt::Macro(statement) => {
                let value = self.noted(&statement.attrs, |writer| writer.macro_call(&statement.mac));
                quote!(let _: ::workflow_core::__private::Expr<()> = #value;)
            }
            Stmt::Item(item) => match item {
                // A function stands here in the form that this reading gave it.
                syn::Item::Const(_) | syn::Item::Use(_) | syn::Item::Verbatim(_) => quote!(#item),
                other => {
                    self.errors.refuse(other, NO_ITEMS);
                    TokenStream::new()
                }
            },
        }
    }

    pub(crate) fn local(&mut self, local: &Local) -> TokenStream {
        let b = self.b.clone();
        let Some(init) = &local.init else {
            self.errors.refuse(
                local,
                "a variable of a workflow is set where it is declared; write `let name = if .. { .. } else { .. };`",
            );
            if let Pat::Ident(name) = untyped(&local.pat) {
                self.refused.insert(plain(&name.ident));
            }
            return TokenStream::new();
        };
        let (pat, ty) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        if let Some((_, otherwise)) = &init.diverge {
            return self.let_else(pat, &init.expr, otherwise);
        }
        // Nobody calls it, or it would have been written out; rustc has checked it in the native reading.
        if let (Pat::Ident(_), Expr::Closure(closure)) = (pat, unparenthesized(&init.expr))
            && closure.asyncness.is_none()
            && !has_effect(&closure.body)
        {
            return TokenStream::new();
        }
        if let Expr::MethodCall(method) = unparenthesized(&init.expr)
            && super::methods::entry(method).is_some()
            && !matches!(pat, Pat::Wild(_))
        {
            let name = &method.method;
            self.errors.refuse(
                name,
                format!("`.{name}(..)` lends what stands in the map, to be changed in place, and JSON stays as it is; set it where it stands: `*map.entry(key).{name}(..) += 1`, or copy it: `*map.entry(key).{name}(..)`"),
            );
            pattern::read(pat, self.errors).names.iter().for_each(|name| {
                self.refused.insert(plain(name));
            });
            return TokenStream::new();
        }
        if let (Pat::Ident(name), Expr::Async(block)) = (pat, unparenthesized(&init.expr)) {
            self.blocks.insert(plain(&name.ident), block.clone());
            return TokenStream::new();
        }
        // `let _ = task(..).await;` goes on whatever became of the task.
        if let (Pat::Wild(_), Expr::Await(await_)) = (pat, unparenthesized(&init.expr)) {
            let ignored = self.ignored(await_);
            return quote!(#ignored;);
        }
        if let Pat::Ident(name) = pat
            && name.mutability.is_some()
        {
            self.changing_names.insert(plain(&name.ident));
        }
        let simple = matches!(pat, Pat::Ident(name) if name.subpat.is_none() && !is_capitalized(&name.ident.clone().into()));
        let found = self.errors.count();
        let value = self.expr(&collected(&init.expr, ty));
        if let Pat::Ident(name) = pat {
            let name = plain(&name.ident);
            match self.errors.count() > found {
                true => self.refused.insert(name),
                false => self.refused.remove(&name),
            };
        }
        let annotation = ty.and_then(erased_annotation).map(|ty| quote!(: #ty));
        match pat {
            Pat::Wild(_) => quote!(let _ #annotation = #value;),
            Pat::Ident(name) if simple && name.mutability.is_some() && self.pure.is_none() => {
                let ident = &name.ident;
                let text = plain(ident);
                self.locals.insert(text.clone());
                self.around.remove(&text);
                self.blocks.remove(&text);
                quote! {
                    let #ident #annotation = #value;
                    let #ident = #b.cell(#text, #ident);
                }
            }
            Pat::Ident(name) if simple => {
                // What sets it in a pure body is a `let` of its own; in a branch without an effect nothing does.
                let mut pat = name.clone();
                pat.mutability = None;
                let pattern = pattern::read(&Pat::Ident(pat), self.errors);
                self.declare(&pattern);
                self.blocks.remove(&plain(&name.ident));
                let ident = &name.ident;
                let text = plain(ident);
                quote! {
                    let #ident #annotation = #value;
                    let #ident = #b.bind_name(#text, #ident);
                }
            }
            _ => {
                let pattern = pattern::read(pat, self.errors);
                self.declare(&pattern);
                let (value_of, names, witness) = (&pattern.value, pattern.tuple(), pattern.witness());
                let bound = &pattern.names;
                let texts: Vec<String> = bound.iter().map(plain).collect();
                quote! {
                    let __whole #annotation = #value;
                    let (_, #names) = #b.bind(__whole, &#value_of, #witness);
                    #(let #bound = #b.part(#texts, #bound);)*
                }
            }
        }
    }

    /// Remembers the names that a pattern binds.
    pub(crate) fn declare(&mut self, pattern: &pattern::Pattern) {
        for name in pattern.names.iter().map(plain) {
            self.around.remove(&name);
            self.own.insert(name.clone());
            self.unchanging.insert(name.clone());
            self.locals.insert(name);
        }
    }

    /// An expression whose value leaves the scope.
    pub(crate) fn result(&mut self, expr: &Expr) -> TokenStream {
        let attributes = attributes_of(expr).to_vec();
        self.at(expr, |writer| writer.noted(&attributes, |writer| writer.result_of(expr)))
    }

    fn result_of(&mut self, expr: &Expr) -> TokenStream {
        let (b, scope, no_note) = (self.b.clone(), self.scope.clone(), self.no_note());
        // A branch whose arms only choose a value is that value: no state of its own.
        if self.note.is_none()
            && let Some(value) = chosen_value(expr, self.fallible)
        {
            let value = self.expr(&value);
            return quote!(let __value = #value; #b.ok(#scope, __value, #no_note););
        }
        match unparenthesized(expr) {
            Expr::Return(returned) => self.returned(returned.expr.as_deref()),
            Expr::Block(block) if block.label.is_none() => self.result_block(&block.block),
            Expr::If(branch) => self.if_result(branch),
            Expr::Match(choice) => self.match_result(choice),
            Expr::Call(call) if self.fallible && called(call) == "Ok" && call.args.len() == 1 => {
                let pin = self.pin_error(call);
                // The note is for the Succeed state; a call inside has its own.
                let note = self.take_note(None);
                let value = self.expr(&call.args[0]);
                quote!(#pin let __value = #value; #b.ok(#scope, __value, #note);)
            }
            Expr::Call(call) if self.fallible && called(call) == "Err" && call.args.len() == 1 => {
                let note = self.take_note(None);
                self.error(&call.args[0], &note)
            }
            Expr::Await(await_) if self.fallible => match awaited(&await_.base) {
                Awaited::Block(block) => self.result_block(&block.block.clone()),
                Awaited::Local(name) if self.blocks.contains_key(&plain(name)) => match self.take_block(name)
                {
                    Some(block) => self.result_block(&block.block),
                    None => TokenStream::new(),
                },
                _ => {
                    let value = self.await_last(await_);
                    quote!(let __value = #value; #b.ok(#scope, __value, #no_note);)
                }
            },
            other if self.was_refused(other) => TokenStream::new(),
            other if self.fallible => {
                if diverges(other) {
                    let value = self.expr(other);
                    return quote!(let _: ::workflow_core::__private::Expr<()> = #value;);
                }
                let value = self.expr(other);
                quote! {
                    let __value = #b.result_of(#scope, #value);
                    let __value = #b.question(#scope, __value);
                    #b.ok(#scope, __value, #no_note);
                }
            }
            other => {
                let note = self.take_note(None);
                let value = self.expr(other);
                quote!(let __value = #value; #b.ok(#scope, __value, #note);)
            }
        }
    }

    /// `return ..`
    pub(crate) fn returned(&mut self, returned: Option<&Expr>) -> TokenStream {
        let (b, scope, no_note) = (self.b.clone(), self.scope.clone(), self.no_note());
        match returned {
            Some(returned) => self.result(returned),
            None => {
                quote!(let __value = #b.unit(); #b.ok(#scope, __value, #no_note);)
            }
        }
    }

    /// `Err(..)`
    fn error(&mut self, error: &Expr, note: &TokenStream) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        match unparenthesized(error) {
            text if is_text(text) => self.refuse(
                text,
                "text has no name by which Step Functions tells errors apart; write a variant of the error type: `Err(PaymentError::Declined)`",
            ),
            Expr::MethodCall(method) if method.method == "into" && method.args.is_empty() => {
                let inner = self.error_value(&method.receiver);
                quote!(let __error = #inner; #b.err_into(#scope, __error, #note);)
            }
            Expr::Call(call) if called(call) == "from" && call.args.len() == 1 => {
                let inner = self.error_value(&call.args[0]);
                quote!(let __error = #inner; #b.err_into(#scope, __error, #note);)
            }
            other => {
                let value = self.error_value(other);
                quote!(let __error = #value; #b.err(#scope, __error, #note);)
            }
        }
    }

    /// An error as a value: written out, or a variable that holds one.
    pub(crate) fn error_value(&mut self, error: &Expr) -> TokenStream {
        match unparenthesized(error) {
            expr @ (Expr::Struct(_) | Expr::Path(_) | Expr::Call(_)) => {
                match self.constructor(expr, "error_literal") {
                    Some(written) => written,
                    None => self.expr(expr),
                }
            }
            other => self.expr(other),
        }
    }

    /// `Ok::<_, E>(..)` tells the error type of an `async` block.
    fn pin_error(&mut self, call: &ExprCall) -> TokenStream {
        let scope = self.scope.clone();
        let Expr::Path(path) = &*call.func else { return TokenStream::new() };
        let Some(last) = path.path.segments.last() else { return TokenStream::new() };
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
            return TokenStream::new();
        };
        match arguments.args.iter().nth(1) {
            Some(syn::GenericArgument::Type(error)) => {
                quote!(let _: ::workflow_core::__private::Scope<_, #error> = #scope;)
            }
            _ => TokenStream::new(),
        }
    }
}

/// Whether an error is only text.
fn is_text(error: &Expr) -> bool {
    match unparenthesized(error) {
        Expr::Lit(literal) => matches!(literal.lit, syn::Lit::Str(_)),
        Expr::Macro(mac) => mac.mac.path.is_ident("format"),
        Expr::MethodCall(method) => {
            matches!(method.method.to_string().as_str(), "into" | "to_string" | "to_owned")
                && is_text(&method.receiver)
        }
        Expr::Call(call) => called(call) == "from" && call.args.iter().all(is_text) && !call.args.is_empty(),
        _ => false,
    }
}

/// `match x { A => Ok(1), B => Ok(2) }` as `match x { A => 1, B => 2 }`, if no arm has an effect.
fn chosen_value(expr: &Expr, fallible: bool) -> Option<Expr> {
    fn strip(expr: &Expr, fallible: bool) -> Option<Expr> {
        if !attributes_of(expr).is_empty() {
            return None;
        }
        match unparenthesized(expr) {
            Expr::If(branch) => {
                let mut branch = branch.clone();
                strip_tail(&mut branch.then_branch, fallible)?;
                let (_, otherwise) = branch.else_branch.as_mut()?;
                **otherwise = strip(otherwise, fallible)?;
                Some(Expr::If(branch))
            }
            Expr::Match(choice) => {
                let mut choice = choice.clone();
                for arm in &mut choice.arms {
                    if !arm.attrs.is_empty() {
                        return None;
                    }
                    *arm.body = strip(&arm.body, fallible)?;
                }
                Some(Expr::Match(choice))
            }
            Expr::Block(block) if block.label.is_none() => {
                let mut block = block.clone();
                strip_tail(&mut block.block, fallible)?;
                Some(Expr::Block(block))
            }
            Expr::Call(call) if fallible && called(call) == "Ok" && call.args.len() == 1 => {
                call.args.first().filter(|value| !has_effect(value)).cloned()
            }
            other if !fallible && !has_effect(other) => Some(other.clone()),
            _ => None,
        }
    }
    fn strip_tail(block: &mut Block, fallible: bool) -> Option<()> {
        match block.stmts.as_mut_slice() {
            [Stmt::Expr(tail, None)] => {
                *tail = strip(tail, fallible)?;
                Some(())
            }
            _ => None,
        }
    }
    let awaited = match unparenthesized(expr) {
        Expr::If(branch) => has_effect(&branch.cond),
        Expr::Match(choice) => has_effect(&choice.expr),
        _ => return None,
    };
    if awaited { None } else { strip(expr, fallible) }
}

/// A pattern without its type.
fn untyped(pat: &Pat) -> &Pat {
    match pat {
        Pat::Type(typed) => &typed.pat,
        pat => pat,
    }
}

/// The last segment of what is called.
pub(crate) fn called(call: &ExprCall) -> String {
    match &*call.func {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The statements of a block, and the expression that is its value.
fn split_tail(block: &Block) -> (&[Stmt], Option<&Expr>) {
    match block.stmts.split_last() {
        Some((Stmt::Expr(tail, None), statements)) => (statements, Some(tail)),
        // `return x;` at the end is the value of a block that has no other.
        Some((Stmt::Expr(tail @ Expr::Return(_), Some(_)), statements)) => (statements, Some(tail)),
        _ => (&block.stmts, None),
    }
}

/// The attributes of the expressions that can be a result.
pub(crate) fn attributes_of(expr: &Expr) -> &[syn::Attribute] {
    match expr {
        Expr::Array(expr) => &expr.attrs,
        Expr::Await(expr) => &expr.attrs,
        Expr::Binary(expr) => &expr.attrs,
        Expr::Block(expr) => &expr.attrs,
        Expr::Call(expr) => &expr.attrs,
        Expr::Field(expr) => &expr.attrs,
        Expr::If(expr) => &expr.attrs,
        Expr::Lit(expr) => &expr.attrs,
        Expr::Macro(expr) => &expr.attrs,
        Expr::Match(expr) => &expr.attrs,
        Expr::MethodCall(expr) => &expr.attrs,
        Expr::Paren(expr) => &expr.attrs,
        Expr::Path(expr) => &expr.attrs,
        Expr::Return(expr) => &expr.attrs,
        Expr::Struct(expr) => &expr.attrs,
        Expr::Try(expr) => &expr.attrs,
        Expr::Tuple(expr) => &expr.attrs,
        Expr::Unary(expr) => &expr.attrs,
        _ => &[],
    }
}

/// The value of a `let` whose type says what to collect into: `.collect()` with the type named.
fn collected(init: &Expr, ty: Option<&Type>) -> Expr {
    let mut init = init.clone();
    if let Some(ty) = ty {
        match &mut init {
            Expr::MethodCall(method) if method.method == "collect" && method.turbofish.is_none() => {
                method.turbofish = Some(syn::parse_quote!(::<#ty>));
            }
            _ => {}
        }
    }
    init
}

/// The annotation of a `let`, in the owned form in which the symbolic reading speaks of types.
fn erased_annotation(ty: &Type) -> Option<TokenStream> {
    let text = quote!(#ty).to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let span = ty.span();
    // A hole in the type is for rustc to find, from the value; what stands around it may say more, such as the error
    // type of a `Result`, where it is its own owned form.
    if words.contains(&"_") {
        let others = ["VecDeque", "Box", "Cow", "Duration", "str"];
        let own = !text.contains(['&', '[']) && !words.iter().any(|word| others.contains(word));
        return (own && text != "_")
            .then(|| quote::quote_spanned!(span=> ::workflow_core::__private::Expr<#ty>));
    }
    Some(
        quote::quote_spanned!(span=> ::workflow_core::__private::Expr<<#ty as ::workflow_core::Data>::Owned>),
    )
}
