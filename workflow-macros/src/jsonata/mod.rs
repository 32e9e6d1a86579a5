//! `jsonata!("$sum($items.price)", items = &order.items)`: an expression of JSONata that the author
//! writes out.
//!
//! This reads the text and what is bound in it. In process it is a call of `jsonata` of workflow-core, which
//! is written here; the symbolic reading is `body/escape.rs`.

mod functions;
mod lexer;
mod syntax;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Expr, LitStr, Macro, Token,
    parse::{Parse, ParseStream},
};

use self::lexer::Mistake;
pub(crate) use self::syntax::{Piece, Text};
use crate::attributes::plain;

/// A call of the macro.
pub(crate) struct Jsonata {
    /// The text, as it is written.
    pub(crate) literal: LitStr,
    pub(crate) text: Text,
    /// The value of each free variable of the text, in the order in which they are computed.
    pub(crate) bindings: Vec<Binding>,
}

/// A value that the text reads by a name.
pub(crate) struct Binding {
    /// The variable, without `$`.
    pub(crate) name: String,
    pub(crate) value: Expr,
}

/// Whether a macro is the one.
pub(crate) fn is_jsonata(mac: &Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| last.ident == "jsonata")
}

/// The macro outside of workflows, which is the native reading.
pub(crate) fn expand(arguments: TokenStream) -> TokenStream {
    match syn::parse2::<Jsonata>(arguments) {
        Ok(jsonata) => jsonata.native(),
        Err(error) => error.into_compile_error(),
    }
}

impl Parse for Jsonata {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: LitStr = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "the expression comes first, as a string literal: `jsonata!(\"$sum($prices)\")`",
            )
        })?;
        let source = literal.value();
        let text = syntax::read(&source).map_err(|mistake| located(&literal, &source, &mistake))?;
        let mut bindings: Vec<Binding> = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let (name, value) = binding(input)?;
            let ident = name;
            let name = plain(&ident);
            let refused = |message: String| Err(syn::Error::new(ident.span(), message));
            if functions::is_function(&name) {
                return refused(format!(
                    "`${name}` is a function of JSONata, which a variable of its name hides; give the value another name"
                ));
            }
            if text.own.contains(&name) {
                return refused(format!(
                    "the expression sets `${name}` itself; give one of the two another name"
                ));
            }
            if bindings.iter().any(|known| known.name == name) {
                return refused(format!("`{name}` is bound twice"));
            }
            if !text.free.contains(&name) {
                return refused(format!("the expression reads no `${name}`; remove the binding"));
            }
            bindings.push(Binding { name, value });
        }
        // As in `format!`, what is not given is a variable of its name.
        for name in &text.free {
            if !bindings.iter().any(|known| known.name == *name) {
                bindings.push(Binding { name: name.clone(), value: captured(name, &literal)? });
            }
        }
        Ok(Self { literal, text, bindings })
    }
}

/// `name = value`
fn binding(input: ParseStream<'_>) -> syn::Result<(Ident, Expr)> {
    let named = input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]);
    if !named {
        let value: Expr = input.parse()?;
        return Err(syn::Error::new_spanned(
            value,
            "a value has the name by which the expression reads it: `price = order.price` for `$price`",
        ));
    }
    let name: Ident = input.parse()?;
    input.parse::<Token![=]>()?;
    Ok((name, input.parse()?))
}

/// The variable that `$name` reads.
fn captured(name: &str, literal: &LitStr) -> syn::Result<Expr> {
    let span = literal.span();
    let ident = match name {
        "self" => Some(Ident::new("self", span)),
        _ => syn::parse_str::<Ident>(name)
            .or_else(|_| syn::parse_str::<Ident>(&format!("r#{name}")))
            .ok()
            .map(|mut ident| {
                ident.set_span(span);
                ident
            }),
    };
    match ident {
        Some(ident) => Ok(syn::parse_quote!(#ident)),
        None => Err(syn::Error::new(
            span,
            format!("`${name}` is the name of no variable in Rust; bind a value to another name"),
        )),
    }
}

/// A mistake in the text; rustc shows the whole literal, so the message tells the place.
fn located(literal: &LitStr, source: &str, mistake: &Mistake) -> syn::Error {
    const SHOWN: usize = 24;
    if source.trim_start().starts_with("{%") {
        return syn::Error::new(literal.span(), "the expression is written without `{%` and `%}`");
    }
    let message = match mistake.code {
        Some(code) => {
            let rest: String = source[mistake.at.min(source.len())..].chars().take(SHOWN).collect();
            let place = match rest.trim() {
                "" => "at its end".to_owned(),
                rest => format!("at `{}`", rest.lines().next().unwrap_or_default()),
            };
            format!("this is no JSONata: {code}: {}, {place}", mistake.message)
        }
        None => mistake.message.clone(),
    };
    syn::Error::new(literal.span(), message)
}

impl Jsonata {
    /// The native reading: the same text, evaluated in process.
    pub(crate) fn native(&self) -> TokenStream {
        let span = self.literal.span();
        let source = self.text.source();
        let names = self.bindings.iter().map(|binding| &binding.name);
        let values = self.bindings.iter().map(|Binding { value, .. }| {
            let value_span = syn::spanned::Spanned::span(value);
            quote_spanned!(value_span=> ::workflow_core::__private::bound(&#value))
        });
        let bindings = quote!(&[#((#names, #values)),*]);
        let site = Ident::new("__EXPRESSION", Span::mixed_site());
        let expression = quote! {{
            static #site: ::workflow_core::__private::Jsonata = ::workflow_core::__private::Jsonata::new(#source);
            &#site
        }};
        quote_spanned!(span=> ::workflow_core::__private::jsonata(#expression, #bindings))
    }
}
