//! `#[task]`: an `async fn` becomes a handler and a typed call.
//!
//! ```text
//! #[task] async fn charge(State(db): State<Db>, order: &Order) -> Result<Receipt, PaymentError> { .. }
//! ```
//! becomes `fn charge(order: &Order) -> Call<charge>`, `struct charge {}` with `impl Task`, and the
//! author's function as `charge::handler`. A function and a type may share a name.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Expr, ExprArray, ItemFn, Lit, LitBool, LitStr, PathSegment, ReturnType, Token, Type, parse::Parser,
    spanned::Spanned,
};

use crate::{
    attributes::{
        Parameter, Words, bare_stub, check_name, check_signature, first_reference, held, is_alone, lent,
        lent_option, marker, no_function, output_and_error, owned, parameter, pascal_case, plain,
        screaming_case, tuple, typed_arguments,
    },
    errors::Errors,
};

/// The words in `#[task(..)]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) function: Option<LitStr>,
    pub(crate) activity: Option<LitStr>,
    retries: Vec<RetryOptions>,
    timeout: Option<Expr>,
    heartbeat: Option<Expr>,
    pub(crate) transients: Option<LitBool>,
    resource: Option<LitStr>,
}

/// Said of a handler that has a token and answers all the same.
const NO_PENDING: &str = "who holds the token answers, not the handler: return `Pending<..>` of the answer's type, with `token.pending()`";

/// The words in `retry(..)`.
#[derive(Default)]
struct RetryOptions {
    errors: Vec<Expr>,
    interval: Option<Expr>,
    max_attempts: Option<Expr>,
    backoff: Option<Expr>,
    max_delay: Option<Expr>,
    jitter: bool,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = options(arguments, &mut errors);
    if let Some(resource) = &options.resource {
        return crate::resource::expand(resource, &options, item, errors);
    }
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let stub = crate::resource::without_resource(&item, &options);
            return stub.unwrap_or_else(|| no_function(item, "task", error));
        }
    };
    check_signature(&function.sig, "task", &mut errors);

    let mut parameters = Vec::new();
    let mut inputs = Vec::new();
    for argument in typed_arguments(&function.sig) {
        if let Some(inner) = shared_state(&argument.ty) {
            inputs.push(Input::State(Box::new(inner)));
        } else if let Some(kind) = given(&argument.ty) {
            if let Some(parameter) = parameter(argument, "task", &mut errors) {
                if inputs
                    .iter()
                    .any(|input| matches!(input, Input::Given(known, _) if known.ident == kind.ident))
                {
                    errors.refuse(&argument.ty, format!("a task has one `{}`; remove this one", kind.ident));
                }
                inputs.push(Input::Given(kind, parameter.ident));
            }
        } else if let Some(parameter) = parameter(argument, "task", &mut errors) {
            let reference = match &parameter.ty {
                Type::Reference(reference) => Some(reference),
                ty => lent_option(ty),
            };
            if let Some(mutability) = reference.and_then(|reference| reference.mutability.as_ref()) {
                errors.refuse(
                    mutability,
                    "a task receives a copy as JSON, so what it changes is not seen by its caller; take the value and return the new one",
                );
            }
            if let Some(reference) = first_reference(lent(&parameter.ty)) {
                errors.refuse(
                    reference,
                    "an argument of a task arrives as JSON, so it can be borrowed as a whole, but what it holds is owned; write `String` for `&str`, `T` for `&T`",
                );
            }
            inputs.push(Input::Payload(parameter.ident.clone()));
            parameters.push(parameter);
        }
    }
    let has_token =
        inputs.iter().any(|input| matches!(input, Input::Given(kind, _) if kind.ident == "TaskToken"));
    if has_token && matches!(function.sig.output, ReturnType::Default) {
        errors.refuse(&function.sig.ident, NO_PENDING);
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        match pending(ty) {
            Some(pending) if !has_token => errors.refuse(
                pending,
                "nobody could answer: a task that returns `Pending` hands out its token; add a parameter `token: TaskToken`",
            ),
            None if has_token && options.activity.is_none() => errors.refuse(ty, NO_PENDING),
            _ => {}
        }
    }
    if let Some(token) = typed_arguments(&function.sig).find(|argument| {
        given(&argument.ty).is_some_and(|kind| kind.ident == "TaskToken") && options.activity.is_some()
    }) {
        errors.refuse(
            &token.ty,
            "an activity's worker has a token already, with which it answers; remove this parameter and return the result",
        );
    }
    if parameters.len() > 8 {
        errors.refuse(&function.sig.inputs, "a task takes at most 8 values; put them into a struct");
    }
    if errors.count() > 0 && is_alone(&function.sig, "task") {
        return bare_stub(&function, errors);
    }
    match errors.into_compile_errors() {
        Some(compile_errors) => {
            parameters.truncate(8);
            let stub = items(&function, &options, &parameters, None);
            quote!(#compile_errors #stub)
        }
        None => items(&function, &options, &parameters, Some(&inputs)),
    }
}

/// Where a parameter of the handler comes from.
enum Input {
    State(Box<Type>),
    /// The platform fills it in: the last segment of its type, and its name.
    Given(PathSegment, Ident),
    Payload(Ident),
}

/// Whether a parameter's value comes from the caller.
fn is_passed(ty: &Type) -> bool {
    shared_state(ty).is_none() && given(ty).is_none()
}

/// The last segment of a type whose value the platform fills in.
fn given(ty: &Type) -> Option<PathSegment> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    (last.ident == "IdempotencyKey" || last.ident == "TaskToken").then(|| last.clone())
}

/// `Pending<T>` in a return type, at its front or in a `Result`, whatever that is called where it is an alias.
fn pending(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident == "Pending" {
        return Some(ty);
    }
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident != "Option" && last.ident != "Vec" => {
            match arguments.args.first()? {
                syn::GenericArgument::Type(inner) => pending(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `T` in a parameter's type `State<T>`.
fn shared_state(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "State")?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(inner) => Some(inner.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The items that stand for the task. Without `inputs` the function was refused, and the handler
/// is left out so that one mistake is reported once.
fn items(
    function: &ItemFn,
    options: &Options,
    parameters: &[Parameter],
    inputs: Option<&[Input]>,
) -> TokenStream {
    let ItemFn { attrs, vis, sig, block, .. } = function;
    let ident = &sig.ident;
    let name = plain(ident);
    let lambda =
        options.function.as_ref().map_or_else(|| format!("{}Function", pascal_case(&name)), LitStr::value);
    let idents: Vec<&Ident> = parameters.iter().map(|parameter| &parameter.ident).collect();
    let types: Vec<&Type> = parameters.iter().map(|parameter| &parameter.ty).collect();
    let owned: Vec<Type> = types.iter().map(|ty| owned(ty)).collect();
    let names: Vec<String> = idents.iter().map(|ident| plain(ident)).collect();
    let unit: Type = syn::parse_quote!(());
    let returned: &Type = match &sig.output {
        ReturnType::Default => &unit,
        ReturnType::Type(_, ty) => ty,
    };
    let fallible = crate::body::returns_result(&sig.output, block);
    let (output, error) = output_and_error(returned, fallible);
    let given: Vec<(&Ident, String)> = inputs
        .into_iter()
        .flatten()
        .filter_map(|input| match input {
            Input::Given(kind, name) => Some((&kind.ident, plain(name))),
            _ => None,
        })
        .collect();
    let has_token = given.iter().any(|(kind, _)| *kind == "TaskToken");
    let output = match pending(returned).is_some() {
        true => quote_spanned!(returned.span()=> <#output as ::workflow_core::__private::PendingOf>::Output),
        false => output,
    };
    let output = held(&Type::Verbatim(output));
    let of = quote!(<#ident as ::workflow_core::Task>::Arguments);
    let payload = if given.is_empty() { payload(parameters, &of) } else { object(parameters, &of) };
    let arguments_type = tuple(&owned.iter().map(held).collect::<Vec<Type>>());
    let policy = policy(options, &error);

    let (handler, handle) = match inputs {
        Some(inputs) => {
            let arguments = inputs.iter().map(|input| match input {
                Input::State(ty) => {
                    quote_spanned!(ty.span()=> ::workflow_core::State(__states.get::<#ty>()?))
                }
                Input::Given(kind, _) => {
                    let kind = &kind.ident;
                    quote_spanned!(kind.span()=> __states.get::<::workflow_core::#kind>()?)
                }
                Input::Payload(ident) => {
                    let ty =
                        parameters.iter().find(|parameter| parameter.ident == *ident).map(|known| &known.ty);
                    match ty.and_then(lent_option).map(|reference| &*reference.elem) {
                        Some(Type::Path(path)) if path.path.is_ident("str") => quote!(#ident.as_deref()),
                        Some(Type::Slice(_)) => quote!(#ident.as_deref()),
                        Some(_) => quote!(#ident.as_ref()),
                        None if matches!(ty, Some(Type::Reference(_))) => quote!(&#ident),
                        None => quote!(#ident),
                    }
                }
            });
            let call = quote!(#ident::handler(#(#arguments),*).await);
            let result = if fallible { quote!(#call) } else { quote!(::core::result::Result::Ok(#call)) };
            let result = if has_token { quote!(#result.map(|_| ())) } else { result };
            let (inputs, output) = (&sig.inputs, &sig.output);
            (
                quote! {
                    impl #ident {
                        /// The handler itself.
                        #[allow(clippy::unused_async, reason = "a handler may have nothing to await")]
                        #vis async fn handler(#inputs) #output #block
                    }
                },
                quote!(::core::result::Result::Ok(#result)),
            )
        }
        None => (TokenStream::new(), quote!(::core::unreachable!())),
    };

    let constants = given.iter().map(|(kind, name)| quote!(::workflow_core::Given::#kind(#name)));
    let mut resource = quote!(const GIVEN: &'static [::workflow_core::Given] = &[#(#constants),*];);
    if let Some(activity) = &options.activity {
        resource.extend(quote! {
            const RESOURCE: ::workflow_core::Resource = ::workflow_core::Resource::activity(#activity);

            fn lower(
                builder: &::workflow_core::__private::Builder,
                arguments: ::std::vec::Vec<::workflow_core::__private::Node>,
            ) -> ::workflow_core::__private::Lowered {
                ::workflow_core::__private::lower_activity(
                    builder,
                    #activity,
                    Self::PARAMETERS,
                    Self::GIVEN,
                    arguments,
                )
            }
        });
    }
    let mut handled = quote!(handle);
    let mut given_back = quote!(Self::Output);
    let mut handle_token = TokenStream::new();
    if has_token {
        resource.extend(quote! {
            const RESOURCE: ::workflow_core::Resource = ::workflow_core::Resource::LAMBDA_INVOKE_TOKEN;
        });
        handled = quote!(hand_out);
        given_back = quote!(());
        handle_token = quote! {
            async fn handle(
                arguments: Self::Arguments,
                states: ::workflow_core::States,
            ) -> ::core::result::Result<
                ::core::result::Result<Self::Output, Self::Error>,
                ::workflow_core::MissingState,
            > {
                match Self::hand_out(arguments, states).await? {
                    ::core::result::Result::Ok(()) => ::core::future::pending().await,
                    ::core::result::Result::Err(error) => {
                        ::core::result::Result::Ok(::core::result::Result::Err(error))
                    }
                }
            }
        };
    }

    let marker = marker(vis, ident);
    // Who calls a function that was refused is not to blame.
    let call = match inputs {
        Some(_) => quote! {
            #vis fn #ident(#(#idents: #types),*) -> ::workflow_core::Call<#ident> {
                ::workflow_core::Call::new(#payload)
            }
        },
        None => {
            let passed = typed_arguments(sig).filter(|argument| is_passed(&argument.ty));
            quote! {
                #[allow(unused_variables, unused_mut)]
                #vis fn #ident(#(#passed),*) -> ::workflow_core::Call<#ident> {
                    ::workflow_core::Call::new(::core::result::Result::Ok(""))
                }
            }
        }
    };
    quote! {
        #(#attrs)*
        #call

        #marker

        #handler

        #[diagnostic::do_not_recommend]
        impl<__R> ::workflow_core::__private::Callable<__R> for #ident {}

        impl ::workflow_core::Task for #ident {
            const NAME: &'static str = #name;
            const FUNCTION: &'static str = #lambda;
            const PARAMETERS: &'static [&'static str] = &[#(#names),*];
            type Arguments = #arguments_type;
            type Output = #output;
            type Error = #error;

            fn policy() -> ::workflow_core::Policy {
                #policy
            }

            #resource
            #[allow(unused_variables, clippy::manual_async_fn)]
            async fn #handled(
                (#(#idents,)*): Self::Arguments,
                __states: ::workflow_core::States,
            ) -> ::core::result::Result<
                ::core::result::Result<#given_back, Self::Error>,
                ::workflow_core::MissingState,
            > {
                #handle
            }
            #handle_token
        }
    }
}

/// The JSON text that a call or a start hands over: the value of a single parameter, else an object.
/// They are `of` this type.
pub(crate) fn payload(parameters: &[Parameter], of: &TokenStream) -> TokenStream {
    if let [Parameter { ident, ty }] = parameters {
        let ident = shown_at(ident, ty);
        return quote_spanned!(ty.span()=> ::workflow_core::__private::to_json::<#of, _>(&#ident));
    }
    object(parameters, of)
}

/// The JSON text of an object with the parameters' names as keys.
fn object(parameters: &[Parameter], of: &TokenStream) -> TokenStream {
    let fields = parameters.iter().map(|Parameter { ident, ty }| {
        let name = plain(ident);
        let ident = shown_at(ident, ty);
        quote_spanned!(ty.span()=> .argument::<#of, _>(#name, &#ident))
    });
    quote!(::workflow_core::__private::JsonObject::new()#(#fields)*.finish())
}

/// A parameter's name where its type stands: it is the type that rustc speaks of.
fn shown_at(ident: &Ident, ty: &Type) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(ident.span().located_at(ty.span()));
    ident
}

pub(crate) fn policy(options: &Options, error: &TokenStream) -> TokenStream {
    let retries = options.retries.iter().map(|retry| {
        let errors = retry.errors.iter().map(|name| match name {
            // `Declined` is a variant of the task's own error type.
            Expr::Path(path) if path.path.get_ident().is_some_and(|ident| !is_screaming(ident)) => {
                let constant = path.path.get_ident().map(|ident| {
                    Ident::new(&screaming_case(&ident.to_string()), ident.span())
                });
                quote_spanned!(name.span()=> <#error>::#constant)
            }
            Expr::Path(path) if path.path.get_ident().is_some() => {
                quote_spanned!(name.span()=> ::workflow_core::PlatformError::#name)
            }
            other => quote!(#other),
        });
        let interval = retry.interval.iter().map(|value| quote!(.interval(::core::time::Duration::from_secs(#value))));
        let attempts = retry.max_attempts.iter().map(|value| quote!(.max_attempts(#value)));
        let backoff = retry.backoff.iter().map(|value| quote!(.backoff(#value)));
        let max_delay = retry.max_delay.iter().map(|value| quote!(.max_delay(::core::time::Duration::from_secs(#value))));
        let jitter = retry.jitter.then(|| quote!(.full_jitter()));
        quote!(::workflow_core::Retry::on([#(#errors),*])#(#interval)*#(#attempts)*#(#backoff)*#(#max_delay)*#jitter)
    });
    let seconds = |value: &Option<Expr>| match value {
        Some(value) => quote! {
            ::core::option::Option::Some(::workflow_core::Seconds::from(::core::time::Duration::from_secs(#value)))
        },
        None => quote!(::core::option::Option::None),
    };
    let timeout = seconds(&options.timeout);
    let heartbeat = seconds(&options.heartbeat);
    let transients = match options.activity.is_none()
        && options.resource.is_none()
        && options.transients.as_ref().is_none_or(LitBool::value)
    {
        true => quote!(::workflow_core::LAMBDA_TRANSIENTS),
        false => quote!(&[]),
    };
    quote! {
        ::workflow_core::Policy {
            retry: ::std::vec![#(#retries),*],
            timeout: #timeout,
            heartbeat: #heartbeat,
            transients: #transients,
        }
    }
}

/// The words in `#[task(..)]`, and what else they are called.
const TASK_WORDS: [(&str, &[&str]); 7] = [
    ("function", &["name", "lambda", "function_name"]),
    ("activity", &[]),
    ("resource", &["arn"]),
    ("retry", &["retries", "retrier", "max_retries", "max_attempts"]),
    ("timeout_seconds", &["timeout", "timeout_secs"]),
    ("heartbeat_seconds", &["heartbeat"]),
    ("lambda_transients", &["transients"]),
];

/// The words in `retry(..)`, and what else they are called.
const RETRY_WORDS: [(&str, &[&str]); 6] = [
    ("errors", &["error", "on", "error_equals"]),
    ("interval_seconds", &["interval", "delay"]),
    ("max_attempts", &["attempts", "max_retries", "retries", "times"]),
    ("backoff_rate", &["backoff"]),
    ("max_delay_seconds", &["max_delay", "max_interval"]),
    ("jitter", &["jitter_strategy"]),
];

/// What is said of a word that an attribute does not know.
fn unknown_word(word: &syn::Path, place: &str, known: &[(&str, &[&str])]) -> String {
    let word = word.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    let meant = known.iter().find(|(_, others)| others.contains(&word.as_str())).map(|(name, _)| *name);
    let meant = meant.or_else(|| crate::aws::nearest(&word, known.iter().map(|(name, _)| *name)));
    match meant {
        Some("retry") => format!(
            "unknown word in `{place}`; write `retry(errors = [Busy], max_attempts = 3)`, with the errors that are tried again"
        ),
        Some(meant) => format!("unknown word in `{place}`; write `{meant}`"),
        None => {
            let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!("unknown word in `{place}`; known are {}", names.join(", "))
        }
    }
}

/// What a number in an attribute counts.
#[derive(Clone, Copy)]
enum Number {
    Seconds,
    Attempts,
    Rate,
}

impl Number {
    /// What a literal has to be; Step Functions refuses any other.
    fn rule(self) -> &'static str {
        match self {
            Self::Seconds => {
                "Step Functions counts whole seconds here, from 1 to 99999999; write one such as `30`"
            }
            Self::Attempts => "this is how many retries there are, from 0 to 99999999; write one such as `3`",
            Self::Rate => {
                "each delay is at least as long as the one before, so the rate is 1.0 or more; write one such as `2.0`"
            }
        }
    }

    fn accepts(self, literal: &Lit) -> bool {
        match (self, literal) {
            (Self::Seconds, Lit::Int(number)) => {
                number.base10_parse().is_ok_and(|number: u64| (1..=99_999_999).contains(&number))
            }
            (Self::Attempts, Lit::Int(number)) => {
                number.base10_parse().is_ok_and(|number: u64| number <= 99_999_999)
            }
            (Self::Rate, Lit::Float(number)) => number.base10_parse().is_ok_and(|number: f64| number >= 1.0),
            _ => false,
        }
    }
}

/// A number in an attribute: a literal, or a constant that rustc checks.
fn number(input: syn::parse::ParseStream<'_>, number: Number) -> syn::Result<Expr> {
    let value: Expr = input.parse()?;
    let literal = match &value {
        Expr::Lit(literal) => number.accepts(&literal.lit),
        Expr::Unary(unary) => !matches!((&unary.op, &*unary.expr), (syn::UnOp::Neg(_), Expr::Lit(_))),
        Expr::Call(call) => !crate::body::is_duration(call),
        _ => true,
    };
    match literal {
        true => Ok(value),
        false => Err(syn::Error::new_spanned(value, number.rule())),
    }
}

/// Refuses what names no error in the list of a retrier.
fn is_error_name(name: &Expr) -> syn::Result<()> {
    let message = match name {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) if text.value().starts_with("States.") => {
                let constant = screaming_case(text.value().trim_start_matches("States."));
                format!("an error is named as Rust names it; write `{constant}`, the constant of `PlatformError`")
            }
            Lit::Str(text) => format!("an error is named as Rust names it; write `{}`, the variant", text.value()),
            _ => "a retrier is about errors; write a variant of the task's error type, or a constant such as `TIMEOUT`".to_owned(),
        },
        Expr::Path(path) if path.path.segments.len() > 1 => match path.path.segments.last() {
            Some(last) if !is_screaming(&last.ident) => format!(
                "a variant of the task's own error type is named alone: `{}`; the name of another type's is a constant: `{}`",
                last.ident,
                screaming_case(&last.ident.to_string()),
            ),
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(syn::Error::new_spanned(name, message))
}

fn is_screaming(ident: &Ident) -> bool {
    let text = ident.to_string();
    text.len() > 1
        && text
            .chars()
            .all(|character| character.is_uppercase() || character.is_numeric() || character == '_')
}

fn options(arguments: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options::default();
    let mut words = Words::default();
    let parser = syn::meta::parser(|meta| {
        // There may be a retrier for each of several errors.
        if !meta.path.is_ident("retry") {
            words.once(&meta)?;
        }
        if meta.path.is_ident("activity") {
            options.activity = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("function") {
            options.function = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("resource") {
            options.resource = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("timeout_seconds") {
            options.timeout = Some(number(meta.value()?, Number::Seconds)?);
        } else if meta.path.is_ident("heartbeat_seconds") {
            options.heartbeat = Some(number(meta.value()?, Number::Seconds)?);
        } else if meta.path.is_ident("lambda_transients") {
            options.transients = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("retry") {
            if !meta.input.peek(syn::token::Paren) {
                return Err(meta.error("`retry` takes its words in parentheses: `retry(errors = [Unavailable], max_attempts = 5)`"));
            }
            let mut retry = RetryOptions::default();
            let mut words = Words::default();
            meta.parse_nested_meta(|meta| {
                words.once(&meta)?;
                if meta.path.is_ident("errors") {
                    let list: ExprArray = meta.value()?.parse()?;
                    for name in &list.elems {
                        is_error_name(name)?;
                    }
                    retry.errors = list.elems.into_iter().collect();
                } else if meta.path.is_ident("interval_seconds") {
                    retry.interval = Some(number(meta.value()?, Number::Seconds)?);
                } else if meta.path.is_ident("max_attempts") {
                    retry.max_attempts = Some(number(meta.value()?, Number::Attempts)?);
                } else if meta.path.is_ident("backoff_rate") {
                    retry.backoff = Some(number(meta.value()?, Number::Rate)?);
                } else if meta.path.is_ident("max_delay_seconds") {
                    retry.max_delay = Some(number(meta.value()?, Number::Seconds)?);
                } else if meta.path.is_ident("jitter") {
                    retry.jitter = true;
                    if meta.input.peek(Token![=]) {
                        return Err(
                            meta.error("`jitter` stands alone: Step Functions has one strategy, `FULL`")
                        );
                    }
                } else {
                    return Err(meta.error(unknown_word(&meta.path, "retry(..)", &RETRY_WORDS)));
                }
                Ok(())
            })?;
            if retry.errors.is_empty() {
                return Err(
                    meta.error("a retrier names the errors that it retries: `retry(errors = [Unavailable])`")
                );
            }
            options.retries.push(retry);
        } else {
            return Err(meta.error(unknown_word(&meta.path, "#[task(..)]", &TASK_WORDS)));
        }
        Ok(())
    });
    if let Err(error) = parser.parse2(arguments) {
        errors.push(error);
    }
    if let (Some(_), Some(function)) = (&options.activity, &options.function) {
        errors
            .refuse(function, "a task is a Lambda function or an activity; remove `function` or `activity`");
    }
    if let Some(activity) = &options.activity {
        check_name(activity, "an activity", 80, errors);
        if let Some(transients) = &options.transients {
            errors.refuse(transients, "an activity has no errors of Lambda; remove `lambda_transients`");
        }
    }
    if let Some(function) = &options.function {
        check_name(function, "a Lambda function", 64, errors);
    }
    options
}
