//! `#[task(resource = "..")]`: an action of an AWS service becomes a typed call.
//!
//! ```text
//! #[task(resource = "arn:aws:states:::aws-sdk:sfn:describeExecution")]
//! async fn describe_execution(execution_arn: &str) -> Result<Description, DescribeError>;
//! ```
//! becomes `fn describe_execution(execution_arn: &str) -> Call<describe_execution>` and
//! `struct describe_execution {}` with `impl Task`. There is no handler: the service does the work.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ForeignItemFn, Ident, ItemFn, LitStr, ReturnType, Type};

use crate::{
    attributes::{
        Parameter, check_signature, first_reference, held, is_result, lent, no_function, output_and_error,
        owned, parameter, plain, tuple, typed_arguments,
    },
    aws,
    errors::Errors,
    task::{Options, policy},
};

pub(crate) fn expand(
    resource: &LitStr,
    options: &Options,
    item: TokenStream,
    mut errors: Errors,
) -> TokenStream {
    let function: ForeignItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => match syn::parse2::<ItemFn>(item.clone()) {
            Ok(ItemFn { attrs, vis, modifiers, sig, block }) => {
                errors.push(syn::Error::new(
                    block.brace_token.span.open(),
                    "AWS does the work of a task with a `resource`, so it has no body; end the function with `;`, and in process give the executor a `.service(..)` or a `.mock(..)`",
                ));
                ForeignItemFn { attrs, vis, modifiers, sig, semi_token: syn::token::Semi::default() }
            }
            Err(_) => return no_function(item, "task", error),
        },
    };
    check_signature(&function.sig, "task", &mut errors);
    if let Some(name) = &options.function {
        errors.refuse(name, "a task with a `resource` is no Lambda function; remove `function`");
    }
    if let Some(transients) = &options.transients {
        errors
            .refuse(transients, "a task with a `resource` is no Lambda function; remove `lambda_transients`");
    }
    let action = match aws::action(&resource.value()) {
        Ok(action) => Some(action),
        Err(message) => {
            errors.refuse(resource, message);
            None
        }
    };
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for argument in typed_arguments(&function.sig) {
        let Some(parameter) = parameter(argument, "task", &mut errors) else { continue };
        if let Some(reference) = first_reference(lent(&parameter.ty)) {
            errors.refuse(
                reference,
                "an argument of a task is written as JSON, so it can be borrowed as a whole, but what it holds is owned; write `String` for `&str`, `T` for `&T`",
            );
        }
        let key = action.as_ref().map(|action| action.argument(&plain(&parameter.ident)));
        match key {
            Some(Err(message)) => errors.refuse(&parameter.ident, message),
            Some(Ok(key)) => keys.push(key),
            None => keys.push(plain(&parameter.ident)),
        }
        parameters.push(parameter);
    }
    if parameters.len() > 8 {
        errors.refuse(&function.sig.inputs, "a task takes at most 8 values; leave out what has a default");
        parameters.truncate(8);
    }
    let compile_errors = errors.into_compile_errors();
    let refused = compile_errors.is_some();
    keys.resize(parameters.len(), String::new());
    let (service, name) = action.map_or_else(Default::default, |action| (action.service, action.action));
    let items = items(&function, options, &parameters, &keys, (&service, &name), refused);
    quote!(#compile_errors #items)
}

/// A task without a body that names no resource.
pub(crate) fn without_resource(item: &TokenStream, options: &Options) -> Option<TokenStream> {
    let function: ForeignItemFn = syn::parse2(item.clone()).ok()?;
    let mut errors = Errors::default();
    errors.refuse(
        function.semi_token,
        "a `#[task]` has a body, which is the handler of its Lambda function; where AWS does the work instead, name the action: `#[task(resource = \"arn:aws:states:::aws-sdk:sfn:describeExecution\")]`",
    );
    check_signature(&function.sig, "task", &mut errors);
    let mut parameters: Vec<Parameter> = typed_arguments(&function.sig)
        .filter_map(|argument| parameter(argument, "task", &mut errors))
        .collect();
    parameters.truncate(8);
    let keys: Vec<String> = parameters.iter().map(|parameter| plain(&parameter.ident)).collect();
    let items = items(&function, options, &parameters, &keys, ("", ""), true);
    let errors = errors.into_compile_errors();
    Some(quote!(#errors #items))
}

fn items(
    function: &ForeignItemFn,
    options: &Options,
    parameters: &[Parameter],
    keys: &[String],
    (service, action): (&str, &str),
    refused: bool,
) -> TokenStream {
    let ForeignItemFn { attrs, vis, sig, .. } = function;
    let ident = &sig.ident;
    let name = plain(ident);
    let idents: Vec<&Ident> = parameters.iter().map(|parameter| &parameter.ident).collect();
    let types: Vec<&Type> = parameters.iter().map(|parameter| &parameter.ty).collect();
    let owned: Vec<Type> = types.iter().map(|ty| owned(ty)).collect();
    let unit: Type = syn::parse_quote!(());
    let returned: &Type = match &sig.output {
        ReturnType::Default => &unit,
        ReturnType::Type(_, ty) => ty,
    };
    let (output, error) = output_and_error(returned, is_result(returned));
    let arguments_type = match refused {
        true => tuple(&owned),
        false => tuple(&owned.iter().map(held).collect::<Vec<Type>>()),
    };
    let policy = policy(options, &error);
    quote! {
        #(#attrs)*
        #vis fn #ident(#(#idents: #types),*) -> ::workflow_core::Call<#ident> {
            ::workflow_core::Call::new(
                ::workflow_core::__private::JsonObject::new()#(.argument::<<#ident as ::workflow_core::Task>::Arguments, _>(#keys, &#idents))*.finish(),
            )
        }

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis struct #ident {}

        impl ::workflow_core::Task for #ident {
            const NAME: &'static str = #name;
            const RESOURCE: ::workflow_core::Resource = ::workflow_core::Resource::new(#service, #action);
            const FUNCTION: &'static str = "";
            const PARAMETERS: &'static [&'static str] = &[#(#keys),*];
            type Arguments = #arguments_type;
            type Output = #output;
            type Error = #error;

            fn policy() -> ::workflow_core::Policy {
                #policy
            }

            async fn handle(
                _: Self::Arguments,
                _: ::workflow_core::States,
            ) -> ::core::result::Result<
                ::core::result::Result<Self::Output, Self::Error>,
                ::workflow_core::MissingState,
            > {
                ::core::result::Result::Err(::workflow_core::MissingState { type_name: #name })
            }

            fn lower(
                builder: &::workflow_core::__private::Builder,
                arguments: ::std::vec::Vec<::workflow_core::__private::Node>,
            ) -> ::workflow_core::__private::Lowered {
                ::workflow_core::__private::lower_resource::<Self>(builder, arguments)
            }

            fn decode(
                payload: &str,
            ) -> ::core::result::Result<Self::Arguments, ::workflow_core::__private::serde_json::Error> {
                ::workflow_core::__private::decode_named(payload, Self::PARAMETERS)
            }

            async fn attempt(
                payload: ::workflow_core::Text,
                _: ::core::option::Option<::workflow_core::Text>,
                context: ::workflow_core::__private::Context,
            ) -> ::core::result::Result<::workflow_core::Text, ::workflow_core::__private::NoAnswer> {
                context.ask(Self::RESOURCE, &payload, ::core::option::Option::None).await
            }

            fn result(
                answer: &str,
            ) -> ::core::result::Result<Self::Output, ::workflow_core::__private::serde_json::Error> {
                ::workflow_core::__private::result_of_resource::<Self>(answer)
            }
        }
    }
}
