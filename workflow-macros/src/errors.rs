//! Refusals, collected so that an author reads all of them at once.

use std::fmt::Display;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
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
        self.push(syn::Error::new_spanned(as_written(tokens.to_token_stream()), message));
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

/// Tokens without the numbers that awaited calls were given, and without the parentheses that stand around these: the
/// author wrote neither, so no error is to begin there.
fn as_written(tokens: TokenStream) -> TokenStream {
    let mut written = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(mark), Some(TokenTree::Group(number)))
                if mark.as_char() == '#' && is_number(number.stream()) =>
            {
                tokens.next();
            }
            (TokenTree::Group(group), _)
                if group.delimiter() == Delimiter::Parenthesis && is_numbered(group.stream()) =>
            {
                written.extend(as_written(group.stream()));
            }
            _ => written.extend([token]),
        }
    }
    written
}

/// Whether tokens begin with a number that an awaited call was given.
fn is_numbered(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    matches!(tokens.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#')
        && matches!(tokens.next(), Some(TokenTree::Group(number)) if is_number(number.stream()))
}

/// Whether tokens are what stands in `#[site(3)]`.
fn is_number(tokens: TokenStream) -> bool {
    matches!(tokens.into_iter().next(), Some(TokenTree::Ident(name)) if name == "site")
}
