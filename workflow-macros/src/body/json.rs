//! `json!({ "key": value })`: JSON written out, whose values are expressions of the workflow.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Expr, Ident, Macro, Token, braced, bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
    token::{Brace, Bracket},
};

use super::symbolic::Symbolic;

/// What `json!` is given.
pub(super) enum Json {
    Null(Ident),
    Value(Expr),
    List(Vec<Json>),
    Object(Vec<Entry>),
}

/// `"key": value`
pub(super) struct Entry {
    key: Expr,
    value: Json,
}

impl Parse for Json {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let all = |input: ParseStream<'_>| Punctuated::<Self, Token![,]>::parse_terminated(input);
        if input.peek(Brace) {
            let inside;
            braced!(inside in input);
            let entries = Punctuated::<Entry, Token![,]>::parse_terminated(&inside)?;
            return Ok(Self::Object(entries.into_iter().collect()));
        }
        if input.peek(Bracket) {
            let ahead = input.fork();
            let inside;
            bracketed!(inside in ahead);
            // `[1, 2].len()` is an expression.
            if ahead.is_empty() || ahead.peek(Token![,]) {
                let _ = inside;
                let inside;
                bracketed!(inside in input);
                return Ok(Self::List(all(&inside)?.into_iter().collect()));
            }
        }
        if input.peek(Ident) {
            let ahead = input.fork();
            let name: Ident = ahead.parse()?;
            if name == "null" && (ahead.is_empty() || ahead.peek(Token![,])) {
                return Ok(Self::Null(input.parse()?));
            }
        }
        Ok(Self::Value(input.parse()?))
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { key, value: input.parse()? })
    }
}

impl ToTokens for Json {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Null(null) => null.to_tokens(tokens),
            Self::Value(value) => value.to_tokens(tokens),
            Self::List(elements) => tokens.extend(quote!([#(#elements),*])),
            Self::Object(entries) => {
                let entries = entries.iter().map(|Entry { key, value }| match key {
                    Expr::Lit(_) | Expr::Paren(_) => quote!(#key: #value),
                    key => quote!((#key): #value),
                });
                tokens.extend(quote!({ #(#entries),* }));
            }
        }
    }
}

impl Json {
    /// Visits the expressions in it.
    pub(super) fn visit(&mut self, visit: &mut impl FnMut(&mut Expr)) {
        match self {
            Self::Null(_) => {}
            Self::Value(value) => visit(value),
            Self::List(elements) => elements.iter_mut().for_each(|element| element.visit(visit)),
            Self::Object(entries) => {
                for entry in entries {
                    visit(&mut entry.key);
                    entry.value.visit(visit);
                }
            }
        }
    }
}

impl Symbolic<'_> {
    /// `json!(..)`
    pub(super) fn json(&mut self, mac: &Macro) -> TokenStream {
        match mac.parse_body::<Json>() {
            Ok(json) => self.any_json(&json),
            Err(_) => self.refuse(mac, "`json!` is given JSON whose values are expressions: `json!({ \"id\": id, \"tags\": [\"new\"] })`"),
        }
    }

    fn any_json(&mut self, json: &Json) -> TokenStream {
        let b = self.b.clone();
        match json {
            Json::Null(null) => quote_spanned!(null.span()=> #b.methods().any_json(#b.unit())),
            Json::Value(value) => {
                let span = value.span();
                let value = self.expr(value);
                quote_spanned!(span=> #b.methods().any_json(#value))
            }
            Json::List(elements) => {
                let elements: Vec<TokenStream> =
                    elements.iter().map(|element| self.any_json(element)).collect();
                quote!(#b.methods().json_list(&[#(#elements),*]))
            }
            Json::Object(entries) => {
                let entries: Vec<TokenStream> = entries
                    .iter()
                    .map(|Entry { key, value }| {
                        let (key, value) = (self.expr(key), self.any_json(value));
                        quote!((#key, #value))
                    })
                    .collect();
                quote!(#b.methods().json_object(&[#(#entries),*]))
            }
        }
    }
}
