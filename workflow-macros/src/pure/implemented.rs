//! What the builder knows of a type for which a trait is implemented under `#[pure]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{ImplItem, ItemImpl, ReturnType, Signature, Type, visit_mut::VisitMut};

use crate::attributes::{plain, typed_arguments};

use super::{
    erased, has_type_parameters,
    of_trait::{self, Means},
    symbolic_generics,
};

/// What the builder knows of a type when a trait of Rust's own is implemented for it.
pub(super) fn implemented(block: &ItemImpl, sig: &Signature, means: Means) -> Option<TokenStream> {
    let ty = &block.self_ty;
    let (generics, bounds) = symbolic_generics(&[Some(&block.generics)]);
    let name = plain(&sig.ident);
    let written_out = |written: &Type| {
        let mut written = erased(written);
        of_trait::Itself(ty).visit_type_mut(&mut written);
        written
    };
    let returned = match &sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => written_out(ty),
    };
    let other = typed_arguments(sig).next().map(|argument| written_out(&argument.ty));
    // What the trait's function does, by calling that of the block.
    let function = |implemented: TokenStream,
                    method: TokenStream,
                    values: &[&str],
                    given: TokenStream,
                    result: TokenStream| {
        let names: Vec<Ident> = values.iter().map(|value| Ident::new(value, Span::mixed_site())).collect();
        // The receiver is first, where there is one.
        let types: Vec<Type> = match (sig.receiver().is_some(), &other) {
            (true, Some(other)) => vec![(**ty).clone(), other.clone()],
            (true, None) => vec![(**ty).clone()],
            (false, other) => other.iter().cloned().collect(),
        };
        let returned = &returned;
        quote! {
            #[diagnostic::do_not_recommend]
            impl #generics #implemented #bounds {
                #given
                fn #method(
                    __b: &::workflow_core::__private::Builder,
                    #(#names: ::workflow_core::__private::Node),*
                ) -> #result {
                    __b.associated::<#ty, { ::workflow_core::__private::name(#name) }, _, #returned>(
                        (#(::workflow_core::__private::Expr::<#types>::of(#names),)*)
                    ).node()
                }
            }
        }
    };
    let private = quote!(::workflow_core::__private);
    let node = quote!(#private::Node);
    let of = |implemented: TokenStream, method: &str, values: &[&str]| {
        let method = Ident::new(method, Span::call_site());
        function(
            quote!(#private::#implemented for #ty),
            quote!(#method),
            values,
            TokenStream::new(),
            node.clone(),
        )
    };
    let arguments = typed_arguments(sig).count();
    Some(match means {
        Means::Functions if sig.receiver().is_some() => match (name.as_str(), arguments) {
            ("len", 0) => of(quote!(Measured), "len", &["value"]),
            ("is_empty", 0) => of(quote!(Emptiable), "is_empty", &["value"]),
            ("contains", 1) => {
                let other = other.as_ref()?;
                of(quote!(Container<#other>), "contains", &["container", "part"])
            }
            _ => return None,
        },
        Means::Functions | Means::Default => return None,
        // Only this crate's traits may say something of a foreign type.
        Means::From if is_foreign(ty) => {
            let source = other.as_ref()?;
            let function = Ident::new(&format!("__into_{}", of_trait::number(block)), sig.ident.span());
            return Some(quote! {
                #[diagnostic::do_not_recommend]
                impl ::workflow_core::__private::Converted<#ty> for #source {
                    fn convert(
                        __b: &::workflow_core::__private::Builder,
                        value: ::workflow_core::__private::Node,
                    ) -> ::workflow_core::__private::Node {
                        __b.associated::<#function, { ::workflow_core::__private::name("from") }, _, #ty>(
                            (::workflow_core::__private::Expr::<#source>::of(value),)
                        ).node()
                    }
                }
            });
        }
        Means::From => {
            let source = other.as_ref()?;
            function(
                quote!(#private::Converted<#ty> for #source),
                quote!(convert),
                &["value"],
                TokenStream::new(),
                node.clone(),
            )
        }
        Means::Display if has_type_parameters(&block.generics) => function(
            quote!(#private::Formattable for #ty),
            quote!(text),
            &["value"],
            quote!(const WRITE: #private::Write = #private::Write::AsIs;),
            node.clone(),
        ),
        Means::Display => of(quote!(Shown), "shown", &["value"]),
        Means::FromStr => {
            let error = block.items.iter().find_map(|item| match item {
                ImplItem::Type(item) if item.ident == "Err" => Some(&item.ty),
                _ => None,
            })?;
            function(
                quote!(#private::Parsed for #ty),
                quote!(parse),
                &["text"],
                quote!(type Error = #error;),
                node.clone(),
            )
        }
        Means::Operator(implemented, method) => {
            let (implemented, other) = (Ident::new(implemented, Span::call_site()), other.as_ref()?);
            of(quote!(#implemented<#other, #returned>), method, &["left", "right"])
        }
        Means::Negation => of(quote!(Negated<#returned>), "negated", &["value"]),
        Means::Compound(sign) => {
            let other = other.as_ref()?;
            of(quote!(Compound<#sign, #other>), "compound", &["place", "value"])
        }
        Means::Ord if name == "cmp" => of(quote!(OwnOrd), "ordering", &["left", "right"]),
        Means::PartialOrd if name == "partial_cmp" => {
            of(quote!(OwnPartialOrd), "ordering", &["left", "right"])
        }
        Means::Ord | Means::PartialOrd => return None,
    })
}

/// Whether a type is one of Rust's own that a `From` may make.
pub(super) fn is_foreign(ty: &Type) -> bool {
    const FOREIGN: [&str; 18] = [
        "bool", "char", "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f64",
        "String", "Vec", "Option", "BTreeMap", "Duration",
    ];
    let Type::Path(path) = ty else { return matches!(ty, Type::Tuple(_) | Type::Array(_)) };
    path.path.segments.last().is_some_and(|last| FOREIGN.iter().any(|foreign| last.ident == foreign))
}
