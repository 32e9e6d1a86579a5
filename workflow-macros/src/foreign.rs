//! Types in the signature of a task or a workflow that no JSON stands for. They are found by how they are written:
//! rustc would name every trait that they lack, one by one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ReturnType, Signature, Type, visit::Visit};

use crate::attributes::{is_result, result_types, typed_arguments};

/// Whether a signature holds such a type, which then means nothing outside of it.
pub(crate) fn is_foreign(signature: &Signature, what: &str) -> bool {
    typed_arguments(signature).any(|argument| foreign(&argument.ty, what).is_some())
        || matches!(&signature.output, ReturnType::Type(_, ty)
            if foreign(ty, what).is_some() || nameless(ty).is_some())
}

/// Whether a type is `State<T>`, which belongs to the process and may hold anything.
fn is_state(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "State"))
}

/// A part of a type that no JSON stands for, and what to write instead.
pub(crate) fn foreign(ty: &Type, what: &str) -> Option<(TokenStream, String)> {
    struct Foreign<'a> {
        what: &'a str,
        found: Option<(TokenStream, String)>,
    }
    impl Foreign<'_> {
        fn found(&mut self, tokens: &impl ToTokens, advice: String) {
            self.found.get_or_insert_with(|| (tokens.to_token_stream(), advice));
        }
    }
    impl<'ast> Visit<'ast> for Foreign<'_> {
        fn visit_type(&mut self, ty: &'ast Type) {
            let what = self.what;
            match ty {
                Type::ImplTrait(_) => self.found(
                    ty,
                    format!("a `#[{what}]` becomes one thing on AWS, so `impl` is not possible here; write out the type"),
                ),
                Type::TraitObject(_) => self.found(
                    ty,
                    format!("what goes in and out of a `#[{what}]` is JSON, which says nothing of a trait's methods; write an enum with a variant for each type there is"),
                ),
                Type::FnPtr(_) | Type::Ptr(_) => self.found(
                    ty,
                    format!("what goes in and out of a `#[{what}]` is JSON, which holds no functions and no addresses; pass a value"),
                ),
                _ => syn::visit::visit_type(self, ty),
            }
        }

        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            let (what, name) = (self.what, segment.ident.to_string());
            let takes = !segment.arguments.is_none();
            match name.as_str() {
                "Rc" | "Arc" | "RefCell" | "Mutex" | "RwLock" if takes => self.found(
                    &segment.ident,
                    format!("what goes in and out of a `#[{what}]` is JSON, which is neither shared nor changed in place; write the type inside, and share what belongs to this process as a task's `State`"),
                ),
                "HashMap" if takes => self.found(
                    &segment.ident,
                    "a `HashMap` has no order, and a workflow does the same on every run; write `BTreeMap`, whose keys are in order".to_owned(),
                ),
                "HashSet" if takes => self.found(
                    &segment.ident,
                    "a `HashSet` has no order, and a workflow does the same on every run; write `BTreeSet`, whose elements are in order".to_owned(),
                ),
                "State" if what == "workflow" && takes => self.found(
                    &segment.ident,
                    "a workflow runs in Step Functions, where the state of this process is out of reach; take it in the task that needs it: `State(pool): State<Pool>`".to_owned(),
                ),
                _ => syn::visit::visit_path_segment(self, segment),
            }
        }
    }
    if what == "task" && is_state(ty) {
        return None;
    }
    // Of an error type something else is said.
    let ty = result_types(ty).filter(|_| is_result(ty)).map_or(ty, |(ok, _)| ok);
    let mut foreign = Foreign { what, found: None };
    foreign.visit_type(ty);
    foreign.found
}

/// The error type in `Result<T, E>`, where it is one without names.
pub(crate) fn nameless(ty: &Type) -> Option<TokenStream> {
    let Type::Path(path) = ty else { return None };
    if let Some(first) = path.path.segments.first()
        && path.path.segments.len() > 1
        && (first.ident == "anyhow" || first.ident == "eyre")
    {
        return Some(quote!(#path));
    }
    let (_, error) = result_types(ty)?;
    let nameless = match error {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let owner = path.path.segments.first().filter(|first| *first != last);
            matches!(last.ident.to_string().as_str(), "String" | "Box")
                || owner.is_some_and(|owner| owner.ident == "anyhow" || owner.ident == "eyre")
        }),
        Type::Tuple(_) => true,
        _ => false,
    };
    nameless.then(|| error.to_token_stream())
}
