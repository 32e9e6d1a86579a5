//! `#[pure]`: a function stays as it is, and has its symbolic reading beside it.
//!
//! ```text
//! #[pure] fn total(items: &[Item]) -> u64 { .. }
//! ```
//! becomes itself, `struct total {}` with `impl Function<(Expr<Vec<Item>>,), u64>`, whose `expand` is the
//! symbolic reading, and an `async fn` of the same body that nobody runs: as long as rustc finds mistakes
//! in it, the symbolic reading is not checked (see `Accepted`). Of an `impl` block each function becomes
//! an `impl Method<NAME, ..>` of the type.

mod implemented;
mod of_trait;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    FnArg, GenericArgument, GenericParam, Generics, ImplItem, ItemFn, ItemImpl, Pat, PathArguments,
    ReturnType, Signature, Type, TypeParamBound, WherePredicate, spanned::Spanned, visit_mut::VisitMut,
};

use crate::{
    attributes::{data_probes, marker, plain, typed_arguments},
    body::{self, Around},
    errors::Errors,
};

use self::{
    implemented::{implemented, is_foreign},
    of_trait::Means,
};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.refuse(&arguments, "`#[pure]` takes no words");
    }
    let written = match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Fn(mut function)) => {
            let Beside { marker, read } = free_function(&mut function, &Around::default(), &mut errors);
            quote!(#function #marker #read)
        }
        Ok(syn::Item::Impl(mut block)) => {
            let beside = methods(&mut block, &mut errors);
            quote!(#block #beside)
        }
        Ok(other) => {
            let first = other.into_token_stream().into_iter().next();
            errors.refuse(first, "`#[pure]` stands on a function or on an `impl` block");
            item
        }
        Err(error) => {
            errors.push(error);
            item
        }
    };
    let compile_errors = errors.into_compile_errors();
    quote!(#compile_errors #written)
}

/// What a function becomes beside itself.
#[derive(Default)]
struct Beside {
    /// The type of its name, by which its callers find out that it is pure.
    marker: TokenStream,
    /// Its symbolic reading, on that type.
    read: TokenStream,
}

/// A function inside of a body: what it becomes for rustc, and in the symbolic reading.
pub(crate) fn nested(
    mut function: ItemFn,
    around: &Around,
    errors: &mut Errors,
) -> (TokenStream, TokenStream) {
    unmark(&mut function.attrs);
    let Beside { marker, read } = free_function(&mut function, around, errors);
    // Those beside it call it in both; the body itself may not.
    (quote!(#function #[allow(dead_code)] #marker), quote!(#function #marker #read))
}

fn free_function(function: &mut ItemFn, around: &Around, errors: &mut Errors) -> Beside {
    let ItemFn { attrs, vis, sig, block, .. } = function;
    let ident = &sig.ident;
    if sig.receiver().is_some() || names_self(sig, block) {
        errors.refuse(
            &sig.ident,
            format!(
                "`{ident}` is found by its type, which is not seen from here; write `#[pure]` above the `impl` as well, \
                 which then reads the functions that are marked so: `#[pure] impl .. {{ #[pure] fn {ident}(..) .. }}`"
            ),
        );
        return Beside::default();
    }
    let marker = marker(vis, ident);
    let marker = quote! {
        #marker

        #[diagnostic::do_not_recommend]
        impl<__R> ::workflow_core::__private::Callable<__R> for #ident {}

        #[diagnostic::do_not_recommend]
        impl<__R> ::workflow_core::__private::Returns<__R> for #ident {
            type Value = __R;
            fn value(returned: __R) -> __R {
                returned
            }
        }
    };
    let read = Read {
        sig,
        block,
        outer: None,
        around,
        implements: quote!(::workflow_core::__private::Function),
        of: quote!(#ident),
        twin: TokenStream::new(),
    };
    let found = errors.count();
    let read = read.write(errors);
    body::write_out(block);
    if errors.count() > found {
        forget(attrs, sig, block);
    }
    Beside { marker, read }
}

/// What the functions of an `impl` block become beside it.
fn methods(block: &mut ItemImpl, errors: &mut Errors) -> TokenStream {
    let ty = &*block.self_ty.clone();
    if let Some(lifetime) = block.generics.lifetimes().next() {
        errors.refuse(
            lifetime,
            "values of a workflow are JSON, which borrows nothing; let the type own what it holds",
        );
        return TokenStream::new();
    }
    let Some(means) = of_trait::means(block, errors) else { return TokenStream::new() };
    if means == Means::Default {
        block.items.iter_mut().for_each(|item| {
            unmark_function(item);
        });
        return TokenStream::new();
    }
    let number = block.trait_.as_ref().map(|_| of_trait::number(block)).unwrap_or_default();
    let original = block.clone();
    // What stands for a type that is not the author's, of which nothing can be implemented here.
    let foreign = (means == Means::From && is_foreign(ty))
        .then(|| Ident::new(&format!("__into_{number}"), Span::call_site()));
    let of = match &foreign {
        Some(marker) => quote!(#marker),
        None => quote!(#ty),
    };
    let mut written = TokenStream::new();
    let marks: Vec<bool> = block.items.iter_mut().map(unmark_function).collect();
    let all = !marks.contains(&true);
    for (item, marked) in block.items.iter_mut().zip(marks) {
        let ImplItem::Fn(function) = item else { continue };
        if !marked && !all {
            continue;
        }
        let found = errors.count();
        if matches!(means, Means::Functions) {
            hidden(function, errors);
        }
        let name = plain(&function.sig.ident);
        let twin = format_ident!("__pure_{}{}", number, name, span = function.sig.ident.span());
        let Some(mut of_values) = of_trait::of_values(&original, function, means, errors) else { continue };
        if let Some(marker) = &foreign {
            of_trait::Itself(ty).visit_impl_item_fn_mut(&mut of_values);
            written.extend(quote!(#[doc(hidden)] #[allow(non_camel_case_types, dead_code)] struct #marker;));
        }
        let read = Read {
            sig: &of_values.sig,
            block: &of_values.block,
            outer: Some(&block.generics),
            around: &Around::default(),
            implements: quote!(::workflow_core::__private::Method),
            of: of.clone(),
            twin: quote!(#twin),
        };
        written.extend(read.write(errors));
        body::write_out(&mut function.block);
        if errors.count() > found {
            forget(&mut function.attrs, &function.sig, &mut function.block);
        }
        if let Some(known) = implemented(&original, &of_values.sig, means) {
            written.extend(known);
        }
    }
    written
}

/// The methods of lists and texts that a type of the author's may have as well: `NAME` of the builder's trait.
const SHARED: [(&str, usize); 5] = [("len", 0), ("is_empty", 0), ("contains", 1), ("next", 0), ("take", 0)];

/// A method whose name a workflow takes for one of its own language.
fn hidden(function: &syn::ImplItemFn, errors: &mut Errors) {
    let name = plain(&function.sig.ident);
    let arguments = typed_arguments(&function.sig).count();
    if function.sig.receiver().is_some()
        && body::is_known(&name, arguments)
        && !SHARED.contains(&(name.as_str(), arguments))
    {
        errors.refuse(
            &function.sig.ident,
            format!("a workflow takes `.{name}(..)` for the method of lists, texts and numbers, whatever it is called on; give this one a name of its own"),
        );
    }
}

/// Takes `#[pure]` off a function of an `impl` block that is under `#[pure]` itself; whether it was there.
fn unmark_function(item: &mut ImplItem) -> bool {
    let ImplItem::Fn(function) = item else { return false };
    unmark(&mut function.attrs)
}

/// Takes `#[pure]` away; whether it was there.
fn unmark(attributes: &mut Vec<syn::Attribute>) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| {
        let path = attribute.path();
        path.segments.last().is_none_or(|last| last.ident != "pure")
    });
    attributes.len() < before
}

/// Whether a function speaks of `Self`, as one of an `impl` block may.
fn names_self(sig: &Signature, block: &syn::Block) -> bool {
    fn names(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == "Self",
            proc_macro2::TokenTree::Group(group) => names(group.stream()),
            _ => false,
        })
    }
    names(quote!(#sig #block))
}

/// Takes the body out of a function that was refused, of which nothing else is to be said.
fn forget(attributes: &mut Vec<syn::Attribute>, sig: &Signature, block: &mut syn::Block) {
    if !matches!(&sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_))) {
        attributes.push(syn::parse_quote!(#[allow(unused_variables, unused_mut)]));
        *block = syn::parse_quote!({ ::core::unreachable!() });
    }
}

/// A function on its way to its symbolic reading.
struct Read<'a> {
    sig: &'a Signature,
    block: &'a syn::Block,
    /// The generics of the `impl` block around it.
    outer: Option<&'a Generics>,
    /// What is known by name where it stands.
    around: &'a Around,
    /// The trait that holds the reading, and the type that implements it.
    implements: TokenStream,
    of: TokenStream,
    /// The name of the twin that rustc judges, in an `impl` block.
    twin: TokenStream,
}

impl Read<'_> {
    fn write(&self, errors: &mut Errors) -> TokenStream {
        let Read { sig, block, implements, of, .. } = self;
        let found = errors.count();
        check(sig, errors);
        let name = plain(&sig.ident);
        let number = self.outer.map(|_| quote!({ ::workflow_core::__private::name(#name) },));
        let (generics, bounds) = symbolic_generics(&[self.outer, Some(&sig.generics)]);
        let unnamed = typed_arguments(sig).any(|argument| matches!(*argument.ty, Type::ImplTrait(_)));
        let generic =
            unnamed || has_type_parameters(&sig.generics) || self.outer.is_some_and(has_type_parameters);

        let patterns: Vec<Pat> = typed_arguments(sig).map(|argument| (*argument.pat).clone()).collect();
        let body::PureReadings { native, symbolic, parameters } =
            body::pure_readings(block, sig.receiver().is_some(), &patterns, &sig.ident, self.around, errors);
        if errors.count() > found {
            // What calls it is not to blame.
            let unnamed =
                matches!(&sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_)));
            let any = generic || unnamed;
            let header = stub_generics(self.outer, any);
            let returned = if any { syn::parse_quote!(__R) } else { self.returned() };
            return quote! {
                #[diagnostic::do_not_recommend]
                impl #header #implements<#number __Arguments, #returned> for #of {
                    fn expand(__b: &::workflow_core::__private::Builder, _: __Arguments) -> ::workflow_core::__private::Expr<#returned> {
                        __b.never()
                    }
                }
            };
        }
        let mut types: Vec<Type> = Vec::new();
        if sig.receiver().is_some() {
            types.push(Type::Verbatim(of.clone()));
        }
        types.extend(typed_arguments(sig).map(|argument| erased(&argument.ty)));
        let returned = self.returned();
        let builder = body::builder();
        let path = match self.around.path.as_str() {
            "" => name,
            around => format!("{around}::{name}"),
        };
        let (gate, twin) =
            if generic { (TokenStream::new(), TokenStream::new()) } else { self.twin(&native) };
        quote! {
            #twin

            #[diagnostic::do_not_recommend]
            impl #generics #implements<#number (#(::workflow_core::__private::Expr<#types>,)*), #returned> for #of #bounds {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                fn expand(
                    #builder: &::workflow_core::__private::Builder,
                    (#(#parameters,)*): (#(::workflow_core::__private::Expr<#types>,)*),
                ) -> ::workflow_core::__private::Expr<#returned> {
                    const PATH: &str = ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#of), "::", #path);
                    #builder.read_function(PATH, || {
                        #gate
                        #symbolic
                    })
                }
            }
        }
    }

    /// The type of its value.
    fn returned(&self) -> Type {
        match &self.sig.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => erased(ty),
        }
    }

    /// Has rustc check that what goes in and out is data.
    fn probes(&self) -> TokenStream {
        let arguments = typed_arguments(self.sig).map(|argument| erased(&argument.ty));
        let returned = match &self.sig.output {
            ReturnType::Type(_, ty) => Some(erased(ty)),
            ReturnType::Default => None,
        };
        let types: Vec<Type> = arguments.chain(returned).collect();
        data_probes(&types)
    }

    /// The builder's type for as long as rustc accepts the body, and the `async fn` in which it judges it.
    fn twin(&self, native: &TokenStream) -> (TokenStream, TokenStream) {
        let Read { sig, of, twin, .. } = self;
        let builder = body::builder();
        let mut signature = (*sig).clone();
        signature.constness = None;
        signature.asyncness = Some(syn::Token![async](sig.fn_token.span));
        let accepted = |function: TokenStream| {
            quote! {
                let #builder: &<
                    [(); ::workflow_core::__private::size_of_body(&#function)]
                    as ::workflow_core::__private::Accepted
                >::Builder = #builder;
            }
        };
        if twin.is_empty() {
            signature.ident = Ident::new("__judged", sig.ident.span());
            let probes = self.probes();
            let judged = quote! {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                #signature { #probes #native }
            };
            let gate = accepted(quote!(__judged));
            (quote!(#judged #gate), TokenStream::new())
        } else {
            signature.ident = syn::parse_quote!(#twin);
            let probes = self.probes();
            let judged = quote! {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                impl #of {
                    #[doc(hidden)]
                    #signature { #probes #native }
                }
            };
            (accepted(quote!(<#of>::#twin)), judged)
        }
    }
}

/// What a `#[pure]` function cannot be.
fn check(sig: &Signature, errors: &mut Errors) {
    if let Some(asyncness) = &sig.asyncness {
        errors.refuse(
            asyncness,
            "a `#[pure]` function only computes, so there is nothing to await in it; write `fn`, or make it a `#[task]`",
        );
    }
    if let syn::Safety::Unsafe(unsafety) = &sig.safety {
        errors.refuse(unsafety, "`unsafe` has no meaning in a state machine; use it in a task");
    }
    if let Some(abi) = &sig.abi {
        errors.refuse(abi, "a state machine calls no code of other languages; call it in a task");
    }
    for parameter in &sig.generics.params {
        if let GenericParam::Const(parameter) = parameter {
            errors.refuse(parameter, "the length of an array is no part of its JSON; take a slice: `&[T]`");
        }
    }
    if let Some(FnArg::Receiver(receiver)) = sig.inputs.first() {
        match &receiver.kind {
            syn::ReceiverKind::Reference(_, _, Some(mutability)) => errors.refuse(mutability, MUTABLE),
            syn::ReceiverKind::Value | syn::ReceiverKind::Reference(..) => {}
            _ => errors.refuse(receiver, "a `#[pure]` method takes `self` or `&self`"),
        }
    }
    for argument in typed_arguments(sig) {
        match &*argument.ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                errors.refuse(reference.mutability, MUTABLE);
            }
            Type::ImplTrait(generic) if stands_for(generic).is_none() => errors.refuse(
                generic,
                "a workflow calls a `#[pure]` function with JSON values, so `impl` is not possible here; write a type, or a type parameter with `Data`",
            ),
            _ => {}
        }
    }
    if let ReturnType::Type(_, ty) = &sig.output
        && let Type::ImplTrait(generic) = &**ty
    {
        errors.refuse(
            generic,
            "a `#[pure]` function gives a JSON value, so `impl` is not possible here; write the type: `Vec<T>` for an iterator",
        );
    }
    if sig.inputs.len() > 8 {
        errors.refuse(&sig.inputs, "a `#[pure]` function takes at most 8 values; put them into a struct");
    }
}

const MUTABLE: &str = "a `#[pure]` function changes nothing; take the value and return the new one";

fn has_type_parameters(generics: &Generics) -> bool {
    generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
}

/// The generics of an `impl` block with parameters for arguments and a result.
fn stub_generics(outer: Option<&Generics>, any: bool) -> TokenStream {
    let parameters = outer
        .into_iter()
        .flat_map(|outer| &outer.params)
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    let returned = any.then(|| quote!(__R));
    quote!(<#(#parameters,)* __Arguments, #returned>)
}

/// Type parameters as the symbolic reading has them: data in its owned form, and with the builder's
/// traits for those of Rust's that a body may use.
fn symbolic_generics(all: &[Option<&Generics>]) -> (TokenStream, TokenStream) {
    let mut parameters = Vec::new();
    let mut predicates = Vec::new();
    for generics in all.iter().copied().flatten() {
        for parameter in &generics.params {
            let GenericParam::Type(parameter) = parameter else { continue };
            let ident = &parameter.ident;
            let bounds = without_lifetimes(parameter.bounds.iter());
            let ours = ours(parameter.bounds.iter());
            parameters.push(quote!(#ident: #(#bounds +)* #(#ours +)* ::workflow_core::Data<Owned = #ident>));
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            let WherePredicate::Type(predicate) = predicate else { continue };
            let ty = &predicate.bounded_ty;
            let bounds = without_lifetimes(predicate.bounds.iter());
            let ours = ours(predicate.bounds.iter());
            predicates.push(quote!(#ty: #(#bounds +)* #(#ours +)*));
        }
    }
    (quote!(<#(#parameters),*>), quote!(where #(#predicates),*))
}

fn without_lifetimes<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>) -> Vec<&'a TypeParamBound> {
    bounds.filter(|bound| !matches!(bound, TypeParamBound::Lifetime(_))).collect()
}

/// The builder's traits for Rust's.
fn ours<'a>(bounds: impl Iterator<Item = &'a TypeParamBound>) -> Vec<TokenStream> {
    bounds
        .flat_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return Vec::new() };
            let name = bound.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            match name.as_str() {
                "Ord" | "PartialOrd" => vec![quote!(::workflow_core::__private::Ordered)],
                "Display" | "ToString" => vec![quote!(::workflow_core::__private::Formattable)],
                "Add" | "AddAssign" => vec![quote!(::workflow_core::__private::Addable)],
                "Sub" | "Mul" | "Div" | "Rem" | "Neg" | "Sum" => {
                    vec![quote!(::workflow_core::__private::Number)]
                }
                "Into" => {
                    let PathArguments::AngleBracketed(into) =
                        &bound.path.segments[bound.path.segments.len() - 1].arguments
                    else {
                        return Vec::new();
                    };
                    let into = &into.args;
                    vec![quote!(::workflow_core::__private::Converted<#into>)]
                }
                _ => Vec::new(),
            }
        })
        .collect()
}

/// The type that a parameter of `impl Trait` stands for: what it turns into, or a list for an iterator.
fn stands_for(generic: &syn::TypeImplTrait) -> Option<Type> {
    let bound = generic.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    })?;
    let PathArguments::AngleBracketed(arguments) = &bound.arguments else { return None };
    match (bound.ident.to_string().as_str(), arguments.args.first()?) {
        ("Into" | "AsRef", GenericArgument::Type(ty)) => Some(erased(ty)),
        (
            "Iterator" | "IntoIterator" | "DoubleEndedIterator" | "ExactSizeIterator",
            GenericArgument::AssocType(item),
        ) => {
            let item = erased(&item.ty);
            Some(Type::Verbatim(quote!(::std::vec::Vec<#item>)))
        }
        _ => None,
    }
}

/// A type in its owned form, without references and lifetimes: `Option<Vec<T>>` for `Option<&'a [T]>`.
fn erased(ty: &Type) -> Type {
    let span = ty.span();
    match ty {
        Type::ImplTrait(generic) => stands_for(generic).unwrap_or_else(|| ty.clone()),
        Type::Reference(reference) => erased(&reference.elem),
        Type::Paren(inner) => erased(&inner.elem),
        Type::Group(inner) => erased(&inner.elem),
        Type::Slice(slice) => {
            let element = erased(&slice.elem);
            Type::Verbatim(quote_spanned!(span=> ::std::vec::Vec<#element>))
        }
        Type::Array(array) => {
            let element = erased(&array.elem);
            Type::Verbatim(quote_spanned!(span=> ::std::vec::Vec<#element>))
        }
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().map(erased);
            Type::Verbatim(quote_spanned!(span=> (#(#elements,)*)))
        }
        Type::Path(path) if path.path.is_ident("str") => {
            Type::Verbatim(quote_spanned!(span=> ::std::string::String))
        }
        // As a variable of a workflow that is one.
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Duration") => {
            Type::Verbatim(quote_spanned!(span=> ::workflow_core::TimeSpan))
        }
        Type::Path(path) => {
            let mut path = path.clone();
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
                let kept = arguments.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Lifetime(_) => None,
                    GenericArgument::Type(ty) => Some(GenericArgument::Type(erased(ty))),
                    other => Some(other.clone()),
                });
                arguments.args = kept.collect();
                if arguments.args.is_empty() {
                    segment.arguments = PathArguments::None;
                }
            }
            match path.path.segments.last() {
                Some(last) if last.ident == "Box" => match &last.arguments {
                    PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                        Some(GenericArgument::Type(inner)) => inner.clone(),
                        _ => Type::Path(path),
                    },
                    _ => Type::Path(path),
                },
                _ => Type::Path(path),
            }
        }
        other => other.clone(),
    }
}
