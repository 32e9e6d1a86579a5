//! `jsonata!(..)`: an expression that the author wrote in JSONata.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Block, Expr, Macro,
    visit_mut::{self, VisitMut},
};

use crate::jsonata::{Jsonata, Piece, is_jsonata};

use super::symbolic::{Symbolic, first_await, has_effect};

impl Symbolic<'_> {
    /// The text in its pieces, with the bound values beside it.
    pub(super) fn jsonata(&mut self, mac: &Macro) -> TokenStream {
        let b = self.b.clone();
        let jsonata: Jsonata = match mac.parse_body() {
            Ok(jsonata) => jsonata,
            Err(error) => {
                self.errors.push(error);
                return quote!(#b.never());
            }
        };
        let mut bindings = Vec::new();
        for binding in &jsonata.bindings {
            if has_effect(&binding.value) {
                let awaits = first_await(&binding.value).map(ToTokens::to_token_stream);
                return self.refuse(
                    awaits.unwrap_or_else(|| binding.value.to_token_stream()),
                    "what is bound in an expression is a value; await it in a `let` before, and bind the variable",
                );
            }
            let (name, value) = (&binding.name, self.expr(&binding.value));
            let span = syn::spanned::Spanned::span(&binding.value);
            bindings.push(quote_spanned!(span=> (#name, #b.bound(#value))));
        }
        // A piece names a binding by its place among the bindings.
        let place = |free: &usize| {
            let name = &jsonata.text.free[*free];
            jsonata.bindings.iter().position(|binding| binding.name == *name).unwrap_or_default()
        };
        let pieces = jsonata.text.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => quote!(::workflow_core::__private::JsonataPiece::Text(#text)),
            Piece::Free(free) => {
                let place = place(free);
                quote!(::workflow_core::__private::JsonataPiece::Bound(#place))
            }
            Piece::Own(place) => quote!(::workflow_core::__private::JsonataPiece::Own(#place)),
        });
        let (source, own) = (jsonata.text.source(), &jsonata.text.own);
        quote_spanned! {jsonata.literal.span()=>
            #b.jsonata(#source, &[#(#pieces),*], &[#(#own),*], &[#(#bindings),*])
        }
    }
}

/// Writes out the macro in a body that rustc reads as it is.
pub(crate) fn write_out(block: &mut Block) {
    struct WriteOut;
    impl VisitMut for WriteOut {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            visit_mut::visit_expr_mut(self, expr);
            written_out(expr);
        }
    }
    WriteOut.visit_block_mut(block);
}

/// Puts the native reading in the place of the macro.
pub(super) fn written_out(expr: &mut Expr) {
    if let Expr::Macro(macro_) = expr
        && is_jsonata(&macro_.mac)
        && let Ok(jsonata) = macro_.mac.parse_body::<Jsonata>()
    {
        *expr = Expr::Verbatim(jsonata.native());
    }
}
