//! `#[derive(Data)]`: serde's attributes, read by serde's own parser and written down as a `Shape`.
//!
//! What serde's derive refuses is left to serde's derive, which stands beside this one. Refused
//! here is what serde allows but a state machine would read differently: Step Functions hands JSON
//! on as it was written, while Rust reads and writes it again at every step.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use serde_derive_internals::ast::{Container, Data, Field, Style, Variant};
use serde_derive_internals::attr::TagType;
use serde_derive_internals::name::{MultiName, Name};
use serde_derive_internals::{Ctxt, Derive};
use syn::ext::IdentExt;
use syn::{Attribute, DeriveInput, Error, GenericParam, parse_quote};

use super::{private, shape_of, word_span};
use crate::errors::Errors;

/// Implements `Data` for a struct or an enum.
///
/// ```text
/// #[serde(rename_all = "camelCase")]
/// struct Order {
///     order_id: String,
/// }
/// ```
///
/// becomes, shortened,
///
/// ```text
/// impl Data for Order {
///     type Owned = Self;
///     fn shape() -> Shape {
///         let order_id = Field { rust: "order_id", json: "orderId", shape: <String as Data>::shape, .. };
///         Shape::Struct { name: "Order", fields: Fields::Named(vec![order_id]) }
///     }
/// }
/// ```
pub(crate) fn data(input: TokenStream) -> TokenStream {
    let item = match syn::parse2::<DeriveInput>(input) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let mut refusals = Errors::default();
    refuse_lifetimes(&item, &mut refusals);
    let shape = shape(&item, &mut refusals);

    let private = private();
    let ident = &item.ident;
    let mut generics = item.generics.clone();
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if !parameters.is_empty() {
        let bounds = &mut generics.make_where_clause().predicates;
        bounds.extend(parameters.iter().map(|parameter| -> syn::WherePredicate {
            parse_quote!(#parameter: #private::Data<Owned = #parameter>)
        }));
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let errors = refusals.into_compile_errors();
    let predicates = where_clause.map(|clause| &clause.predicates).into_iter().flatten();
    // Without `for<..>` rustc would refuse the bound at once for a type that has no default.
    let defaulted = item.generics.lifetimes().next().is_none().then(|| {
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #impl_generics #private::Defaulted for #ident #ty_generics
            where
                #(#predicates,)*
                for<'any> Self: ::core::default::Default + #private::Written,
            {
                fn json() -> #private::serde_json::Value {
                    #private::Written::written(&<Self as ::core::default::Default>::default())
                }
            }
        }
    });
    let by_values = by_values(&item);
    let key = key(&item);
    quote! {
        #errors
        #by_values
        #key
        #defaulted

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #private::Data for #ident #ty_generics #where_clause {
            type Owned = Self;
            fn shape() -> #private::Shape {
                #shape
            }
        }
    }
}

/// An enum without fields is a key of a map, and a struct around one field if that is.
fn key(item: &DeriveInput) -> Option<TokenStream> {
    let inner = match &item.data {
        syn::Data::Enum(choice) if choice.variants.iter().all(|variant| variant.fields.is_empty()) => None,
        syn::Data::Struct(syn::DataStruct { fields: syn::Fields::Unnamed(fields), .. })
            if fields.unnamed.len() == 1 =>
        {
            fields.unnamed.first().map(|field| &field.ty)
        }
        _ => return None,
    };
    if !item.generics.params.is_empty() {
        return None;
    }
    let (private, ident) = (private(), &item.ident);
    let bound = inner.map(|ty| quote!(where for<'__a> #ty: #private::MapKey));
    Some(quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::MapKey for #ident #bound {
            type Held = Self;
        }
    })
}

/// What a state machine knows of how values are ordered and written as text, if their type has an order and a text. An
/// enum whose variants have no fields is known by its variants, a struct is ordered by its fields, and written
/// as its `Display` says if that is `#[pure]`. `for<'a>` has rustc look for the traits no sooner than they are used.
fn by_values(item: &DeriveInput) -> Option<TokenStream> {
    let private = private();
    let ident = &item.ident;
    let cx = Ctxt::new();
    let container =
        Container::from_ast(&cx, item, Derive::Serialize, &Ident::new("__private", Span::call_site()));
    let (Ok(()), Some(container)) = (cx.check(), container) else { return None };
    if !item.generics.params.is_empty() {
        return None;
    }
    let shown = quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::Formattable for #ident
        where
            for<'__a> Self: #private::Shown,
        {
            const WRITE: #private::Write = #private::Write::AsIs;
            fn text(__builder: &#private::Builder, __value: #private::Node) -> #private::Node {
                <Self as #private::Shown>::shown(__builder, __value)
            }
        }
    };
    let (text, less, bounds) = match &container.data {
        Data::Enum(variants) => {
            let plain = |variant: &Variant| {
                matches!(variant.style, Style::Unit)
                    && !variant.attrs.skip_serializing()
                    && !variant.attrs.skip_deserializing()
                    && variant.attrs.serialize_with().is_none()
                    && !variant.attrs.other()
            };
            let known = matches!(container.attrs.tag(), TagType::External)
                && !variants.is_empty()
                && variants.iter().all(plain);
            if !known {
                return Some(shown);
            }
            let variants: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
            let text = quote! {
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #private::Formattable for #ident
                where
                    for<'__a> Self: ::core::fmt::Display + #private::Written,
                {
                    const WRITE: #private::Write = #private::Write::AsIs;
                    fn text(__builder: &#private::Builder, __value: #private::Node) -> #private::Node {
                        #private::displayed(__builder, __value, &[#(Self::#variants),*])
                    }
                }
            };
            let less = quote! {
                let __rank = |__value| #private::rank(__builder, __value, &[#(Self::#variants),*]);
                __builder.lt(__rank(__left), __rank(__right)).node()
            };
            (text, less, quote!(for<'__a> Self: ::core::cmp::PartialOrd + #private::Written))
        }
        Data::Struct(_, fields) => {
            let read = |field: &&Field| {
                field.attrs.serialize_with().is_some()
                    || field.attrs.skip_serializing()
                    || field.attrs.flatten()
            };
            if fields.is_empty() || fields.iter().any(|field| read(&field)) {
                return Some(shown);
            }
            let counts = |field: &&Field| !container.attrs.transparent() || field.attrs.transparent();
            let fields: Vec<&Field> = fields.iter().filter(counts).collect();
            let names: Vec<_> = fields.iter().map(|field| rust_name(field)).collect();
            let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
            let less = quote! {
                const PATH: &str = ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident));
                use #private::{ByField as _, NoField as _};
                #private::derived::<Self>(__builder);
                __builder.read_function::<bool>(PATH, || #private::by_fields(__builder, ::std::vec![#(
                    (&&#private::FieldOrder::new(#names, |__value: &Self| &__value.#members))
                        .compared(__builder, __left, __right)
                ),*])).node()
            };
            let bounds = quote!(for<'__a> Self: ::core::cmp::PartialOrd + #private::ReadBack);
            (shown, less, bounds)
        }
    };
    Some(quote! {
        #text

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::OrderedItem for #ident where #bounds {
            fn own(
                __builder: &#private::Builder,
                __left: #private::Node,
                __right: #private::Node,
            ) -> ::core::option::Option<#private::Node> {
                use #private::{ByDerive as _, ByOrd as _, ByPartialOrd as _};
                (&&&#private::OrderOf::<Self>::new()).own(__builder, __left, __right)
            }
            fn less(__builder: &#private::Builder, __left: #private::Node, __right: #private::Node) -> #private::Node {
                #less
            }
        }
    })
}

fn refuse_lifetimes(item: &DeriveInput, refusals: &mut Errors) {
    let Some(GenericParam::Lifetime(parameter)) = item.generics.params.first() else { return };
    let (ident, lifetime) = (&item.ident, &parameter.lifetime);
    let message = format!(
        "`{ident}` borrows for `{lifetime}`; a workflow's values outlive the step that made them, so they are owned; write `String` for `&{lifetime} str`, `Vec<T>` for `&{lifetime} [T]`"
    );
    refusals.refuse(lifetime, message);
}

/// The shape of the whole item. `Shape::Any` where the item's own fields say nothing of its JSON,
/// and where serde's derive will report a mistake in its attributes.
fn shape(item: &DeriveInput, refusals: &mut Errors) -> TokenStream {
    let private = private();
    let any = quote!(#private::Shape::Any);
    if let syn::Data::Union(union) = &item.data {
        let message =
            format!("`{}` is a union, which has no JSON form; write a struct or an enum", item.ident);
        refusals.refuse(union.union_token, message);
        return any;
    }
    let cx = Ctxt::new();
    let container =
        Container::from_ast(&cx, item, Derive::Serialize, &Ident::new("__private", Span::call_site()));
    let (Ok(()), Some(container)) = (cx.check(), container) else { return any };

    let attrs = &container.attrs;
    let foreign = attrs.type_from().is_some()
        || attrs.type_try_from().is_some()
        || attrs.type_into().is_some()
        || attrs.remote().is_some();
    if foreign {
        return any;
    }
    let name = container.ident.unraw().to_string();
    match &container.data {
        Data::Struct(style, fields) => {
            if let TagType::Internal { .. } = attrs.tag() {
                let span = word_span(&item.attrs, "serde", "tag").unwrap_or(item.ident.span());
                let message = format!(
                    "`tag` on a struct adds a key that is no field of `{name}`, so a workflow cannot fill it in; make `{name}` a variant of an enum under `#[serde(tag = \"..\")]`, or give it a field of that name"
                );
                refusals.push(Error::new(span, message));
            }
            let fields = if attrs.transparent() {
                transparent(&container, fields, refusals)
            } else {
                held(*style, fields, !attrs.default().is_none(), refusals)
            };
            quote!(#private::Shape::Struct { name: #name, fields: #fields })
        }
        Data::Enum(variants) => {
            let tagging = match attrs.tag() {
                TagType::External => quote!(External),
                TagType::Internal { tag } => quote!(Internal { tag: #tag }),
                TagType::Adjacent { tag, content } => quote!(Adjacent { tag: #tag, content: #content }),
                TagType::None => quote!(Untagged),
            };
            // A skipped variant has no JSON form, so no workflow can hold it.
            let variants = variants.iter().filter_map(|each| variant(each, refusals));
            quote! {
                #private::Shape::Enum {
                    name: #name,
                    tagging: #private::Tagging::#tagging,
                    variants: ::std::vec![#(#variants),*],
                }
            }
        }
    }
}

/// A variant, or nothing where serde skips it.
fn variant(variant: &Variant, refusals: &mut Errors) -> Option<TokenStream> {
    let private = private();
    let attrs = &variant.attrs;
    let original = &variant.original.attrs;
    let rust = variant.ident.unraw().to_string();
    let skipped = (attrs.skip_serializing(), attrs.skip_deserializing());
    if skipped == (true, true) {
        return None;
    }
    refuse_half_skipped(&variant.ident, original, skipped, refusals);
    refuse_two_names(&rust, attrs.name(), attrs.aliases(), refusals);
    let mut refuse_word = |word: &str, message: String| {
        let span = word_span(original, "serde", word).unwrap_or(variant.ident.span());
        refusals.push(Error::new(span, message));
    };
    if attrs.other() {
        refuse_word(
            "other",
            format!(
                "`{rust}` stands for any name in Rust, while the JSON in Step Functions keeps the name that it came with; write a variant for each name"
            ),
        );
    }
    if attrs.untagged() {
        refuse_word(
            "untagged",
            format!(
                "`untagged` on `{rust}` alone mixes two ways to tell variants apart, of which a state machine can test one; put it on the enum, or remove it"
            ),
        );
    }
    if attrs.serialize_with().is_some() || attrs.deserialize_with().is_some() {
        let word = ["with", "serialize_with", "deserialize_with"]
            .into_iter()
            .find(|word| word_span(original, "serde", word).is_some())
            .unwrap_or("with");
        refuse_word(
            word,
            format!(
                "`{word}` on a variant replaces all that `{rust}` holds with what a function writes, which Step Functions cannot call; put it on a field of `{rust}`"
            ),
        );
    }
    let json = &attrs.name().serialize_name().value;
    let fields = held(variant.style, &variant.fields, false, refusals);
    Some(quote!(#private::Variant { rust: #rust, json: #json, fields: #fields }))
}

/// The fields of a struct or a variant. `defaulted`: `#[serde(default)]` stands on the whole struct.
fn held(style: Style, fields: &[Field], defaulted: bool, refusals: &mut Errors) -> TokenStream {
    let private = private();
    match style {
        Style::Unit => quote!(#private::Fields::Unit),
        Style::Newtype | Style::Tuple => {
            for field in fields {
                refuse_missing_place(field, refusals);
            }
            let shapes = fields.iter().map(field_shape);
            match style {
                Style::Newtype => quote!(#private::Fields::Newtype(#(#shapes)*)),
                // The cast makes one type of the several function items.
                _ => {
                    quote!(#private::Fields::Tuple(::std::vec![#(#shapes as fn() -> #private::Shape),*]))
                }
            }
        }
        Style::Struct => {
            let fields = fields.iter().map(|field| {
                let rust = rust_name(field);
                let attrs = &field.attrs;
                let skipped = (attrs.skip_serializing(), attrs.skip_deserializing());
                refuse_half_skipped(&rust, &field.original.attrs, skipped, refusals);
                if skipped == (false, false) {
                    refuse_two_names(&rust, attrs.name(), attrs.aliases(), refusals);
                }
                let has_default = defaulted || !attrs.default().is_none();
                let skip = skipped != (false, false);
                let of_the_struct = defaulted && attrs.default().is_none();
                named(field, &rust, Written { transparent: false, skip, has_default, of_the_struct })
            });
            quote!(#private::Fields::Named(::std::vec![#(#fields),*]))
        }
    }
}

/// The fields of a struct under `#[serde(transparent)]`: the value of one stands for them all.
fn transparent(container: &Container, fields: &[Field], refusals: &mut Errors) -> TokenStream {
    let private = private();
    if fields.iter().any(|field| field.original.ident.is_some()) {
        let fields = fields.iter().map(|field| {
            let transparent = field.attrs.transparent();
            let has_default = !field.attrs.default().is_none();
            named(
                field,
                &rust_name(field),
                Written { transparent, skip: !transparent, has_default, of_the_struct: false },
            )
        });
        return quote!(#private::Fields::Named(::std::vec![#(#fields),*]));
    }
    if let Some(first) = fields.first()
        && !first.attrs.transparent()
    {
        let span =
            word_span(&container.original.attrs, "serde", "transparent").unwrap_or(container.ident.span());
        let message = "`transparent` here shows a field that is not `.0`, where a workflow reads it; put that field first";
        refusals.push(Error::new(span, message));
    }
    let shape = fields.iter().find(|field| field.attrs.transparent()).map(field_shape);
    let shape = shape.unwrap_or_else(any_shape);
    quote!(#private::Fields::Newtype(#shape))
}

/// What depends on where a named field stands.
struct Written {
    /// Its value stands for the whole struct.
    transparent: bool,
    /// It is not in the JSON.
    skip: bool,
    /// Its key may be absent when it is read.
    has_default: bool,
    /// The default is the one of the struct around it.
    of_the_struct: bool,
}

/// A named field.
fn named(field: &Field, rust: &str, written: Written) -> TokenStream {
    let private = private();
    let Written { transparent, skip, has_default, of_the_struct } = written;
    let attrs = &field.attrs;
    let json = &attrs.name().serialize_name().value;
    let flatten = attrs.flatten();
    let may_be_absent = attrs.skip_serializing_if().is_some();
    let left_out = match attrs.skip_serializing_if() {
        None => quote!(#private::LeftOut::Never),
        Some(path) => left_out(&quote!(#path), field.ty),
    };
    // A field that is never written may be of a type that has no JSON form.
    let shape = if skip { any_shape() } else { field_shape(field) };
    let default = match attrs.default() {
        _ if !has_default
            || skip
            || attrs.serialize_with().is_some()
            || attrs.deserialize_with().is_some() =>
        {
            None
        }
        _ if of_the_struct => {
            let member = &field.member;
            Some(quote!(<Self as ::core::default::Default>::default().#member))
        }
        serde_derive_internals::attr::Default::Path(path) => Some(quote!(#path())),
        _ => {
            let ty = field.ty;
            Some(quote!(<#ty as ::core::default::Default>::default()))
        }
    };
    let default = match default {
        Some(value) => quote!(::core::option::Option::Some(|| #private::json(&#value))),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        #private::Field {
            rust: #rust,
            json: #json,
            flatten: #flatten,
            transparent: #transparent,
            skip: #skip,
            may_be_absent: #may_be_absent,
            left_out: #left_out,
            has_default: #has_default,
            default: #default,
            shape: #shape,
        }
    }
}

/// When the function under `skip_serializing_if` leaves a field out.
fn left_out(path: &TokenStream, ty: &syn::Type) -> TokenStream {
    let private = private();
    let text = path.to_string().replace(' ', "");
    let Ok(path) = syn::parse2::<syn::ExprPath>(path.clone()) else {
        return quote!(#private::LeftOut::Unknown(#text));
    };
    let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let (owners, name) = match segments.split_last() {
        Some((name, owners)) => (owners, name.as_str()),
        None => return quote!(#private::LeftOut::Unknown(#text)),
    };
    match (owners.last().map(String::as_str), name) {
        (Some("Option"), "is_none") => return quote!(#private::LeftOut::IfNone),
        (Some("Vec" | "String" | "str" | "BTreeMap"), "is_empty") => {
            return quote!(#private::LeftOut::IfEmpty);
        }
        (None, "is_empty") if path.qself.is_some() => return quote!(#private::LeftOut::IfEmpty),
        (Some("Not"), "not") => return quote!(#private::LeftOut::IfFalse),
        _ => {}
    }
    let of_a_type = owners.last().is_some_and(|owner| owner.chars().next().is_some_and(char::is_uppercase));
    if of_a_type || path.qself.is_some() || is_generic(ty) {
        return quote!(#private::LeftOut::Unknown(#text));
    }
    // The function's name is that of a hidden type as well, if it is `#[pure]`.
    let Some(function) = path.path.segments.last().map(|last| last.ident.clone()) else {
        return quote!(#private::LeftOut::Unknown(#text));
    };
    let mut module = path.path.clone();
    module.segments.pop();
    module.segments.pop_punct();
    let module = if module.segments.is_empty() { quote!(self) } else { quote!(#module) };
    quote! {
        #private::LeftOut::By(#text, |builder, value| {
            #[allow(unused_imports)]
            use #private::NotPure as #function;
            {
                #[allow(unused_imports)]
                use #module::*;
                builder.verdict::<#function, _>(#private::Expr::<<#ty as #private::Data>::Owned>::of(value))
            }
        })
    }
}

/// Whether a type may be a parameter: a single capital letter somewhere in it.
fn is_generic(ty: &syn::Type) -> bool {
    let text = quote!(#ty).to_string();
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|word| word.len() == 1 && word.chars().all(char::is_uppercase))
}

/// The shape of a field's value: its type's, unless functions of the author's write or read it.
fn field_shape(field: &Field) -> TokenStream {
    if field.attrs.serialize_with().is_some() || field.attrs.deserialize_with().is_some() {
        any_shape()
    } else {
        shape_of(field.ty)
    }
}

/// The function that answers `Shape::Any`.
fn any_shape() -> TokenStream {
    let private = private();
    quote!(<#private::serde_json::Value as #private::Data>::shape)
}

fn rust_name(field: &Field) -> String {
    match &field.member {
        syn::Member::Named(ident) => ident.unraw().to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

/// One key for writing and reading, for JSON that no Rust code writes again on its way.
fn refuse_two_names<'a>(
    rust: &str,
    name: &MultiName,
    aliases: impl IntoIterator<Item = &'a Name>,
    refusals: &mut Errors,
) {
    let (written, read) = (name.serialize_name(), name.deserialize_name());
    if written != read {
        // The one that differs from the Rust name is the one that an attribute names.
        let span = if written.value == rust { read.span } else { written.span };
        let message = format!(
            "`{rust}` is written as `{written}` but read as `{read}`; Step Functions hands JSON on as it was written, so one name has to serve for both; write `#[serde(rename = \"{read}\")]`"
        );
        refusals.push(Error::new(span, message));
    }
    for alias in aliases.into_iter().filter(|alias| *alias != written && *alias != read) {
        let message = format!(
            "`{rust}` may be read from `{alias}` as well as from `{read}`, while a state machine looks in one place; remove the alias, and have the caller write `{read}`"
        );
        refusals.push(Error::new(alias.span, message));
    }
}

/// A field or a variant that only one of serde's two directions knows.
fn refuse_half_skipped(
    rust: &(impl ToString + ?Sized),
    attrs: &[Attribute],
    skipped: (bool, bool),
    refusals: &mut Errors,
) {
    let (word, does, but) = match skipped {
        (true, false) => ("skip_serializing", "read", "written"),
        (false, true) => ("skip_deserializing", "written", "read"),
        _ => return,
    };
    let rust = rust.to_string();
    let span = word_span(attrs, "serde", word).unwrap_or_else(Span::call_site);
    let message = format!(
        "`{rust}` is {does} but never {but}; Step Functions hands JSON on as it came, so the value would not be the same there as in this process; write `#[serde(skip)]`, or remove `{word}`"
    );
    refusals.push(Error::new(span, message));
}

/// An unnamed field that serde leaves out moves those behind it to other places.
fn refuse_missing_place(field: &Field, refusals: &mut Errors) {
    let attrs = &field.attrs;
    if attrs.skip_serializing() || attrs.skip_deserializing() || attrs.skip_serializing_if().is_some() {
        let span = ["skip", "skip_serializing", "skip_deserializing", "skip_serializing_if"]
            .into_iter()
            .find_map(|word| word_span(&field.original.attrs, "serde", word))
            .unwrap_or_else(Span::call_site);
        let message = "a field without a name is found by its place, which a skipped field takes from those behind it; name the fields";
        refusals.push(Error::new(span, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The refusals for an item, and whether an impl stands beside them.
    fn refusals(item: TokenStream) -> (Vec<String>, bool) {
        let written = data(item).to_string();
        let messages = written
            .split("compile_error ! { \"")
            .skip(1)
            .filter_map(|rest| rest.split("\" }").next())
            .map(|message| message.replace("\\\"", "\""))
            .collect();
        (messages, written.contains("impl"))
    }

    fn check_refused(item: TokenStream, beginning: &str) {
        let (messages, standing) = refusals(item);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with(beginning), "{}", messages[0]);
        assert!(standing);
    }

    #[track_caller]
    fn check_written(item: TokenStream, parts: &[&str]) {
        let written = data(item).to_string().replace(' ', "");
        for part in parts {
            let part = part.replace(' ', "");
            assert!(written.contains(&part), "no `{part}` in {written}");
        }
        assert!(!written.contains("compile_error"), "{written}");
    }

    #[test]
    fn a_field_has_the_key_that_serde_writes() {
        check_written(
            quote! {
                #[serde(rename_all = "camelCase")]
                struct Order { order_id: String, #[serde(rename = "qty")] quantity: u32, r#type: String }
            },
            &[
                r#"rust: "order_id", json: "orderId""#,
                r#"rust: "quantity", json: "qty""#,
                r#"rust: "type", json: "type""#,
                "<String as ::workflow_core::__private::Data>::shape",
            ],
        );
    }

    #[test]
    fn fields_of_variants_follow_the_rule_for_fields() {
        check_written(
            quote! {
                #[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
                enum Event { OrderPaid { paid_at: String } }
            },
            &[
                r#"Tagging::Internal { tag: "kind" }"#,
                r#"rust: "OrderPaid", json: "order_paid""#,
                r#"rust: "paid_at", json: "paidAt""#,
            ],
        );
    }

    #[test]
    fn a_default_of_the_struct_is_one_of_each_field() {
        check_written(
            quote!(
                #[serde(default)]
                struct A {
                    a: u8,
                }
            ),
            &["has_default: true"],
        );
        check_written(
            quote!(
                struct A {
                    #[serde(default)]
                    a: u8,
                }
            ),
            &["has_default: true"],
        );
        check_written(
            quote!(
                struct A {
                    a: u8,
                }
            ),
            &["has_default: false"],
        );
    }

    #[test]
    fn a_type_parameter_is_bound() {
        check_written(
            quote!(
                struct Page<T> {
                    items: Vec<T>,
                }
            ),
            &["where T: ::workflow_core::__private::Data<Owned = T>"],
        );
    }

    #[test]
    fn a_value_that_a_function_writes_is_any() {
        let any = "shape: <::workflow_core::__private::serde_json::Value as ::workflow_core::__private::Data>::shape";
        check_written(
            quote!(
                struct A {
                    #[serde(with = "millis")]
                    at: Instant,
                }
            ),
            &[any],
        );
        check_written(
            quote!(
                struct A {
                    #[serde(skip)]
                    cache: Cache,
                }
            ),
            &[any, "skip: true"],
        );
        check_written(
            quote!(
                #[serde(into = "String", from = "String")]
                struct A {
                    at: Instant,
                }
            ),
            &["Shape::Any"],
        );
    }

    #[test]
    fn a_mistake_that_serde_reports_is_not_reported_twice() {
        check_written(
            quote!(
                struct A {
                    #[serde(renam = "b")]
                    a: u8,
                }
            ),
            &["Shape::Any"],
        );
    }

    #[test]
    fn what_the_two_readings_would_see_differently_is_refused() {
        check_refused(
            quote!(
                struct A {
                    #[serde(rename(serialize = "b", deserialize = "c"))]
                    a: u8,
                }
            ),
            "`a` is written as `b` but read as `c`; ",
        );
        check_refused(
            quote!(
                struct A {
                    #[serde(alias = "b")]
                    a: u8,
                }
            ),
            "`a` may be read from `b` as well",
        );
        check_refused(
            quote!(
                struct A {
                    #[serde(skip_serializing)]
                    a: u8,
                }
            ),
            "`a` is read but never written; ",
        );
        check_refused(
            quote!(
                struct A {
                    #[serde(skip_deserializing)]
                    a: u8,
                }
            ),
            "`a` is written but never read; ",
        );
        check_refused(
            quote!(
                struct A(#[serde(skip)] u8, u8);
            ),
            "a field without a name is found by its place",
        );
        check_refused(
            quote!(
                #[serde(tag = "t")]
                struct A {
                    a: u8,
                }
            ),
            "`tag` on a struct adds a key",
        );
        check_refused(
            quote!(
                enum A {
                    B,
                    #[serde(other)]
                    C,
                }
            ),
            "`C` stands for any name in Rust",
        );
        check_refused(
            quote!(
                enum A {
                    B,
                    #[serde(untagged)]
                    C(u8),
                }
            ),
            "`untagged` on `C` alone",
        );
        check_refused(
            quote!(
                enum A {
                    #[serde(with = "b")]
                    B(u8),
                }
            ),
            "`with` on a variant replaces",
        );
    }

    #[test]
    fn borrowed_types_and_unions_are_refused() {
        check_refused(
            quote!(
                struct A<'a> {
                    a: &'a str,
                }
            ),
            "`A` borrows for `'a`; ",
        );
        check_refused(quote!(union A { a: u8 }), "`A` is a union");
    }
}
