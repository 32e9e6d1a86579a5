//! `#[workflow]`: an `async fn` becomes its two readings.
//!
//! ```text
//! #[workflow] async fn order_fulfillment(order: Order) -> Result<Receipt, OrderError> { .. }
//! ```
//! becomes `fn order_fulfillment(order: Order) -> Start<order_fulfillment>` and
//! `struct order_fulfillment {}` with `impl Workflow`, whose `run` is the native reading and whose
//! `definition` runs the symbolic one.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{ItemFn, LitInt, LitStr, Pat, PatIdent, ReturnType, Type, parse::Parser};

use crate::{
    attributes::{
        Parameter, Words, bare_stub, check_name, check_signature, doc_text, first_reference, held, is_alone,
        kebab_case, marker, no_function, output_and_error, owned, parameter, plain, tuple, typed_arguments,
    },
    body,
    errors::Errors,
    task::payload,
};

/// The words in `#[workflow(..)]`.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    kind: Option<Ident>,
    timeout: Option<LitInt>,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return no_function(item, "workflow", error),
    };
    let mut errors = Errors::default();
    let options = options(arguments, &mut errors);
    check_signature(&function.sig, "workflow", &mut errors);
    let mut parameters = Vec::new();
    let mut changing: Vec<syn::Stmt> = Vec::new();
    for argument in typed_arguments(&function.sig) {
        if let Some(reference) = first_reference(&argument.ty) {
            errors.refuse(
                reference,
                "a workflow owns its input, which arrives as JSON; write `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`",
            );
        }
        // What a parameter becomes is a variable of its own; the input stays as it arrived.
        if let Pat::Ident(PatIdent { mutability: Some(mutability), ident, .. }) = &*argument.pat {
            changing.push(syn::parse_quote!(let #mutability #ident = #ident;));
        }
        if let Some(parameter) = parameter(argument, "workflow", &mut errors) {
            parameters.push(Parameter { ty: owned(&parameter.ty), ..parameter });
        }
    }
    if parameters.len() > 16 {
        errors.refuse(&function.sig.inputs, "a workflow takes at most 16 values; put them into a struct");
    }
    let mut block = (*function.block).clone();
    block.stmts.splice(0..0, changing);
    let fallible = body::returns_result(&function.sig.output, &function.block);
    let names = parameters.iter().map(|parameter| plain(&parameter.ident));
    let declared = declared(&parameters);
    let error = match (&function.sig.output, fallible) {
        (ReturnType::Type(_, returned), true) => Some(output_and_error(returned, true).1),
        _ => None,
    };
    let readings =
        body::readings(&block, plain(&function.sig.ident), names, &declared, error.as_ref(), &mut errors);
    if errors.count() > 0 && is_alone(&function.sig, "workflow") {
        return bare_stub(&function, errors);
    }
    match errors.into_compile_errors() {
        Some(compile_errors) => {
            parameters.truncate(16);
            let stub = items(&function, &options, &parameters, None);
            quote!(#compile_errors #stub)
        }
        None => items(&function, &options, &parameters, Some(&readings)),
    }
}

/// The parameters in the symbolic reading.
fn declared(parameters: &[Parameter]) -> TokenStream {
    let builder = body::builder();
    let declared = parameters.iter().map(|Parameter { ident, ty, .. }| {
        let name = plain(ident);
        let key = match parameters.len() {
            1 => quote!(::core::option::Option::None),
            _ => quote!(::core::option::Option::Some(#name)),
        };
        quote!(let #ident = #builder.param::<#ty>(#name, #key);)
    });
    quote!(#(#declared)*)
}

/// The items that stand for the workflow. Without `readings` the function was refused, and its body
/// is left out so that one mistake is reported once.
fn items(
    function: &ItemFn,
    options: &Options,
    parameters: &[Parameter],
    readings: Option<&body::Readings>,
) -> TokenStream {
    let ItemFn { attrs, vis, sig, .. } = function;
    let ident = &sig.ident;
    let function_name = plain(ident);
    let name = options.name.as_ref().map_or_else(|| kebab_case(&function_name), LitStr::value);
    let comment = doc_text(attrs);
    let idents: Vec<&Ident> = parameters.iter().map(|parameter| &parameter.ident).collect();
    let types: Vec<&Type> = parameters.iter().map(|parameter| &parameter.ty).collect();
    let names: Vec<String> = idents.iter().map(|ident| plain(ident)).collect();
    let kind = match &options.kind {
        Some(kind) if kind == "express" => quote!(Express),
        _ => quote!(Standard),
    };
    let timeout = match &options.timeout {
        Some(seconds) => quote!(::core::option::Option::Some(#seconds)),
        None => quote!(::core::option::Option::None),
    };
    let unit: Type = syn::parse_quote!(());
    let returned: &Type = match &sig.output {
        ReturnType::Default => &unit,
        ReturnType::Type(_, ty) => ty,
    };
    let fallible = body::returns_result(&sig.output, &function.block);
    let (output, error) = output_and_error(returned, fallible);
    let held_output = held(&Type::Verbatim(output.clone()));
    let payload = payload(parameters, &quote!(<#ident as ::workflow_core::Workflow>::Arguments));
    let arguments = tuple(&types.iter().map(|ty| held(ty)).collect::<Vec<Type>>());
    let context = body::context();
    let builder = body::builder();
    let scope = body::scope();
    let (native, symbolic) = match readings {
        Some(body::Readings { native, symbolic, sites }) => {
            let span = ident.span();
            let function = Ident::new("__native", span);
            let result = match fallible {
                true => quote!(#function(&__context, #(#idents),*).await),
                false => quote!(::core::result::Result::Ok(#function(&__context, #(#idents),*).await)),
            };
            let returns = &sig.output;
            // A function of its own has rustc judge the body by the author's own signature.
            let native = quote! {
                #[allow(clippy::unused_async, reason = "a workflow may have nothing to await")]
                async fn #function(#context: &::workflow_core::__private::Context, #(#idents: #types),*) #returns #native
                #result
            };
            let line = body::line_of(ident.span());
            let symbolic = quote! {
                let #scope = #builder.scope::<#output, #error>(#sites, ::core::file!(), #line);
                #symbolic
            };
            (native, symbolic)
        }
        None => (quote!(::core::unreachable!()), TokenStream::new()),
    };
    let unused = readings.is_none().then(|| quote!(#[allow(unused_variables)]));
    // A mistake that rustc finds in the native reading is not reported for the symbolic one again.
    let accepted = quote! {
        <
            [(); ::workflow_core::__private::size_of_run(&<#ident as ::workflow_core::Workflow>::run)]
            as ::workflow_core::__private::Accepted
        >::Builder
    };

    let marker = marker(vis, ident);
    quote! {
        #(#attrs)*
        #vis fn #ident(#(#idents: #types),*) -> ::workflow_core::Start<#ident> {
            ::workflow_core::Start::new(#payload)
        }

        #marker

        #[diagnostic::do_not_recommend]
        impl<__R> ::workflow_core::__private::Callable<__R> for #ident {}

        impl ::workflow_core::Workflow for #ident {
            const META: ::workflow_core::WorkflowMeta = ::workflow_core::WorkflowMeta {
                name: #name,
                function: #function_name,
                comment: #comment,
                kind: ::workflow_core::WorkflowKind::#kind,
                timeout_seconds: #timeout,
                parameters: &[#(#names),*],
            };
            type Arguments = #arguments;
            type Output = #held_output;
            type Error = #error;

            #unused
            async fn run(
                __context: ::workflow_core::__private::Context,
                (#(#idents,)*): Self::Arguments,
            ) -> ::core::result::Result<Self::Output, Self::Error> {
                #native
            }

            fn symbolic() -> fn(&::workflow_core::__private::Builder) {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                fn symbolic(#builder: &#accepted) {
                    #symbolic
                }
                symbolic
            }

            fn definition() -> &'static ::workflow_core::Definition {
                static DEFINITION: ::std::sync::OnceLock<::workflow_core::Definition> = ::std::sync::OnceLock::new();
                DEFINITION.get_or_init(::workflow_core::__private::define::<#ident>)
            }
        }
    }
}

fn options(arguments: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let mut words = Words::default();
    let parser = syn::meta::parser(|meta| {
        words.once(&meta)?;
        if meta.path.is_ident("name") {
            options.name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("kind") {
            let kind: Ident = meta.value()?.parse()?;
            if kind != "standard" && kind != "express" {
                return Err(syn::Error::new(kind.span(), "a state machine is `standard` or `express`"));
            }
            options.kind = Some(kind);
        } else if meta.path.is_ident("timeout_seconds") {
            let seconds: LitInt = meta.value()?.parse()?;
            if !(1..=99_999_999).contains(&seconds.base10_parse::<u64>()?) {
                return Err(syn::Error::new(seconds.span(), "a timeout has 1 to 99999999 seconds"));
            }
            options.timeout = Some(seconds);
        } else {
            return Err(
                meta.error("unknown word in `#[workflow(..)]`; known are `name`, `kind`, `timeout_seconds`")
            );
        }
        Ok(())
    });
    if let Err(error) = parser.parse2(arguments) {
        errors.push(error);
    }
    if let Some(name) = &options.name {
        check_name(name, "a state machine", 80, errors);
    }
    options
}
