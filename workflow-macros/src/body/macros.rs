//! `format!`, `vec!` and the macros that have no meaning in a workflow.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, LitStr, Macro, Token, parse::Parser, punctuated::Punctuated, spanned::Spanned};

use super::symbolic::Symbolic;

impl Symbolic<'_> {
    pub(crate) fn macro_call(&mut self, mac: &Macro) -> TokenStream {
        let b = self.b.clone();
        let name = mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "format" => self.format(mac),
            "vec" => match Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
                Ok(elements) => {
                    let elements: Vec<TokenStream> = elements.iter().map(|element| self.expr(element)).collect();
                    quote!(#b.array(&[#(#elements),*]))
                }
                Err(_) => match repeat.parse2(mac.tokens.clone()) {
                    Ok((value, count)) => {
                        let (value, count) = (self.expr(&value), self.expr(&count));
                        quote!(#b.methods().repeated(#value, #count))
                    }
                    Err(_) => self.refuse(mac, "the elements of a list are written `vec![a, b]` or `vec![value; count]`"),
                },
            },
            "matches" => self.matches(mac),
            "jsonata" => self.jsonata(mac),
            "println" | "eprintln" | "print" | "eprint" | "dbg" => self.refuse(
                &mac.path,
                format!("`{name}!` would print in this process, and nothing on Step Functions; the history of an execution says what it did, and a task may log more"),
            ),
            "panic" | "unreachable" | "todo" | "unimplemented" | "assert" | "assert_eq" | "assert_ne"
            | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" => self.refuse(
                &mac.path,
                format!("`{name}!` would panic, which a state machine cannot do; return an `Err(..)` with a name of its own"),
            ),
            "bail" | "ensure" | "anyhow" | "eyre" => self.refuse(
                &mac.path,
                format!("`{name}!` makes an error without a name, by which Step Functions tells errors apart; return a variant of your error type: `return Err(PaymentError::Declined)`"),
            ),
            "json" => self.json(mac),
            "write" | "writeln" => self.refuse(
                &mac.path,
                format!("`{name}!` changes a text in place through a trait, which JSON cannot do; write `text.push_str(&format!(..))`"),
            ),
            "env" | "option_env" | "include_str" => self.refuse(
                &mac.path,
                format!("`{name}!` is read when this program is compiled; give what it reads a name beside the workflow: `const NAME: &str = {name}!(..);`"),
            ),
            "info" | "debug" | "trace" | "warn" | "error" => self.refuse(
                &mac.path,
                format!("`{name}!` would log in this process, and nothing on Step Functions; the history of an execution says what it did, and a task may log more"),
            ),
            "select" => self.refuse(
                &mac.path,
                "`select!` goes on with what ends first, which Step Functions cannot do; `try_join!` ends with the first error, and a call may have a `.timeout(..)`",
            ),
            "defer" | "compensate" => self.refuse(
                &mac.path,
                format!("`{name}!` stands in the block that ends the workflow or an `async` block with `?`, as a statement with others after it; put what it is about into such a block"),
            ),
            _ => self.refuse(
                &mac.path,
                format!("`{name}!` has no meaning in a state machine; `format!`, `vec!`, `matches!` and `jsonata!` have, anything else belongs in a task"),
            ),
        }
    }

    /// `matches!(value, pattern if guard)` is a `match` that gives true or false.
    fn matches(&mut self, mac: &Macro) -> TokenStream {
        let parse = |input: syn::parse::ParseStream<'_>| {
            let value: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let rest: TokenStream = input.parse()?;
            Ok((value, rest))
        };
        let parsed = parse.parse2(mac.tokens.clone()).and_then(|(value, mut rest)| {
            // A comma may follow, as after any argument.
            let mut tokens: Vec<_> = rest.clone().into_iter().collect();
            if matches!(tokens.last(), Some(proc_macro2::TokenTree::Punct(comma)) if comma.as_char() == ',') {
                tokens.pop();
                rest = tokens.into_iter().collect();
            }
            syn::parse2::<Expr>(quote!(match #value { #rest => true, _ => false }))
        });
        match parsed {
            Ok(choice) => self.expr(&choice),
            Err(_) => self.refuse(mac, "the arguments of `matches!` are a value and a pattern"),
        }
    }

    /// `format!("{a} and {}", b)`: text and values one after the other.
    fn format(&mut self, mac: &Macro) -> TokenStream {
        let b = self.b.clone();
        let Ok(arguments) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) else {
            return self.refuse(mac, "the arguments of `format!` could not be read");
        };
        let mut arguments = arguments.into_iter();
        let Some(Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) = arguments.next() else {
            return self.refuse(mac, "the first argument of `format!` is a string literal");
        };
        let mut positional = Vec::new();
        let mut named = Vec::new();
        for argument in arguments {
            match argument {
                Expr::Assign(assign) => named.push(((*assign.left).clone(), (*assign.right).clone())),
                other => positional.push(other),
            }
        }
        let pieces = match pieces(&text.value()) {
            Ok(pieces) => pieces,
            Err(message) => return self.refuse(&text, message),
        };
        let mut next = 0;
        let mut parts = Vec::new();
        for piece in pieces {
            let (argument, spec) = match piece {
                Piece::Text(text) => {
                    parts.push(quote!(#b.text(#text)));
                    continue;
                }
                Piece::Hole(argument, spec) => (argument, spec),
            };
            let value = match argument {
                Argument::Next => {
                    next += 1;
                    positional.get(next - 1).cloned()
                }
                Argument::Place(place) => positional.get(place).cloned(),
                Argument::Name(name) => {
                    let given = named
                        .iter()
                        .find(|(known, _)| matches!(known, Expr::Path(path) if path.path.is_ident(&name)));
                    match given {
                        Some((_, value)) => Some(value.clone()),
                        None => named_local(&name, &text),
                    }
                }
            };
            // rustc reports a missing argument in the native reading.
            let Some(value) = value else { continue };
            let span = value.span();
            let value = self.expr(&value);
            parts.push(match spec {
                None => quote_spanned!(span=> #b.display(#value)),
                Some(spec) => spec.written(&b, span, &value),
            });
        }
        quote!(#b.format(&[#(#parts),*]))
    }
}

/// `value; count`
pub(super) fn repeat(input: syn::parse::ParseStream<'_>) -> syn::Result<(Expr, Expr)> {
    let value = input.parse()?;
    input.parse::<Token![;]>()?;
    Ok((value, input.parse()?))
}

/// A variable named in a format string.
fn named_local(name: &str, text: &LitStr) -> Option<Expr> {
    let ident = syn::parse_str::<Ident>(name).ok()?;
    let ident = Ident::new(&ident.to_string(), text.span());
    Some(syn::parse_quote!(#ident))
}

/// A piece of a format string.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Hole(Argument, Option<Spec>),
}

/// Which argument a hole is for.
#[derive(Debug, PartialEq, Eq)]
enum Argument {
    Next,
    Place(usize),
    Name(String),
}

/// What stands behind the colon in a hole: `fill`, `align`, `sign`, `0`, `width`, `.precision`, `type`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    plus: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    radix: Option<(u32, bool)>,
}

impl Spec {
    /// Reads what a state machine writes as Rust does; nothing for anything else.
    fn read(text: &str) -> Option<Self> {
        let mut spec = Self::default();
        let characters: Vec<char> = text.chars().collect();
        let mut rest = characters.as_slice();
        match rest {
            [fill, align @ ('<' | '>' | '^'), ..] => {
                (spec.fill, spec.align) = (Some(*fill), Some(*align));
                rest = &rest[2..];
            }
            [align @ ('<' | '>' | '^'), ..] => {
                spec.align = Some(*align);
                rest = &rest[1..];
            }
            _ => {}
        }
        if let ['+', ..] = rest {
            spec.plus = true;
            rest = &rest[1..];
        }
        if let ['0', ..] = rest {
            spec.zero = true;
            rest = &rest[1..];
        }
        let mut number = || {
            let digits = rest.iter().take_while(|character| character.is_ascii_digit()).count();
            let number = rest[..digits].iter().collect::<String>().parse().ok();
            rest = &rest[digits..];
            number
        };
        spec.width = number().unwrap_or(0);
        if let ['.', ..] = rest {
            rest = &rest[1..];
            let digits = rest.iter().take_while(|character| character.is_ascii_digit()).count();
            spec.precision = Some(rest[..digits].iter().collect::<String>().parse().ok()?);
            rest = &rest[digits..];
        }
        spec.radix = match rest {
            [] => None,
            ['x'] => Some((16, false)),
            ['X'] => Some((16, true)),
            ['b'] => Some((2, false)),
            ['o'] => Some((8, false)),
            _ => return None,
        };
        Some(spec)
    }

    /// The text of a value.
    fn written(&self, b: &Ident, span: proc_macro2::Span, value: &TokenStream) -> TokenStream {
        let Self { plus, zero, width, .. } = self;
        let fill = self.fill.unwrap_or(' ').to_string();
        let option = |value: Option<TokenStream>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        let align = option(self.align.map(|align| quote!(#align)));
        let text = match self.radix {
            Some((radix, upper)) => quote_spanned!(span=> #b.methods().radix(#value, #radix, #upper)),
            None => match self.precision {
                Some(precision) => quote_spanned!(span=> #b.methods().shown_to(#value, #plus, #precision)),
                None => {
                    quote_spanned!(span=> #b.methods().shown(#value, #plus, ::core::option::Option::None))
                }
            },
        };
        let number = match self.radix {
            Some(_) => quote!(true),
            None => quote_spanned!(span=> #b.methods().is_number(#value)),
        };
        quote_spanned!(span=> #b.methods().padded(#text, #number, #fill, #align, #zero, #width))
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' if characters.peek() == Some(&'{') => {
                characters.next();
                literal.push('{');
            }
            '}' => {
                // `}}`; rustc reports a single one.
                characters.next_if_eq(&'}');
                literal.push('}');
            }
            '{' => {
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                let hole: String = characters.by_ref().take_while(|character| *character != '}').collect();
                let (argument, spec) = hole.split_once(':').unwrap_or((&hole, ""));
                let known = match spec.trim() {
                    "" => None,
                    spec => Some(Spec::read(spec).ok_or_else(|| {
                        format!(
                            "`{{:{spec}}}` has no counterpart that writes the same text in a state machine; write `{{}}`, or format in a task"
                        )
                    })?),
                };
                let argument = argument.trim();
                let argument = if argument.is_empty() {
                    Argument::Next
                } else if let Ok(place) = argument.parse() {
                    Argument::Place(place)
                } else {
                    Argument::Name(argument.to_owned())
                };
                pieces.push(Piece::Hole(argument, known));
            }
            other => literal.push(other),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_string_is_text_and_holes() {
        assert_eq!(
            pieces("{{{a}}} of {}, {1}"),
            Ok(vec![
                Piece::Text("{".into()),
                Piece::Hole(Argument::Name("a".into()), None),
                Piece::Text("} of ".into()),
                Piece::Hole(Argument::Next, None),
                Piece::Text(", ".into()),
                Piece::Hole(Argument::Place(1), None),
            ])
        );
    }

    #[test]
    fn a_format_specification_is_read_or_refused() {
        let spec = Spec { fill: Some('*'), align: Some('>'), width: 5, ..Spec::default() };
        assert_eq!(pieces("{:*>5}"), Ok(vec![Piece::Hole(Argument::Next, Some(spec))]));
        let spec = Spec { zero: true, width: 8, radix: Some((2, false)), ..Spec::default() };
        assert_eq!(pieces("{:08b}"), Ok(vec![Piece::Hole(Argument::Next, Some(spec))]));
        for spec in ["{:?}", "{:#x}", "{:width$}", "{:.*}", "{:e}"] {
            assert!(pieces(spec).is_err_and(|message| message.contains(spec)));
        }
    }
}
