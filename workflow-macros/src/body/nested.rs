//! Functions inside a body: each is read as one under `#[pure]`, with what the body around it has.
//!
//! They are taken out before anything looks at the body, since what stands in them is not the body's; a number holds
//! the place of each, where every reading puts its own form of it.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Block, Item, ItemFn, ItemUse, visit_mut::VisitMut};

use crate::{attributes::plain, errors::Errors, pure};

use super::functions::uses;

/// Said of an item that has no meaning in a state machine.
pub(super) const NO_ITEMS: &str = "a workflow holds no items but `const`, `use` and functions that only compute: what it says is what Step Functions does; move this beside the workflow";

/// What a body has by name beside what its module has.
#[derive(Clone, Default)]
pub(crate) struct Around {
    /// The `use`s in it.
    pub(super) uses: Vec<ItemUse>,
    /// The functions in it.
    pub(super) functions: HashSet<String>,
    /// The function that it is the body of, and those around that.
    pub(crate) path: String,
}

/// The functions in a body.
pub(super) struct Nested {
    pub(super) around: Around,
    functions: Vec<ItemFn>,
}

/// The forms of functions in one reading, by their numbers.
pub(super) struct Forms(Vec<TokenStream>);

impl Nested {
    /// Takes the functions out of a body that stands `around.path`.
    pub(super) fn take(block: &mut Block, mut around: Around, errors: &mut Errors) -> Self {
        let mut taken = Taken { functions: Vec::new(), errors };
        taken.visit_block_mut(block);
        let functions = taken.functions;
        around.uses.extend(uses(block));
        around.functions.extend(functions.iter().map(|function| plain(&function.sig.ident)));
        Self { around, functions }
    }

    /// The form of each function for rustc, and that in the symbolic reading.
    pub(super) fn read(self, errors: &mut Errors) -> (Forms, Forms) {
        let around = self.around;
        let read = self.functions.into_iter().map(|function| pure::nested(function, &around, errors));
        let (native, symbolic) = read.unzip();
        (Forms(native), Forms(symbolic))
    }
}

impl Forms {
    /// Puts the functions where they were.
    pub(super) fn put(&self, block: &mut Block) {
        Put(&self.0).visit_block_mut(block);
    }
}

struct Taken<'a> {
    functions: Vec<ItemFn>,
    errors: &'a mut Errors,
}

impl VisitMut for Taken<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Fn(function) if is_marked(function) => {}
            Item::Fn(function) if let Some(asyncness) = &function.sig.asyncness => {
                self.errors.refuse(
                    asyncness,
                    "a function in a workflow only computes, and this one awaits; make it a `#[workflow]` beside this one, whose states then stand in the place of each call, or await in an `async { .. }` block; if it does the work itself, make it a `#[task]`",
                );
                *item = Item::Verbatim(TokenStream::new());
            }
            Item::Fn(function) => {
                let number = Literal::usize_unsuffixed(self.functions.len());
                self.functions.push(function.clone());
                *item = Item::Verbatim(quote!(#number));
            }
            Item::Verbatim(unread) => {
                self.errors.refuse(&unread, NO_ITEMS);
                *unread = TokenStream::new();
            }
            // What stands in other items is theirs.
            _ => {}
        }
    }
}

/// Whether a function is a task or a workflow, which stands beside others.
fn is_marked(function: &ItemFn) -> bool {
    function.attrs.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| last.ident == "task" || last.ident == "workflow")
    })
}

struct Put<'a>(&'a [TokenStream]);

impl VisitMut for Put<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        if let Item::Verbatim(place) = item
            && let Ok(number) = syn::parse2::<syn::LitInt>(place.clone())
            && let Some(form) = number.base10_parse().ok().and_then(|number: usize| self.0.get(number))
        {
            *place = form.clone();
        }
    }
}
