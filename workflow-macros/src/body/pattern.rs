//! Patterns: what the builder tests, and a twin for rustc that finds the bindings' types.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Lit, Member, Pat, RangeLimits, UnOp, spanned::Spanned};

use crate::{attributes::plain, errors::Errors};

use super::is_capitalized;

/// A pattern in its two forms.
pub(crate) struct Pattern {
    /// An expression of type `Pat`.
    pub(crate) value: TokenStream,
    /// The pattern without its literals, which the erased type of a scrutinee could not take.
    typed: TokenStream,
    /// The names that it binds, in source order.
    pub(crate) names: Vec<Ident>,
    /// For each name, whether it is the whole or a part of a tuple or an `Option`, whose types are owned.
    owned: Vec<bool>,
    /// Statements that take the lists in it apart, for the typed form.
    lists: Vec<TokenStream>,
}

impl Pattern {
    /// The bound names as a pattern for the tuple of their expressions.
    pub(crate) fn tuple(&self) -> TokenStream {
        let names = &self.names;
        quote!((#(#names,)*))
    }

    /// The closure in which rustc finds the types of the bindings.
    pub(crate) fn witness(&self) -> TokenStream {
        let Self { typed, names, lists, .. } = self;
        let of = self.owned.iter().map(|owned| match owned {
            true => quote!(::workflow_core::__private::witness_owned),
            false => quote!(::workflow_core::__private::witness),
        });
        if names.is_empty() {
            return quote!(|_| ::core::option::Option::None::<()>);
        }
        quote! {
            |__value: &_| match __value {
                #typed => {
                    #(#lists)*
                    ::core::option::Option::Some((#(#of(#names),)*))
                }
                _ => ::core::option::Option::None,
            }
        }
    }
}

/// Reads a pattern. `guard` receives what stands after `if`.
pub(crate) fn read(pat: &Pat, errors: &mut Errors) -> Pattern {
    let mut names = Vec::new();
    let mut lists = Vec::new();
    let (value, typed) = Reader { errors, names: &mut names, inside: 0, lists: &mut lists }.read(pat);
    let mut seen: Vec<Ident> = Vec::new();
    let mut owned = Vec::new();
    for (name, is_owned) in names {
        if !seen.contains(&name) {
            seen.push(name);
            owned.push(is_owned);
        }
    }
    Pattern { value, typed, names: seen, owned, lists }
}

struct Reader<'a> {
    errors: &'a mut Errors,
    names: &'a mut Vec<(Ident, bool)>,
    /// How many structs and variants are around, whose fields may be references or boxes.
    inside: usize,
    /// What takes lists apart: a list of the erased type is no slice, so each has a name of its own.
    lists: &'a mut Vec<TokenStream>,
}

type Forms = (TokenStream, TokenStream);

impl Reader<'_> {
    fn read(&mut self, pat: &Pat) -> Forms {
        let p = quote!(::workflow_core::__private::Pat);
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => (quote!(#p::Any), quote!(_)),
            Pat::Paren(inner) => self.read(&inner.pat),
            Pat::Type(inner) => self.read(&inner.pat),
            Pat::Reference(inner) => {
                if let Some(mutability) = &inner.mutability {
                    self.errors.refuse(
                        mutability,
                        "values of a workflow are JSON, which has no `&mut`; match the value itself",
                    );
                }
                self.read(&inner.pat)
            }
            Pat::Ident(ident) if ident.subpat.is_none() && ident.ident == "None" => {
                (quote!(#p::None), quote!(_))
            }
            Pat::Ident(ident) if ident.subpat.is_none() && is_capitalized(&ident.ident.clone().into()) => {
                self.path(&ident.ident.clone().into(), None)
            }
            Pat::Ident(ident) => {
                if let Some(mutability) = &ident.mutability {
                    self.errors.refuse(
                        mutability,
                        "only a plain `let mut name = ..` declares a variable that is set again; bind the value here, and give it such a `let`",
                    );
                }
                self.names.push((ident.ident.clone(), self.inside == 0));
                let name = &ident.ident;
                match &ident.subpat {
                    None => (quote!(#p::Bind), quote!(#name)),
                    Some((_, inner)) => {
                        let (value, typed) = self.read(inner);
                        (quote!(#p::BindAt(::std::boxed::Box::new(#value))), quote!(#name @ (#typed)))
                    }
                }
            }
            Pat::Lit(literal) => {
                self.literal(&Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: literal.lit.clone() }))
            }
            Pat::Range(range) => {
                let bound = |reader: &mut Self, end: Option<&Expr>| match end {
                    None => quote!(::core::option::Option::None),
                    Some(end) => {
                        let value = reader.json(end);
                        quote!(::core::option::Option::Some(#value))
                    }
                };
                let start = bound(self, range.start.as_deref());
                let end = bound(self, range.end.as_deref());
                let inclusive = matches!(range.limits, RangeLimits::Closed(_));
                (quote!(#p::Range(#start, #end, #inclusive)), quote!(_))
            }
            Pat::Path(path) if path.path.is_ident("None") => (quote!(#p::None), quote!(_)),
            Pat::Path(path) => self.path(&path.path, path.qself.as_ref()),
            Pat::TupleStruct(pattern) => {
                let last =
                    pattern.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                let path = &pattern.path;
                if last == "Some" && pattern.elems.len() == 1 {
                    let (value, typed) = self.read(&pattern.elems[0]);
                    return (quote!(#p::Some(::std::boxed::Box::new(#value))), quote!(#path(#typed)));
                }
                self.inside += 1;
                let (values, typed) = self.places(&pattern.elems);
                self.inside -= 1;
                (quote!(#p::Named(#last, ::std::vec![#(#values),*])), quote!(#path(#(#typed),*)))
            }
            Pat::Struct(pattern) => {
                let last =
                    pattern.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                let mut values = Vec::new();
                // With the author's own tokens, rustc reports an unknown field in the same words for
                // both readings.
                let mut typed = pattern.clone();
                self.inside += 1;
                for (field, typed) in pattern.fields.iter().zip(&mut typed.fields) {
                    let (value, inner) = self.read(&field.pat);
                    *typed.pat = Pat::Verbatim(inner);
                    let name = match &field.member {
                        Member::Named(ident) => plain(ident),
                        Member::Unnamed(index) => index.index.to_string(),
                    };
                    values.push(quote!((#name, #value)));
                }
                self.inside -= 1;
                (quote!(#p::Named(#last, ::std::vec![#(#values),*])), quote!(#typed))
            }
            Pat::Tuple(tuple) => {
                let (mut before, mut after, mut typed) = (Vec::new(), Vec::new(), Vec::new());
                let mut open = false;
                for element in &tuple.elems {
                    if let Pat::Rest(dots) = element {
                        open = true;
                        typed.push(quote!(#dots));
                        continue;
                    }
                    let (value, form) = self.read(element);
                    if open {
                        after.push(value)
                    } else {
                        before.push(value)
                    }
                    typed.push(form);
                }
                let value = match open {
                    false => quote!(#p::Tuple(::std::vec![#(#before),*])),
                    true => quote!(#p::Ends(::std::vec![#(#before),*], ::std::vec![#(#after),*])),
                };
                (value, quote!((#(#typed,)*)))
            }
            Pat::Or(or) => {
                let known = self.lists.len();
                let mut forms = Vec::new();
                let mut ends = Vec::new();
                for case in &or.cases {
                    forms.push(self.read(case));
                    ends.push(self.lists.len());
                }
                let (values, mut typed): (Vec<_>, Vec<_>) = forms.into_iter().unzip();
                if self.lists.len() > known {
                    // All alternatives bind the same names, and only one of them can take its lists apart.
                    typed.truncate(1);
                    self.lists.truncate(ends.first().copied().unwrap_or(known));
                }
                (quote!(#p::Or(::std::vec![#(#values),*])), quote!(#(#typed)|*))
            }
            Pat::Slice(slice) => self.slice(slice),
            Pat::Verbatim(tokens) => match syn::parse2::<Expr>(tokens.clone()) {
                Ok(expr) => self.literal(&expr),
                Err(_) => self.refused(pat),
            },
            _ => self.refused(pat),
        }
    }

    /// `[first, rest @ .., last]`
    fn slice(&mut self, slice: &syn::PatSlice) -> Forms {
        let p = quote!(::workflow_core::__private::Pat);
        let place = self.lists.len();
        // Before what is inside is taken apart.
        self.lists.push(TokenStream::new());
        let list = Ident::new(&format!("__list{place}"), Span::mixed_site());
        let (mut before, mut rest, mut after) = (Vec::new(), None, Vec::new());
        let mut typed = Vec::new();
        for element in &slice.elems {
            let (value, form) = match element {
                Pat::Rest(dots) => (quote!(#p::Any), quote!(#dots)),
                Pat::Ident(ident)
                    if let Some((at, inner)) = &ident.subpat
                        && matches!(**inner, Pat::Rest(_)) =>
                {
                    self.names.push((ident.ident.clone(), false));
                    let name = &ident.ident;
                    (quote!(#p::Bind), quote!(#name #at #inner))
                }
                other => {
                    let (value, form) = self.read(other);
                    typed.push(form);
                    if rest.is_none() {
                        before.push(value)
                    } else {
                        after.push(value)
                    }
                    continue;
                }
            };
            typed.push(form);
            rest = Some(value);
        }
        let span = slice.span();
        self.lists[place] = quote_spanned! {span=>
            let [#(#typed),*] = ::std::vec::Vec::as_slice(#list) else {
                return ::core::option::Option::None;
            };
        };
        let rest = match rest {
            Some(rest) => quote!(::core::option::Option::Some(::std::boxed::Box::new(#rest))),
            None => quote!(::core::option::Option::None),
        };
        let value = quote! {
            #p::List {
                before: ::std::vec![#(#before),*],
                rest: #rest,
                after: ::std::vec![#(#after),*],
            }
        };
        (value, quote!(#list))
    }

    fn refused(&mut self, pat: &Pat) -> Forms {
        self.errors.refuse(
            pat,
            "this pattern has no meaning in a state machine; match literals, variants, structs and tuples",
        );
        (quote!(::workflow_core::__private::Pat::Any), quote!(_))
    }

    /// An element of a variant: `..` before the last would hide how many places it stands for.
    fn element(&mut self, pat: &Pat) -> Forms {
        if let Pat::Rest(rest) = pat {
            self.errors.refuse(
                rest,
                "`..` in front of other fields is not understood in a workflow; write `_` for each place",
            );
        }
        self.read(pat)
    }

    fn places(
        &mut self,
        elements: &syn::punctuated::Punctuated<Pat, syn::Token![,]>,
    ) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let mut values = Vec::new();
        let mut typed = Vec::new();
        let last = elements.len().saturating_sub(1);
        for (place, element) in elements.iter().enumerate() {
            if matches!(element, Pat::Rest(_)) && place == last {
                typed.push(quote!(..));
                continue;
            }
            let (value, inner) = self.element(element);
            let name = place.to_string();
            values.push(quote!((#name, #value)));
            typed.push(inner);
        }
        (values, typed)
    }

    /// A path is a unit variant, or a constant where it is written in capitals.
    fn path(&mut self, path: &syn::Path, qself: Option<&syn::QSelf>) -> Forms {
        let p = quote!(::workflow_core::__private::Pat);
        let last = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        let constant = last.len() > 1 && last.chars().all(|c| c.is_uppercase() || c.is_numeric() || c == '_');
        if constant || qself.is_some() {
            let value = match qself {
                Some(_) => quote!(#path),
                None => quote_spanned!(path.span()=> #path),
            };
            return (quote!(#p::Literal(::workflow_core::__private::json(&#value))), quote!(_));
        }
        (quote!(#p::Named(#last, ::std::vec![])), quote!(_))
    }

    fn literal(&mut self, literal: &Expr) -> Forms {
        let value = self.json(literal);
        (quote!(::workflow_core::__private::Pat::Literal(#value)), quote!(_))
    }

    /// A literal or a constant as JSON.
    fn json(&mut self, expr: &Expr) -> TokenStream {
        let accepted = match expr {
            Expr::Lit(literal) => !matches!(literal.lit, Lit::ByteStr(_) | Lit::CStr(_) | Lit::Byte(_)),
            Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && matches!(&*unary.expr, Expr::Lit(_)),
            Expr::Path(_) => true,
            _ => false,
        };
        if !accepted {
            self.errors.refuse(
                expr,
                "a pattern compares with text, numbers, booleans and constants; JSON has nothing else",
            );
        }
        // An integer that `i32` cannot hold needs a wider type than the one rustc falls back to.
        let wide = match expr {
            Expr::Lit(syn::ExprLit { lit: Lit::Int(int), .. }) if int.suffix().is_empty() => true,
            Expr::Unary(unary) => {
                matches!(&*unary.expr, Expr::Lit(syn::ExprLit { lit: Lit::Int(int), .. }) if int.suffix().is_empty())
            }
            _ => false,
        };
        if wide {
            quote!(::workflow_core::__private::json(&(#expr as i64)))
        } else {
            quote!(::workflow_core::__private::json(&#expr))
        }
    }
}
