//! The text in `#[error("..")]`, taken apart.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, Error, LitStr, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use super::Field;

/// A piece of the text in `#[error("..")]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text as it stands.
    Text(String),
    /// `{field}`.
    Field(String),
}

/// The text of an `#[error(..)]`, taken apart. Empty where `thiserror` reports a mistake.
pub(super) fn message(attr: &Attribute, variant: &Ident, fields: &[Field]) -> Result<Vec<Part>, Error> {
    let Ok(list) = attr.meta.require_list() else { return Ok(Vec::new()) };
    let parser = |input: ParseStream| {
        if input.peek(Ident::peek_any) {
            let word: Ident = Ident::parse_any(input)?;
            input.parse::<TokenStream>()?;
            return Ok(Err(word));
        }
        let text: LitStr = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Ok((text, input.parse::<TokenStream>()?)))
    };
    let (text, arguments) = match parser.parse2(list.tokens.clone()) {
        Err(_) => return Ok(Vec::new()),
        Ok(Err(word)) if word == "transparent" => {
            return Err(Error::new_spanned(
                word,
                format!(
                    "`{variant}` takes its text from another error, which Step Functions cannot ask; mark the field `#[from]`, or write the text: `#[error(\"..\")]`"
                ),
            ));
        }
        Ok(Err(word)) if word == "fmt" => {
            return Err(Error::new_spanned(
                word,
                format!(
                    "`{variant}` takes its text from a function, which Step Functions cannot call; write the text: `#[error(\"..\")]`"
                ),
            ));
        }
        Ok(Err(_)) => return Ok(Vec::new()),
        Ok(Ok(parsed)) => parsed,
    };
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let given = given(arguments, &known)?;
    parts(&text.value(), &known, &given).map_err(|message| Error::new_spanned(text, message))
}

/// An argument behind the text: its name, if it has one, and the field that it is.
pub(super) type Given = (Option<String>, String);

/// The arguments behind the text: `.0`, `.field`, `field` or `name = .field`.
fn given(arguments: TokenStream, fields: &[&str]) -> Result<Vec<Given>, Error> {
    let mut given = Vec::new();
    let arguments: Vec<TokenTree> = arguments.into_iter().collect();
    let is =
        |token: &TokenTree, punct: char| matches!(token, TokenTree::Punct(found) if found.as_char() == punct);
    for argument in arguments.split(|token| is(token, ',')).filter(|argument| !argument.is_empty()) {
        let (name, value) = match argument {
            [name, equals, value @ ..] if is(equals, '=') => (Some(name.to_string()), value),
            value => (None, value),
        };
        let field = match value {
            [dot, field] if is(dot, '.') => field.to_string(),
            [TokenTree::Ident(field)] => field.to_string(),
            _ => String::new(),
        };
        let field = field.strip_prefix("r#").unwrap_or(&field);
        if !fields.contains(&field) {
            return Err(Error::new_spanned(
                argument.iter().cloned().collect::<TokenStream>(),
                "the cause must be the same text on Step Functions, which does not evaluate Rust; write `{field}` in the text, and keep what is computed in a field",
            ));
        }
        given.push((name, field.to_owned()));
    }
    Ok(given)
}

/// A format string of plain text and fields. What `format_args!` reports (an unmatched brace) is
/// left to it.
pub(super) fn parts(text: &str, fields: &[&str], given: &[Given]) -> Result<Vec<Part>, String> {
    let mut next = given.iter().filter(|(name, _)| name.is_none());
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from_brace) = rest.split_at(brace);
        plain.push_str(before);
        if let Some(after) = from_brace.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = from_brace.strip_prefix('}') {
            plain.push('}');
            rest = after.strip_prefix('}').unwrap_or(after);
        } else {
            let Some((inside, after)) = from_brace[1..].split_once('}') else {
                rest = from_brace;
                break;
            };
            let (argument, specification) = inside.split_once(':').unwrap_or((inside, ""));
            let argument = argument.trim();
            let found = match argument {
                "" => next.next(),
                _ if fields.contains(&argument) => None,
                name => given.iter().find(|(known, _)| known.as_deref() == Some(name)),
            };
            let written;
            let inside = match found {
                Some((_, field)) if specification.is_empty() => field,
                Some((_, field)) => {
                    written = format!("{field}:{specification}");
                    &written
                }
                None => inside,
            };
            let field = check_field(inside, fields)?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Field(field.to_owned()));
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// The field between two braces, or why it may not stand there.
fn check_field<'a>(inside: &'a str, fields: &[&str]) -> Result<&'a str, String> {
    let (name, specification) = inside.split_once(':').unwrap_or((inside, ""));
    let name = name.trim();
    if !fields.contains(&name) {
        let known = match fields {
            [] => "this variant has none; give it a field, or write the text out".to_owned(),
            _ => {
                let known: Vec<String> = fields.iter().map(|field| format!("`{{{field}}}`")).collect();
                format!("write {}", known.join(" or "))
            }
        };
        return Err(format!(
            "`{{{inside}}}` is no field of this variant; the cause must be the same text on Step Functions, which knows the fields alone; {known}"
        ));
    }
    if !specification.is_empty() {
        return Err(format!(
            "`{{{inside}}}` asks for a format; the cause must be the same text on Step Functions, which has no formats; write `{{{name}}}`"
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn field(field: &str) -> Part {
        Part::Field(field.to_owned())
    }

    #[test]
    fn a_text_is_taken_apart_at_its_fields() {
        assert_eq!(parts("", &[], &[]).unwrap(), []);
        assert_eq!(parts("busy\n", &[], &[]).unwrap(), [text("busy\n")]);
        assert_eq!(parts("{0}{1}", &["0", "1"], &[]).unwrap(), [field("0"), field("1")]);
        assert_eq!(
            parts("{{{id}}}: declined, {reason }!", &["id", "reason"], &[]).unwrap(),
            [text("{"), field("id"), text("}: declined, "), field("reason"), text("!")]
        );
    }

    #[test]
    fn arguments_are_fields() {
        let given =
            |text: &str| given(text.parse().unwrap(), &["0", "id"]).map_err(|error| error.to_string());
        let place = |field: &str| (None, field.to_owned());
        assert_eq!(given(".0, id, .id,").unwrap(), [place("0"), place("id"), place("id")]);
        assert_eq!(given("it = .0").unwrap(), [(Some("it".to_owned()), "0".to_owned())]);
        assert!(given("id.len()").unwrap_err().contains("does not evaluate Rust"));
        assert!(given("LIMIT").unwrap_err().contains("does not evaluate Rust"));
        let arguments = [place("0"), (Some("it".to_owned()), "id".to_owned())];
        assert_eq!(parts("{}-{it}", &["0", "id"], &arguments).unwrap(), [field("0"), text("-"), field("id")]);
    }

    #[test]
    fn an_unmatched_brace_is_left_to_rustc() {
        assert_eq!(parts("a } b", &[], &[]).unwrap(), [text("a } b")]);
        assert_eq!(parts("a {b", &["b"], &[]).unwrap(), [text("a {b")]);
    }

    #[test]
    fn what_step_functions_cannot_format_is_refused() {
        let check = |text: &str, beginning: &str, end: &str| {
            let message = parts(text, &["id"], &[]).unwrap_err();
            assert!(message.starts_with(beginning) && message.ends_with(end), "{message}");
        };
        check("{id:?}", "`{id:?}` asks for a format; ", "; write `{id}`");
        check("{id:>5}", "`{id:>5}` asks for a format; ", "; write `{id}`");
        check("{}", "`{}` is no field of this variant; ", "; write `{id}`");
        check("{LIMIT}", "`{LIMIT}` is no field of this variant; ", "; write `{id}`");
    }
}
