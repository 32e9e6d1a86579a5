//! `#[pure] impl Trait for Type`: what a trait of Rust's own means to a state machine, and the functions of the block
//! as functions of values.
//!
//! Nothing changes in an expression, so `fmt`, which writes into what it is given, becomes a function that gives the
//! text; and `add_assign`, which changes what it is called on, one that gives the new value.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Block, Expr, FnArg, ImplItem, ImplItemFn, ItemImpl, Pat, Stmt, Type,
    visit_mut::{self, VisitMut},
};

use crate::{
    attributes::plain,
    body::{CHANGED, unparenthesized},
    errors::Errors,
};

/// What a block is about.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Means {
    /// The functions of a type, or of a trait of the author's.
    Functions,
    From,
    /// What is a constant, whatever the body says.
    Default,
    Display,
    FromStr,
    /// A sign between two values: the builder's trait and its function.
    Operator(&'static str, &'static str),
    /// `-value`
    Negation,
    /// A sign before `=`.
    Compound(char),
    Ord,
    PartialOrd,
}

/// What a block means, unless that is nothing to a state machine.
pub(crate) fn means(block: &ItemImpl, errors: &mut Errors) -> Option<Means> {
    let Some((path, _)) = &block.trait_ else { return Some(Means::Functions) };
    let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    let advice = match name.as_str() {
        "From" => return Some(Means::From),
        "Default" => return Some(Means::Default),
        "Display" => return Some(Means::Display),
        "FromStr" => return Some(Means::FromStr),
        "Add" => return Some(Means::Operator("Sum", "sum")),
        "Sub" => return Some(Means::Operator("Difference", "difference")),
        "Mul" => return Some(Means::Operator("Product", "product")),
        "Div" => return Some(Means::Operator("Quotient", "quotient")),
        "Rem" => return Some(Means::Operator("Remainder", "remainder")),
        "Neg" => return Some(Means::Negation),
        "AddAssign" => return Some(Means::Compound('+')),
        "SubAssign" => return Some(Means::Compound('-')),
        "MulAssign" => return Some(Means::Compound('*')),
        "DivAssign" => return Some(Means::Compound('/')),
        "RemAssign" => return Some(Means::Compound('%')),
        "Ord" => return Some(Means::Ord),
        "PartialOrd" => return Some(Means::PartialOrd),
        "PartialEq" | "Eq" | "Hash" => {
            "a state machine compares values as JSON; derive it, or write a function of the type: `fn same(&self, other: &Self) -> bool`"
        }
        "Iterator"
        | "IntoIterator"
        | "DoubleEndedIterator"
        | "Extend"
        | "FromIterator"
        | "Sum"
        | "Product" => {
            "JSON has lists and no iterators; write a function of the type, which takes or gives a `Vec`"
        }
        "Deref" | "DerefMut" | "AsRef" | "AsMut" | "Borrow" | "Index" | "IndexMut" | "Not" | "BitAnd"
        | "BitOr" | "BitXor" | "Shl" | "Shr" => {
            "a state machine does not run this where it is not called by name; write a function of the type"
        }
        "Debug" | "Drop" | "Clone" | "Copy" | "Error" | "Write" | "Read" | "Future" | "Into" | "TryInto"
        | "ToString" | "Serialize" | "Deserialize" => {
            "this has no meaning in a state machine; `From`, `TryFrom`, `Display`, `FromStr`, `Ord`, `Add` and its kin and your own traits have"
        }
        _ => return Some(Means::Functions),
    };
    errors.refuse(path, advice);
    None
}

/// A function of the block as one of values.
pub(crate) fn of_values(
    block: &ItemImpl,
    function: &ImplItemFn,
    means: Means,
    errors: &mut Errors,
) -> Option<ImplItemFn> {
    let mut function = function.clone();
    if block.trait_.is_some() {
        let mut types = Types { block };
        types.visit_impl_item_fn_mut(&mut function);
    }
    match means {
        Means::Display => text(&mut function, errors)?,
        Means::Compound(_) => changed(&mut function),
        Means::Functions if takes_mutable(&function) => {
            if !matches!(function.sig.output, syn::ReturnType::Default) {
                errors.refuse(
                    &function.sig.output,
                    "a state machine has values and no places, so a method with `&mut self` gives nothing but what becomes of `self`; write one that reads it and one that changes it",
                );
                return None;
            }
            changed(&mut function);
            function.sig.ident =
                Ident::new(&format!("{CHANGED}{}", plain(&function.sig.ident)), function.sig.ident.span());
        }
        _ => {}
    }
    Some(function)
}

/// A number of a block, so that the functions of several have names of their own.
pub(crate) fn number(block: &ItemImpl) -> String {
    let of = block.trait_.as_ref().map(|(path, _)| path.to_token_stream());
    let text = format!("{} {}", of.unwrap_or_default(), block.self_ty.to_token_stream());
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:x}_")
}

/// `Self::Output` and its kin as the types that the block says they are.
struct Types<'a> {
    block: &'a ItemImpl,
}

impl VisitMut for Types<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && path.qself.is_none()
            && path.path.segments.len() == 2
            && path.path.segments[0].ident == "Self"
        {
            let name = &path.path.segments[1].ident;
            let known = self.block.items.iter().find_map(|item| match item {
                ImplItem::Type(item) if item.ident == *name => Some(&item.ty),
                _ => None,
            });
            if let Some(known) = known {
                *ty = known.clone();
                return;
            }
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

/// `Self` as the type that it is.
pub(crate) struct Itself<'a>(pub(crate) &'a Type);

impl VisitMut for Itself<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::Path(path) if path.path.is_ident("Self")) {
            *ty = self.0.clone();
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

fn takes_mutable(function: &ImplItemFn) -> bool {
    matches!(
        function.sig.receiver().map(|receiver| &receiver.kind),
        Some(syn::ReceiverKind::Reference(_, _, Some(_)))
    )
}

/// `fn add_assign(&mut self, other: T) { .. }` as `fn add_assign(self, other: T) -> Self { .. }`.
fn changed(function: &mut ImplItemFn) {
    let this = Ident::new("__this", Span::mixed_site());
    if let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first_mut() {
        *receiver = syn::parse_quote!(self);
    }
    function.sig.output = syn::parse_quote!(-> Self);
    if let Some(Stmt::Expr(_, semicolon @ None)) = function.block.stmts.last_mut() {
        *semicolon = Some(syn::token::Semi::default());
    }
    Returns { this: &this }.visit_block_mut(&mut function.block);
    let statements = function.block.stmts.iter().map(ToTokens::to_token_stream);
    let statements = renamed(statements.collect(), &this);
    function.block = syn::parse_quote!({ let mut #this = self; #statements #this });
}

/// An early end, with what has become of the value.
struct Returns<'a> {
    this: &'a Ident,
}

impl VisitMut for Returns<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if matches!(expr, Expr::Closure(_)) {
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Return(returned) = expr
            && returned.expr.is_none()
        {
            let this = self.this;
            returned.expr = Some(syn::parse_quote!(#this));
        }
    }
}

/// Another name for `self`.
fn renamed(code: TokenStream, to: &Ident) -> TokenStream {
    code.into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "self" => {
                let mut to = to.clone();
                to.set_span(to.span().located_at(ident.span()));
                TokenTree::Ident(to)
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), renamed(group.stream(), to));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}

/// `fn fmt(&self, f: &mut Formatter) -> fmt::Result { .. }` as `fn fmt(&self) -> String { .. }`.
fn text(function: &mut ImplItemFn, errors: &mut Errors) -> Option<()> {
    let formatter = match function.sig.inputs.last() {
        Some(FnArg::Typed(argument)) => match &*argument.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => return Some(()),
        },
        _ => return Some(()),
    };
    function.sig.inputs.pop();
    function.sig.inputs.pop_punct();
    function.sig.output = syn::parse_quote!(-> ::std::string::String);
    let whole = Text { formatter: &formatter };
    if let Some(block) = whole.block(&function.block) {
        function.block = block;
        return Some(());
    }
    let mut pieces = Pieces { formatter: &formatter };
    pieces.visit_block_mut(&mut function.block);
    let statements = &function.block.stmts;
    let end = statements.len().saturating_sub(1);
    let (first, last) = statements.split_at(end);
    let last = match last {
        [Stmt::Expr(tail, None)] if matches!(unparenthesized(tail), Expr::Tuple(tuple) if tuple.elems.is_empty()) => {
            TokenStream::new()
        }
        [Stmt::Expr(tail, None)] => quote!(#tail;),
        last => quote!(#(#last)*),
    };
    function.block = syn::parse_quote!({
        let mut #formatter = ::std::string::String::new();
        #(#first)*
        #last
        #formatter
    });
    let other = names(function.block.to_token_stream(), &formatter);
    if let Some(other) = other {
        errors.refuse(
            other,
            "a state machine puts text together with `write!`, `.write_str(..)` and `.write_char(..)`, and knows nothing of how wide it is to be; write the text out",
        );
        return None;
    }
    Some(())
}

/// What a formatter is asked that a text is not.
fn names(code: TokenStream, formatter: &Ident) -> Option<Ident> {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    tokens.iter().enumerate().find_map(|(place, token)| match token {
        TokenTree::Group(group) => names(group.stream(), formatter),
        TokenTree::Ident(ident) if ident == formatter => match (tokens.get(place + 1), tokens.get(place + 2))
        {
            (Some(TokenTree::Punct(dot)), Some(TokenTree::Ident(method))) if dot.as_char() == '.' => {
                (method != "push_str" && method != "push").then(|| method.clone())
            }
            _ => None,
        },
        _ => None,
    })
}

/// What is written to a formatter by one expression.
fn written(expr: &Expr, formatter: &Ident) -> Option<Expr> {
    let is_formatter = |expr: &Expr| match unparenthesized(expr) {
        Expr::Path(path) => path.path.is_ident(formatter),
        Expr::Reference(reference) => {
            matches!(&*reference.expr, Expr::Path(path) if path.path.is_ident(formatter))
        }
        _ => false,
    };
    match unparenthesized(expr) {
        Expr::Macro(mac) => {
            let name = mac.mac.path.segments.last()?.ident.to_string();
            if !matches!(name.as_str(), "write" | "writeln") {
                return None;
            }
            let mut tokens = mac.mac.tokens.clone().into_iter();
            let Some(TokenTree::Ident(first)) = tokens.next() else { return None };
            if first != *formatter {
                return None;
            }
            tokens.next();
            let rest: TokenStream = tokens.collect();
            Some(match name.as_str() {
                "write" => syn::parse_quote!(::std::format!(#rest)),
                _ if rest.is_empty() => syn::parse_quote!(::std::string::String::from("\n")),
                _ => syn::parse_quote!(::std::format!("{}\n", ::std::format!(#rest))),
            })
        }
        Expr::MethodCall(method) if is_formatter(&method.receiver) && method.args.len() == 1 => {
            let text = &method.args[0];
            match method.method.to_string().as_str() {
                "write_str" | "pad" | "write_char" => Some(syn::parse_quote!((#text).to_string())),
                _ => None,
            }
        }
        Expr::MethodCall(method)
            if method.method == "fmt" && method.args.len() == 1 && is_formatter(&method.args[0]) =>
        {
            let value = &method.receiver;
            Some(syn::parse_quote!((#value).to_string()))
        }
        Expr::Call(call) if call.args.len() == 2 && is_formatter(&call.args[1]) => {
            let Expr::Path(path) = &*call.func else { return None };
            let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
            let value = &call.args[0];
            (names.next()? == "fmt" && names.next()? == "Display")
                .then(|| syn::parse_quote!((#value).to_string()))
        }
        _ => None,
    }
}

fn is_unit(expr: &Expr) -> bool {
    matches!(unparenthesized(expr), Expr::Call(call)
        if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Ok")) && call.args.len() == 1)
}

/// A body that writes once on each way, as the text that it writes.
struct Text<'a> {
    formatter: &'a Ident,
}

impl Text<'_> {
    fn block(&self, block: &Block) -> Option<Block> {
        let (last, first) = block.stmts.split_last()?;
        if first.iter().any(|statement| mentions(statement.to_token_stream(), self.formatter)) {
            return None;
        }
        let last = match last {
            Stmt::Expr(tail, None) => self.expr(tail)?,
            Stmt::Macro(mac) if mac.semi_token.is_none() => {
                self.expr(&Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: mac.mac.clone() }))?
            }
            _ => return None,
        };
        Some(syn::parse_quote!({ #(#first)* #last }))
    }

    fn expr(&self, expr: &Expr) -> Option<Expr> {
        if let Some(text) = written(expr, self.formatter) {
            return Some(text);
        }
        if is_unit(expr) {
            return Some(syn::parse_quote!(::std::string::String::new()));
        }
        match unparenthesized(expr) {
            Expr::Match(choice) if !mentions(choice.expr.to_token_stream(), self.formatter) => {
                let mut choice = choice.clone();
                for arm in &mut choice.arms {
                    *arm.body = self.expr(&arm.body)?;
                    arm.comma = Some(syn::token::Comma::default());
                }
                Some(Expr::Match(choice))
            }
            Expr::If(branch) => {
                let mut branch = branch.clone();
                branch.then_branch = self.block(&branch.then_branch)?;
                let (_, otherwise) = branch.else_branch.as_mut()?;
                **otherwise = self.expr(otherwise)?;
                Some(Expr::If(branch))
            }
            Expr::Block(block) if block.label.is_none() => {
                let block = self.block(&block.block)?;
                Some(syn::parse_quote!(#block))
            }
            _ => None,
        }
    }
}

fn mentions(code: TokenStream, name: &Ident) -> bool {
    code.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// A body that writes piece by piece, to a text of the formatter's name.
struct Pieces<'a> {
    formatter: &'a Ident,
}

impl Pieces<'_> {
    fn piece(&self, expr: &Expr) -> Option<Expr> {
        let (formatter, text) = (self.formatter, written(expr, self.formatter)?);
        Some(syn::parse_quote!(#formatter.push_str(&#text)))
    }
}

impl VisitMut for Pieces<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Try(try_) = expr
            && (written(&try_.expr, self.formatter).is_some() || is_unit(&try_.expr))
        {
            *expr = (*try_.expr).clone();
        }
        if let Some(piece) = self.piece(expr) {
            *expr = piece;
            return;
        }
        if is_unit(expr) {
            *expr = syn::parse_quote!(());
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Return(returned) = expr {
            let formatter = self.formatter;
            *expr = match &returned.expr {
                Some(last) if !matches!(&**last, Expr::Tuple(_)) => {
                    syn::parse_quote!({ #last; return #formatter; })
                }
                _ => syn::parse_quote!(return #formatter),
            };
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        if let Stmt::Macro(mac) = statement {
            let mut expr = Expr::Macro(syn::ExprMacro { attrs: Vec::new(), mac: mac.mac.clone() });
            if let Some(piece) = self.piece(&expr) {
                expr = piece;
                *statement = Stmt::Expr(expr, mac.semi_token);
                return;
            }
        }
        visit_mut::visit_stmt_mut(self, statement);
    }
}
