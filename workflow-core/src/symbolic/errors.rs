//! Errors in the symbolic reading: their names, their fields, and patterns over them.

use crate::error::{ErrorKind, ErrorVariant, WorkflowError};

use super::{
    builder::Builder,
    error_text,
    node::{Arena, BinaryOp, Kind, Node, Presence},
    pattern::Pat,
};

/// What reading a pattern over an error found.
#[derive(Debug, Default)]
pub struct ErrPat {
    /// The names that it takes, by their place in the universe.
    pub(crate) names: Vec<usize>,
    /// Whether it takes names that are not in the universe.
    pub(crate) others: bool,
    /// What must be true beside the name.
    pub(crate) test: Option<Node>,
    /// The bound values in source order.
    pub(crate) bound: Vec<Node>,
}

/// All names of an error type, each once, in declaration order.
pub(crate) fn universe<E: WorkflowError>() -> Vec<&'static str> {
    let mut names = Vec::new();
    names_of(&E::variants(), false, &mut names);
    names
}

/// The names of some variants. What the platform itself may answer belongs to the outermost place
/// for it: with `without_platform`, the places inside do not count.
fn names_of(variants: &[ErrorVariant], without_platform: bool, names: &mut Vec<&'static str>) {
    for variant in variants {
        match &variant.kind {
            ErrorKind::Named { name, .. } if !names.contains(name) => names.push(name),
            ErrorKind::Named { .. } | ErrorKind::Other => {}
            ErrorKind::From(inner) => {
                let inner = inner();
                if !(without_platform && is_platform(&inner)) {
                    names_of(&inner, without_platform || has_platform(variants), names);
                }
            }
        }
    }
}

pub(super) fn is_platform(variants: &[ErrorVariant]) -> bool {
    variants.iter().any(|variant| matches!(variant.kind, ErrorKind::Other))
}

/// Whether the platform's failures have a place of their own here.
pub(super) fn has_platform(variants: &[ErrorVariant]) -> bool {
    variants.iter().any(|variant| matches!(&variant.kind, ErrorKind::From(inner) if is_platform(&inner())))
}

/// The variants of one name of which a pattern takes some and leaves others, if there are any: a state machine
/// sees names only.
fn told_apart(variants: &[ErrorVariant], pat: &Pat) -> Option<(&'static str, [&'static str; 2])> {
    let mut leaves: Vec<(&'static str, &'static str, bool)> = Vec::new();
    leaves_of(variants, &[pat], None, &mut leaves);
    leaves.iter().find_map(|(name, taken_in, taken)| {
        let other = |(known, _, other): &&(&str, &str, bool)| known == name && !other;
        let left_in = leaves.iter().find(other).filter(|_| *taken)?.1;
        Some((*name, [*taken_in, left_in]))
    })
}

/// The names that variants have, each with the outermost variant that it is in, and whether one of the patterns
/// takes it.
fn leaves_of(
    variants: &[ErrorVariant],
    pats: &[&Pat],
    outermost: Option<&'static str>,
    leaves: &mut Vec<(&'static str, &'static str, bool)>,
) {
    fn flat<'a>(pat: &'a Pat, all: &mut Vec<&'a Pat>) {
        match pat {
            Pat::BindAt(inner) => flat(inner, all),
            Pat::Or(alternatives) => alternatives.iter().for_each(|pat| flat(pat, all)),
            pat => all.push(pat),
        }
    }
    let mut all = Vec::new();
    pats.iter().for_each(|pat| flat(pat, &mut all));
    for variant in variants {
        let outermost = outermost.unwrap_or(variant.rust);
        let inside: Vec<&Pat> = all
            .iter()
            .filter_map(|pat| match pat {
                Pat::Any | Pat::Bind => Some(&Pat::Any),
                Pat::Named(name, fields) if *name == variant.rust => {
                    Some(fields.first().map_or(&Pat::Any, |(_, pat)| pat))
                }
                _ => None,
            })
            .collect();
        match &variant.kind {
            ErrorKind::Named { name, .. } => leaves.push((name, outermost, !inside.is_empty())),
            ErrorKind::From(inner) => {
                let inner = inner();
                if !is_platform(&inner) {
                    leaves_of(&inner, &inside, Some(outermost), leaves);
                }
            }
            ErrorKind::Other => {}
        }
    }
}

/// Says what is wrong with a pattern that tells apart what has one name.
fn check_names(problems: &mut Vec<String>, variants: &[ErrorVariant], pat: &Pat, of: &str) {
    if let Some((name, [taken, left])) = told_apart(variants, pat) {
        let advice = match taken == left {
            true => format!("match both, `{taken}` as a whole"),
            false => format!("match both in one arm: `{taken}(_) | {left}(_)`"),
        };
        problems.push(format!(
            "the error name `{name}` stands for two variants of `{of}`, and a `match` tells them apart, while a state \
             machine knows errors by their names; {advice}, or match where each is awaited, or give one of them \
             another name with `#[workflow(name = \"..\")]`"
        ));
    }
}

/// Reads a pattern over the error `error`, an object of `Error` and `Cause`.
pub(crate) fn read<E: WorkflowError>(
    arena: &mut Arena,
    problems: &mut Vec<String>,
    error: Node,
    pat: &Pat,
) -> ErrPat {
    let universe = universe::<E>();
    let variants = E::variants();
    check_names(problems, &variants, pat, std::any::type_name::<E>());
    let mut found = ErrPat::default();
    Reader { arena, problems, universe: &universe, error }.read(&variants, false, pat, &mut found);
    found.names.sort_unstable();
    found.names.dedup();
    found
}

/// Reads a pattern over an error that is data: the names become a test like any other.
pub(crate) fn read_data(
    arena: &mut Arena,
    problems: &mut Vec<String>,
    variants: &[ErrorVariant],
    error: Node,
    pat: &Pat,
) -> ErrPat {
    let mut universe = Vec::new();
    names_of(variants, false, &mut universe);
    check_names(problems, variants, pat, "the error");
    let mut found = ErrPat::default();
    Reader { arena, problems, universe: &universe, error }.read(variants, false, pat, &mut found);
    let test = takes(arena, error, &universe, &found.names, found.others);
    found.test = arena.and(test, found.test);
    found
}

/// Reads patterns over one error.
struct Reader<'a> {
    arena: &'a mut Arena,
    problems: &'a mut Vec<String>,
    universe: &'a [&'static str],
    error: Node,
}

impl Reader<'_> {
    fn read(&mut self, variants: &[ErrorVariant], without_platform: bool, pat: &Pat, found: &mut ErrPat) {
        let place = |name: &str| self.universe.iter().position(|known| *known == name);
        match pat {
            Pat::Any | Pat::Bind => {
                let mut names = Vec::new();
                names_of(variants, without_platform, &mut names);
                found.names.extend(names.into_iter().filter_map(place));
                found.others |= holds_others(variants, without_platform);
                if let Pat::Bind = pat {
                    found.bound.push(self.error);
                }
            }
            Pat::BindAt(inner) => {
                found.bound.push(self.error);
                self.read(variants, without_platform, inner, found);
            }
            Pat::Or(alternatives) => {
                for alternative in alternatives {
                    let before = (found.test, found.bound.len());
                    self.read(variants, without_platform, alternative, found);
                    if (found.test, found.bound.len()) != before {
                        self.problems.push(
                        "alternatives of an error pattern cannot bind or test fields; write an arm for each"
                            .to_owned(),
                    );
                    }
                }
            }
            Pat::Named(name, fields) => {
                let Some(variant) = variants.iter().find(|variant| variant.rust == *name) else {
                    self.problems.push(format!("no error is named by the pattern `{name}`"));
                    return;
                };
                match &variant.kind {
                    ErrorKind::From(inner) => {
                        let inner_pat = fields.first().map_or(&Pat::Any, |(_, pat)| pat);
                        let inner = inner();
                        if without_platform && is_platform(&inner) {
                            // rustc's value never stands here: `?` puts it into the outermost place.
                            let mut nothing = ErrPat::default();
                            self.read(&inner, false, inner_pat, &mut nothing);
                            found.bound.extend(nothing.bound);
                            return;
                        }
                        let without_platform = without_platform || has_platform(variants);
                        let without_platform = without_platform && !is_platform(&inner);
                        self.read(&inner, without_platform, inner_pat, found);
                    }
                    ErrorKind::Other => {
                        found.others = true;
                        for (field, pat) in fields {
                            let value = if *field == "error" {
                                self.arena.field(self.error, "Error".to_owned(), Presence::Certain)
                            } else {
                                self.arena.add(Kind::ErrorCause(self.error))
                            };
                            self.read_field(None, value, pat, found);
                        }
                    }
                    ErrorKind::Named { name, fields: declared, .. } => {
                        found.names.extend(place(name));
                        for (field, pat) in fields {
                            match declared.iter().find(|declared| declared.name == *field) {
                                Some(declared) => {
                                    let data = self.arena.error_data(self.error);
                                    let value =
                                        self.arena.field(data, (*field).to_owned(), Presence::Certain);
                                    self.read_field(Some(declared.shape), value, pat, found);
                                }
                                // The platform's own errors hold their cause and nothing else.
                                None => {
                                    let cause = self.arena.add(Kind::ErrorCause(self.error));
                                    self.read_field(None, cause, pat, found);
                                }
                            }
                        }
                    }
                }
            }
            _ => self.problems.push("an error is matched by its variants".to_owned()),
        }
    }

    fn read_field(
        &mut self,
        shape: Option<fn() -> crate::data::Shape>,
        value: Node,
        pat: &Pat,
        found: &mut ErrPat,
    ) {
        let shape = shape.map_or(crate::data::Shape::Text, |shape| shape());
        let matched = super::pattern::read(self.arena, self.problems, &shape, value, pat);
        found.test = self.arena.and(found.test, matched.test);
        found.bound.extend(matched.bound);
    }
}

fn holds_others(variants: &[ErrorVariant], without_platform: bool) -> bool {
    variants.iter().any(|variant| match &variant.kind {
        ErrorKind::Other => true,
        ErrorKind::From(inner) => {
            let inner = inner();
            match is_platform(&inner) {
                true => !without_platform,
                false => holds_others(&inner, without_platform || has_platform(variants)),
            }
        }
        ErrorKind::Named { .. } => false,
    })
}

/// The error that a variant's literal stands for.
pub(crate) fn literal(
    builder: &Builder,
    variants: &[ErrorVariant],
    rust: &str,
    fields: &[(&'static str, Node)],
) -> Node {
    let add = |kind: Kind| builder.edit(|program| program.arena.add(kind));
    let null = || add(Kind::Literal(serde_json::Value::Null));
    let Some(variant) = variants.iter().find(|variant| variant.rust == rust) else {
        builder.problem(format!("no error is named by `{rust}`"));
        return null();
    };
    let value_of = |field: &str| fields.iter().find(|(name, _)| *name == field).map(|(_, node)| *node);
    match &variant.kind {
        ErrorKind::From(_) => value_of("0").unwrap_or_else(null),
        ErrorKind::Other => {
            let entries = vec![
                ("Error".to_owned(), value_of("error").unwrap_or_else(null)),
                ("Cause".to_owned(), value_of("cause").unwrap_or_else(null)),
            ];
            add(Kind::Object(entries))
        }
        ErrorKind::Named { name, message, fields: declared } => {
            // The platform's own errors hold their cause and nothing else.
            if let (true, Some(cause)) = (declared.is_empty(), value_of("0")) {
                let error = add(Kind::Literal((*name).into()));
                return add(Kind::Object(vec![("Error".to_owned(), error), ("Cause".to_owned(), cause)]));
            }
            let message = error_text::message(builder, message, declared, value_of);
            let message = message.unwrap_or_else(|field| {
                builder.problem(format!(
                    "the text of the error `{name}` has its field `{field}` in it, and no state machine writes that as \
                     `{{}}` does; leave it out of `#[error(\"..\")]`, or have it be text, a whole number, a `Decimal<2>` \
                     or an enum without fields"
                ));
                null()
            });
            let fields = declared
                .iter()
                .filter_map(|field| value_of(field.name).map(|node| (field.name.to_owned(), node)))
                .collect();
            add(Kind::Error { name: (*name).to_owned(), message, fields })
        }
    }
}

/// The test that an arm takes an error: its name is one of `names`, places in the universe, or with
/// `others` none of the rest of it. Nothing where the arm takes every error.
pub(crate) fn takes(
    arena: &mut Arena,
    error: Node,
    universe: &[&'static str],
    names: &[usize],
    others: bool,
) -> Option<Node> {
    let known: Vec<&str> = universe
        .iter()
        .enumerate()
        .filter(|(place, _)| names.contains(place) != others)
        .map(|(_, name)| *name)
        .collect();
    match (others, known.is_empty()) {
        (true, true) => None,
        (true, false) => {
            let test = name_is(arena, error, &known);
            Some(arena.not(test))
        }
        (false, _) => Some(name_is(arena, error, &known)),
    }
}

/// The test that an error's name is one of these.
fn name_is(arena: &mut Arena, error: Node, names: &[&str]) -> Node {
    let name = arena.field(error, "Error".to_owned(), Presence::Certain);
    let tests: Vec<Node> = names
        .iter()
        .map(|known| {
            let known = arena.literal(*known);
            arena.add(Kind::Binary(BinaryOp::Equal, name, known))
        })
        .collect();
    tests
        .into_iter()
        .reduce(|left, right| arena.add(Kind::Binary(BinaryOp::Or, left, right)))
        .unwrap_or_else(|| arena.literal(false))
}
