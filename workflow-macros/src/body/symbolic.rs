//! The symbolic reading: calls of the builder, in the order of the author's statements.
//!
//! Here is what all constructs share; `statement`, `control`, `expression` and `macros` each hold
//! the constructs of their kind.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Block, Expr, ExprAsync, Stmt, visit::Visit};

use crate::{
    attributes::{Note, plain},
    errors::Errors,
};

use super::{functions::Functions, unparenthesized};

/// What only computes: it becomes an expression, and no states.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Pure {
    /// The body of a `#[pure]` function.
    Function,
    /// A closure over values.
    Closure,
    /// A branch of a workflow without an effect, which becomes `? :`.
    Branch,
}

impl Pure {
    /// What is said of an `.await`.
    pub(crate) fn awaits(self) -> &'static str {
        match self {
            Self::Function => {
                "a `#[pure]` function awaits nothing, so that it can stand inside an expression; await in the workflow, and pass the value"
            }
            Self::Closure | Self::Branch => {
                "a closure over values awaits nothing; use a `for` loop, or `map(..)` to await for all at once"
            }
        }
    }

    /// What is said of a variable that is set, and of a loop.
    pub(crate) fn changes(self) -> &'static str {
        match self {
            Self::Function => {
                "what only computes sets a variable in a statement of its own: `x = ..;`, `let y = list.pop();`, or in the blocks of `if`, `match` and `for`; a closure sets nothing outside itself, so write a `for` loop in its place"
            }
            Self::Closure | Self::Branch => {
                "a closure over values sets nothing outside itself, since it becomes one expression; write a `for` loop in its place, or `.fold(..)` for what goes on from item to item"
            }
        }
    }
}

/// The writer of one body.
pub(crate) struct Symbolic<'a> {
    pub(crate) errors: &'a mut Errors,
    /// The name of the workflow's function.
    pub(crate) function: String,
    /// The builder.
    pub(crate) b: Ident,
    /// Where `Ok`, `Err` and `?` lead.
    pub(crate) scope: Ident,
    /// Whether what leads there is a `Result`.
    pub(crate) fallible: bool,
    /// What only computes around what is written, innermost.
    pub(crate) pure: Option<Pure>,
    /// The `#[pure]` function whose body is written.
    pub(crate) function_name: Option<Ident>,
    /// The functions that the body calls by a plain name.
    pub(crate) functions: Functions,
    /// What the author wrote at the statement, arm or expression, for the first state made of it.
    pub(crate) note: Option<Note>,
    /// Variables that hold an `async` block which is not awaited yet.
    pub(crate) blocks: HashMap<String, ExprAsync>,
    /// Variables that held an `async` block which was awaited.
    pub(crate) awaited_blocks: HashSet<String>,
    /// Variables whose value was refused: what is wrong with them was said.
    pub(crate) refused: HashSet<String>,
    /// The names of all variables so far, the parameters among them.
    pub(crate) locals: HashSet<String>,
    /// The names of the variables around the branch that is being written: it may not set them.
    pub(crate) around: HashSet<String>,
    /// The variables that the pure body declares which is being written: it may set them.
    pub(crate) own: HashSet<String>,
    /// The variables that patterns bind, which are not there to be set.
    pub(crate) unchanging: HashSet<String>,
    /// The variables that were declared to be set.
    pub(crate) changing_names: HashSet<String>,
    /// What a change of a variable in a pure body gives back: the variable.
    pub(crate) giving_back: Option<TokenStream>,
    /// The loops of a pure body around what is being written, outermost first.
    pub(crate) turns: Vec<super::imperative::Turn>,
    /// The loops around what is being written, outermost first.
    pub(crate) loops: Vec<super::loops::Around>,
    /// Whether what is written is a place that is about to be set.
    pub(crate) in_place: bool,
    /// Where the expression begins that is being written.
    at: Span,
    names: usize,
}

impl<'a> Symbolic<'a> {
    /// The writer of a body with these parameters.
    pub(crate) fn new(
        function: String,
        parameters: HashSet<String>,
        fallible: bool,
        errors: &'a mut Errors,
    ) -> Self {
        Self {
            errors,
            function,
            b: super::builder(),
            scope: super::scope(),
            fallible,
            pure: None,
            around: HashSet::new(),
            function_name: None,
            functions: Functions::new(),
            note: None,
            blocks: HashMap::new(),
            loops: Vec::new(),
            own: HashSet::new(),
            unchanging: HashSet::new(),
            changing_names: parameters.clone(),
            giving_back: None,
            turns: Vec::new(),
            awaited_blocks: HashSet::new(),
            refused: HashSet::new(),
            locals: parameters,
            in_place: false,
            at: Span::call_site(),
            names: 0,
        }
    }
}

impl Symbolic<'_> {
    /// A fresh name that the author cannot have written.
    pub(crate) fn fresh(&mut self, name: &str) -> Ident {
        self.names += 1;
        format_ident!("__{}{}", name, self.names, span = Span::mixed_site())
    }

    /// The builder, for a call that rustc may have something to say of.
    pub(crate) fn builder_at(&self, span: Span) -> Ident {
        Ident::new(&self.b.to_string(), self.b.span().located_at(span))
    }

    /// The note for a state that is about to be made, and what it is about.
    pub(crate) fn take_note(&mut self, about: Option<String>) -> TokenStream {
        let mut note = self.note.take().unwrap_or_default();
        note.about = about;
        note.tokens(line_of(self.at))
    }

    /// The note of a state of which the author wrote nothing.
    pub(crate) fn no_note(&self) -> TokenStream {
        Note::default().tokens(line_of(self.at))
    }

    /// Writes what begins at an expression.
    pub(crate) fn at<R>(&mut self, expr: &Expr, write: impl FnOnce(&mut Self) -> R) -> R {
        let Some(begin) = beginning(expr) else { return write(self) };
        let outer = std::mem::replace(&mut self.at, begin);
        let written = write(self);
        self.at = outer;
        written
    }

    /// Reads the attributes of a statement, an arm or an expression; runs `write` with the note.
    pub(crate) fn noted<R>(
        &mut self,
        attributes: &[syn::Attribute],
        write: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let note = Note::read(attributes, self.errors);
        if note.is_empty() {
            return write(self);
        }
        let outer = self.note.take();
        let name = note.name.clone();
        self.note = Some(note.or(outer.unwrap_or_default()));
        let found = self.errors.count();
        let written = write(self);
        let unused = self.note.take().is_some();
        if unused
            && self.errors.count() == found
            && let Some(name) = name
        {
            self.errors.refuse(
                name,
                "there is no state here to name: calls, results, and `if` and `match` with a call inside have one; remove the name",
            );
        }
        written
    }

    /// The `async` block that a variable holds; it can be awaited once.
    pub(crate) fn take_block(&mut self, name: &Ident) -> Option<ExprAsync> {
        let name = plain(name);
        let block = self.blocks.remove(&name)?;
        self.awaited_blocks.insert(name);
        Some(block)
    }

    /// Whether an expression is a variable whose value was refused.
    pub(crate) fn was_refused(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Path(path) if path.path.get_ident().is_some_and(|ident| self.refused.contains(&plain(ident))))
    }

    /// Refuses `expr`; the result stands for its value so that nothing else is reported.
    pub(crate) fn refuse(
        &mut self,
        tokens: impl quote::ToTokens,
        message: impl std::fmt::Display,
    ) -> TokenStream {
        self.errors.refuse(tokens, message);
        let b = &self.b;
        quote!(#b.never())
    }
}

/// The line that a token stands on, counted from 1; 0 where nobody knows.
pub(crate) fn line_of(span: Span) -> u32 {
    // Outside of a compiler, in tests, there are no lines.
    let line = if proc_macro::is_available() { span.unwrap().line() } else { 0 };
    u32::try_from(line).unwrap_or(0)
}

/// Where an expression begins, if that is easily found.
fn beginning(expr: &Expr) -> Option<Span> {
    Some(match expr {
        Expr::Await(await_) => return beginning(&await_.base),
        Expr::Try(try_) => return beginning(&try_.expr),
        Expr::MethodCall(method) => return beginning(&method.receiver),
        Expr::Call(call) => return beginning(&call.func),
        Expr::Field(field) => return beginning(&field.base),
        Expr::Binary(binary) => return beginning(&binary.left),
        Expr::Group(group) => return beginning(&group.expr),
        Expr::Path(path) => path.path.segments.first()?.ident.span(),
        Expr::Struct(literal) => literal.path.segments.first()?.ident.span(),
        Expr::Macro(macro_) => macro_.mac.path.segments.first()?.ident.span(),
        Expr::Return(returned) => returned.return_token.span,
        Expr::If(branch) => branch.if_token.span,
        Expr::Match(choice) => choice.match_token.span,
        Expr::Async(block) => block.async_token.span,
        Expr::ForLoop(loop_) => loop_.for_token.span,
        Expr::While(loop_) => loop_.while_token.span,
        Expr::Loop(loop_) => loop_.loop_token.span,
        Expr::Paren(paren) => paren.paren_token.span.open(),
        Expr::Tuple(tuple) => tuple.paren_token.span.open(),
        Expr::Lit(literal) => literal.lit.span(),
        _ => return None,
    })
}

/// Whether evaluating an expression may do more than give a value.
pub(crate) fn has_effect(expr: &Expr) -> bool {
    let mut finder = Effects { found: false };
    finder.visit_expr(expr);
    finder.found
}

/// The first `.await` in an expression, for a refusal to point at.
pub(crate) fn first_await(expr: &Expr) -> Option<&syn::token::Await> {
    struct Awaits<'ast>(Option<&'ast syn::token::Await>);
    impl<'ast> Visit<'ast> for Awaits<'ast> {
        fn visit_expr_await(&mut self, await_: &'ast syn::ExprAwait) {
            syn::visit::visit_expr_await(self, await_);
            self.0.get_or_insert(&await_.await_token);
        }
    }
    let mut awaits = Awaits(None);
    awaits.visit_expr(expr);
    awaits.0
}

/// Whether an expression gives names to values, outside of closures: they are computed where it stands.
pub(crate) fn names_values(expr: &Expr) -> bool {
    struct Names(bool);
    impl<'ast> Visit<'ast> for Names {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Block(_) | Expr::If(_) | Expr::Match(_) => self.0 = true,
                Expr::Closure(_) | Expr::Async(_) => {}
                _ => syn::visit::visit_expr(self, expr),
            }
        }
    }
    let mut names = Names(false);
    names.visit_expr(expr);
    names.0
}

struct Effects {
    found: bool,
}

impl Effects {
    /// Whether an expression has an effect beside those of its parts.
    fn visit_own(&mut self, expr: &Expr) {
        self.found |= match expr {
            Expr::Await(_)
            | Expr::Try(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Assign(_)
            | Expr::Loop(_)
            | Expr::While(_)
            | Expr::ForLoop(_) => true,
            Expr::Binary(binary) => is_compound(&binary.op),
            // What is lent so is set by `mem::take` and its kin.
            Expr::Reference(reference) => reference.mutability.is_some(),
            Expr::MethodCall(method) => super::methods::is_mutation(method),
            _ => false,
        };
    }
}

impl<'ast> Visit<'ast> for Effects {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.visit_own(expr);
        // A block has an effect when it is awaited.
        if !matches!(expr, Expr::Async(_) | Expr::Closure(_)) {
            syn::visit::visit_expr(self, expr);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        super::visit_values(&mut mac.clone(), |value| self.found |= has_effect(value));
    }
}

/// Whether an operator sets its left operand.
pub(crate) fn is_compound(op: &syn::BinOp) -> bool {
    use syn::BinOp;
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
    )
}

/// Whether control never passes the end of an expression.
pub(crate) fn diverges(expr: &Expr) -> bool {
    match unparenthesized(expr) {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Block(block) => block_diverges(&block.block),
        Expr::If(branch) => {
            block_diverges(&branch.then_branch)
                && branch.else_branch.as_ref().is_some_and(|(_, otherwise)| diverges(otherwise))
        }
        Expr::Loop(loop_) => !super::loops::breaks(loop_),
        Expr::Match(choice) => !choice.arms.is_empty() && choice.arms.iter().all(|arm| diverges(&arm.body)),
        _ => false,
    }
}

/// Whether control never passes the end of a block.
pub(crate) fn block_diverges(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Expr(expr, _) => diverges(expr),
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| diverges(&init.expr)),
        Stmt::Item(_) | Stmt::Macro(_) => false,
    })
}
