//! Refusals, collected so that an author reads all of them at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The refusals found so far.
#[derive(Default)]
pub(crate) struct Errors {
    found: Option<syn::Error>,
    count: usize,
}

impl Errors {
    /// Refuses what stands at `tokens`: what is not possible, why, what to write instead.
    pub(crate) fn refuse(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.count += 1;
        match &mut self.found {
            Some(found) => found.combine(error),
            none => *none = Some(error),
        }
    }

    /// How many refusals there are so far.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// All refusals as `compile_error!`s, the first of which may stand for a type; nothing if there are none.
    pub(crate) fn into_first_and_others(self) -> Option<(TokenStream, TokenStream)> {
        let mut errors = self.found?.into_iter().map(syn::Error::into_compile_error);
        Some((errors.next()?, errors.collect()))
    }

    /// All refusals as `compile_error!`s; nothing if there are none.
    pub(crate) fn into_compile_errors(self) -> Option<TokenStream> {
        self.found.map(syn::Error::into_compile_error)
    }
}
