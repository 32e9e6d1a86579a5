//! Text. A pattern is text or a character.

use crate::data::{Data, Shape};

use super::{
    super::{
        builder::Builder,
        node::{Expr, Node},
        ops::{Formattable, Write},
    },
    Methods,
    lists::CHARACTERS,
};

/// A part of a text to look for: text or a character.
#[diagnostic::on_unimplemented(
    message = "a state machine does not look for a `{Self}` in a text",
    label = "neither text nor a `char`"
)]
pub trait TextPart {
    /// Whether it is one character.
    #[doc(hidden)]
    const SINGLE: bool;
}

#[diagnostic::do_not_recommend]
impl TextPart for String {
    const SINGLE: bool = false;
}
#[diagnostic::do_not_recommend]
impl TextPart for char {
    const SINGLE: bool = true;
}

/// Text or a character.
#[diagnostic::on_unimplemented(
    message = "a state machine does not know this of a `{Self}`",
    label = "neither text nor a `char`"
)]
pub trait Glyphs: Data {}

#[diagnostic::do_not_recommend]
impl Glyphs for String {}
#[diagnostic::do_not_recommend]
impl Glyphs for char {}

/// What has capitals: the character of one may be several.
#[diagnostic::on_unimplemented(
    message = "a state machine knows no capitals of a `{Self}`",
    label = "neither text nor a `char`"
)]
pub trait Cased {
    /// What it becomes.
    type Cased;
    /// What it becomes.
    #[doc(hidden)]
    fn cased(_: &Builder, text: Node) -> Node {
        text
    }
}

#[diagnostic::do_not_recommend]
impl Cased for String {
    type Cased = String;
}

#[diagnostic::do_not_recommend]
impl Cased for char {
    type Cased = Vec<char>;
    fn cased(builder: &Builder, text: Node) -> Node {
        builder.form(CHARACTERS, &[text])
    }
}

/// The characters that `to_uppercase` of one gives are written one after the other.
#[diagnostic::do_not_recommend]
impl Formattable for Vec<char> {
    const WRITE: Write = Write::AsIs;
    fn text(builder: &Builder, value: Node) -> Node {
        builder.form("$join({0})", &[value])
    }
}

/// What Rust's `trim` takes away: `$trim` takes less, and changes the inside of the text as well.
macro_rules! space {
    ($before:literal, $after:literal) => {
        concat!(
            "$replace({0}, /",
            $before,
            r"[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+",
            $after,
            "/, '')"
        )
    };
}

/// Integers without a sign: Rust writes negative ones in two's complement.
#[diagnostic::on_unimplemented(
    message = "a state machine does not write a `{Self}` in another base as Rust does",
    label = "not an unsigned integer"
)]
pub trait Unsigned {}

#[diagnostic::do_not_recommend]
impl Unsigned for u8 {}
#[diagnostic::do_not_recommend]
impl Unsigned for u16 {}
#[diagnostic::do_not_recommend]
impl Unsigned for u32 {}
#[diagnostic::do_not_recommend]
impl Unsigned for u64 {}
#[diagnostic::do_not_recommend]
impl Unsigned for usize {}

/// What `{:.3}` writes in JSONata as in Rust.
#[diagnostic::on_unimplemented(
    message = "a state machine does not write a `{Self}` as Rust's `{{}}` does",
    label = "cannot be formatted in a workflow",
    note = "text, numbers, booleans and `Decimal<2>` can; format anything else in a task"
)]
pub trait Precise {
    /// Its text.
    #[doc(hidden)]
    fn to(builder: &Builder, value: Node, plus: bool, precision: usize) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Formattable + Data> Precise for T {
    fn to(builder: &Builder, value: Node, plus: bool, precision: usize) -> Node {
        builder.methods().shown_as(Expr::<T>::new(value), plus, Some(precision)).node()
    }
}

/// The digits behind the point are those of the exact value, of which half goes to the even digit, as in
/// Rust. So what the product with a power of ten loses is computed as well, by Dekker's splitting: both parts
/// of the fraction, of 26 bits at most, have exact products with 5^11 and less.
#[diagnostic::do_not_recommend]
impl Precise for f64 {
    fn to(builder: &Builder, value: Node, plus: bool, precision: usize) -> Node {
        const MOST: usize = 11;
        if precision > MOST {
            builder.problem(format!(
                "`{{:.{precision}}}` has more digits than a state machine computes exactly; write {MOST} at most"
            ));
        }
        let digits = precision.min(MOST);
        let scale = builder.number(10_i64.pow(u32::try_from(digits).unwrap_or(0)));
        let sign = builder.text(if plus { "+" } else { "" }).node();
        let digits = builder.number(i64::try_from(digits).unwrap_or(0));
        if precision == 0 {
            return builder.form(
                "($_x := {0}; $_a := $abs($_x); $_i := $floor($_a); $_f := $_a - $_i; \
                 ($_x < 0 ? '-' : {1}) & $formatBase($_f > 0.5 or ($_f = 0.5 and $_i % 2 = 1) ? $_i + 1 : $_i))",
                &[value, sign],
            );
        }
        builder.form(
            "($_x := {0}; $_a := $abs($_x); $_i := $floor($_a); $_f := $_a - $_i; $_p := $_f * {1}; \
             $_c := 134217729 * $_f; $_h := $_c - ($_c - $_f); $_e := ($_h * {1} - $_p) + ($_f - $_h) * {1}; \
             $_r := $floor($_p); $_d := $_p - $_r; \
             $_u := $_d > 0.5 or ($_d = 0.5 and ($_e > 0 or ($_e = 0 and $_r % 2 = 1))); \
             $_q := $_u ? $_r + 1 : $_r; $_w := $_q >= {1}; ($_x < 0 ? '-' : {3}) & $formatBase($_w ? $_i + 1 : $_i) & \
             '.' & $pad($formatBase($_w ? 0 : $_q), -{2}, '0'))",
            &[value, scale, digits, sign],
        )
    }
}

impl Methods<'_> {
    /// `{:x}` and its kin
    pub fn radix<T: Unsigned>(&self, number: Expr<T>, radix: u32, upper: bool) -> Expr<String> {
        let radix = self.0.number(radix.into());
        match upper {
            true => self.text("$uppercase($formatBase({0}, {1}))", &[number.node(), radix]),
            false => self.text("$formatBase({0}, {1})", &[number.node(), radix]),
        }
    }

    /// `{}`, `{:+}` and `{:.3}`
    pub fn shown<T: Formattable + Data>(
        &self,
        value: Expr<T>,
        plus: bool,
        precision: Option<usize>,
    ) -> Expr<String> {
        self.shown_as(value, plus, precision)
    }

    /// `{:.3}`
    pub fn shown_to<T: Precise>(&self, value: Expr<T>, plus: bool, precision: usize) -> Expr<String> {
        Expr::new(T::to(self.0, value.node(), plus, precision))
    }

    fn shown_as<T: Formattable + Data>(
        &self,
        value: Expr<T>,
        plus: bool,
        precision: Option<usize>,
    ) -> Expr<String> {
        if matches!(T::shape(), Shape::Enum { .. }) {
            self.0.problem(
                "a `Display` of one's own may heed a width or not, which a state machine does not know; take \
                 `.to_string()` first"
                    .to_owned(),
            );
        }
        let text = self.0.display(value);
        match (plus && self.is_number(value), precision) {
            (true, _) => self.text("({0} < 0 ? '' : '+') & {1}", &[value.node(), text.node()]),
            (false, Some(precision)) if !self.is_number(value) => {
                let precision = self.0.number(i64::try_from(precision).unwrap_or(i64::MAX));
                self.text("$substring({0}, 0, {1})", &[text.node(), precision])
            }
            _ => text,
        }
    }

    /// Whether a value stands at the right of its width, where nothing else is said.
    pub fn is_number<T: Data>(&self, _: Expr<T>) -> bool {
        matches!(T::shape(), Shape::Integer { .. } | Shape::Float)
    }

    /// A text with a width. `zero` puts zeros between the sign and the digits of a number.
    pub fn padded(
        &self,
        text: Expr<String>,
        number: bool,
        fill: &str,
        align: Option<char>,
        zero: bool,
        width: usize,
    ) -> Expr<String> {
        if width == 0 {
            return text;
        }
        let width = self.0.number(i64::try_from(width).unwrap_or(i64::MAX));
        let (text, fill) = (text.node(), self.0.text(fill).node());
        match align {
            _ if zero && number => self.text(
                "($_t := {0}; $_s := $substring($_t, 0, 1) in ['-', '+'] ? $substring($_t, 0, 1) : ''; \
                 $_s & $pad($substring($_t, $length($_s)), $length($_s) - {1}, '0'))",
                &[text, width],
            ),
            Some('^') => self.text(
                "($_t := {0}; $_n := $length($_t); $_n >= {1} ? $_t : \
                 $pad($pad($_t, -($_n + $floor(({1} - $_n) / 2)), {2}), {1}, {2}))",
                &[text, width, fill],
            ),
            Some('<') => self.text("$pad({0}, {1}, {2})", &[text, width, fill]),
            None if !number => self.text("$pad({0}, {1}, {2})", &[text, width, fill]),
            _ => self.text("$pad({0}, -{1}, {2})", &[text, width, fill]),
        }
    }

    fn text(&self, text: &'static str, parts: &[Node]) -> Expr<String> {
        self.form(text, parts)
    }

    /// `chars`
    pub fn chars(&self, text: Expr<String>) -> Expr<Vec<char>> {
        Expr::new(self.0.once("text", text.node(), |text| self.0.form(CHARACTERS, &[text])))
    }

    /// `trim`
    pub fn trim(&self, text: Expr<String>) -> Expr<String> {
        let start = self.trim_start(text);
        self.trim_end(start)
    }

    /// `trim_start`
    pub fn trim_start(&self, text: Expr<String>) -> Expr<String> {
        self.text(space!("^", ""), &[text.node()])
    }

    /// `trim_end`
    pub fn trim_end(&self, text: Expr<String>) -> Expr<String> {
        self.text(space!("", "$"), &[text.node()])
    }

    /// `to_uppercase`
    pub fn to_uppercase<T: Cased>(&self, text: Expr<T>) -> Expr<T::Cased> {
        Expr::new(T::cased(self.0, self.0.form("$uppercase({0})", &[text.node()])))
    }

    /// `to_lowercase`
    pub fn to_lowercase<T: Cased>(&self, text: Expr<T>) -> Expr<T::Cased> {
        Expr::new(T::cased(self.0, self.0.form("$lowercase({0})", &[text.node()])))
    }

    /// `to_ascii_uppercase`
    pub fn to_ascii_uppercase<T: Glyphs>(&self, text: Expr<T>) -> Expr<T> {
        self.form("$replace({0}, /[a-z]+/, function($_m) { $uppercase($_m.match) })", &[text.node()])
    }

    /// `to_ascii_lowercase`
    pub fn to_ascii_lowercase<T: Glyphs>(&self, text: Expr<T>) -> Expr<T> {
        self.form("$replace({0}, /[A-Z]+/, function($_m) { $lowercase($_m.match) })", &[text.node()])
    }

    /// `eq_ignore_ascii_case`
    pub fn eq_ignore_ascii_case<T: Glyphs>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        let (left, right) = (self.to_ascii_lowercase(left), self.to_ascii_lowercase(right));
        self.0.eq(left, right)
    }

    /// `replace`
    pub fn replace<P: TextPart>(
        &self,
        text: Expr<String>,
        part: Expr<P>,
        with: Expr<String>,
    ) -> Expr<String> {
        let (text, part, with) = (text.node(), part.node(), with.node());
        if self.0.known_text(part, |part| !part.is_empty()) {
            return self.text("$replace({0}, {1}, {2})", &[text, part, with]);
        }
        // Rust puts the new text before and after every character.
        Expr::new(self.0.once("text", text, |text| {
            let characters = self.0.form(CHARACTERS, &[text]);
            self.0.form(
                "($_p := {1}; $_w := {2}; $_p = '' ? $_w & $join($append([], $map({3}, function($_c) { $_c & $_w }))) : $replace({0}, $_p, $_w))",
                &[text, part, with, characters],
            )
        }))
    }

    /// `split`
    pub fn split<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<Vec<String>> {
        let (text, part) = (text.node(), part.node());
        if self.0.known_text(part, |part| !part.is_empty()) {
            return self.form("$split({0}, {1})", &[text, part]);
        }
        Expr::new(self.0.once("text", text, |text| {
            let characters = self.0.form(CHARACTERS, &[text]);
            self.0.form(
                "($_p := {1}; $_p = '' ? $append($append([''], {2}), ['']) : $split({0}, $_p))",
                &[text, part, characters],
            )
        }))
    }

    /// `split_whitespace`
    pub fn split_whitespace(&self, text: Expr<String>) -> Expr<Vec<String>> {
        self.form(
            r"$append([], $filter($split({0}, /[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/), function($_v) { $_v != '' })[])",
            &[text.node()],
        )
    }

    /// `lines`
    pub fn lines(&self, text: Expr<String>) -> Expr<Vec<String>> {
        self.form(
            r"($_l := $split({0}, /\r?\n/); $_l[-1] = '' ? $append([], $filter($_l, function($_v, $_i) { $_i < $count($_l) - 1 })[]) : $_l)",
            &[text.node()],
        )
    }

    /// `split_once`
    pub fn split_once<P: TextPart>(
        &self,
        text: Expr<String>,
        part: Expr<P>,
    ) -> Expr<Option<(String, String)>> {
        Expr::new(self.0.once("text", text.node(), |text| {
            self.0.form(
                "$contains({0}, {1}) ? [$substringBefore({0}, {1}), $substringAfter({0}, {1})] : null",
                &[text, part.node()],
            )
        }))
    }

    /// `find` on a text: the number of bytes before.
    pub fn find_text<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<Option<usize>> {
        Expr::new(self.0.once("text", text.node(), |text| {
            let before = self.0.form("$substringBefore({0}, {1})", &[text, part.node()]);
            let len = self.len(Expr::<String>::new(before));
            self.0.form("$contains({0}, {1}) ? {2} : null", &[text, part.node(), len.node()])
        }))
    }

    /// `starts_with`
    pub fn starts_with<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<bool> {
        self.form("$substring({0}, 0, $length({1})) = {1}", &[text.node(), part.node()])
    }

    /// `ends_with`
    pub fn ends_with<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<bool> {
        Expr::new(self.ending(text.node(), part.node(), |ends, _| ends))
    }

    /// Whether a text ends with a part, and what stands before.
    fn ending(&self, text: Node, part: Node, make: impl FnOnce(Node, Node) -> Node) -> Node {
        self.0.once("text", text, |text| {
            let start = self.0.form("$length({0}) - $length({1})", &[text, part]);
            let ends = self.0.form("{2} >= 0 and $substring({0}, {2}) = {1}", &[text, part, start]);
            let before = self.0.form("$substring({0}, 0, {1})", &[text, start]);
            make(ends, before)
        })
    }

    /// `strip_prefix`
    pub fn strip_prefix<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<Option<String>> {
        Expr::new(self.0.once("text", text.node(), |text| {
            let starts = self.starts_with(Expr::new(text), part);
            self.0.form("{2} ? $substring({0}, $length({1})) : null", &[text, part.node(), starts.node()])
        }))
    }

    /// `strip_suffix`
    pub fn strip_suffix<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<Option<String>> {
        Expr::new(self.ending(text.node(), part.node(), |ends, before| {
            self.0.form("{0} ? {1} : null", &[ends, before])
        }))
    }

    /// Says that a method takes one character alone: longer texts may overlap themselves.
    fn single<P: TextPart>(&self, part: Expr<P>, method: &str) {
        if !P::SINGLE && !self.0.known_text(part.node(), |part| part.chars().count() == 1) {
            self.0.problem(format!("`.{method}(..)` looks for one character in a workflow: write a `char`"));
        }
    }

    /// `splitn`
    pub fn splitn<P: TextPart>(
        &self,
        text: Expr<String>,
        n: Expr<usize>,
        part: Expr<P>,
    ) -> Expr<Vec<String>> {
        let parts = self.split(text, part);
        self.form(
            "($_l := {0}; $_n := {1}; $count($_l) <= $_n ? $_l : $_n = 0 ? [] : $append($append([], $filter($_l, function($_v, $_i) { $_i < $_n - 1 })[]), [$join($filter($_l, function($_v, $_i) { $_i >= $_n - 1 }), {2})]))",
            &[parts.node(), n.node(), part.node()],
        )
    }

    /// `rsplit`
    pub fn rsplit<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<Vec<String>> {
        self.single(part, "rsplit");
        let parts = self.split(text, part);
        self.form("$reverse({0})", &[parts.node()])
    }

    /// `rsplit_once`
    pub fn rsplit_once<P: TextPart>(
        &self,
        text: Expr<String>,
        part: Expr<P>,
    ) -> Expr<Option<(String, String)>> {
        self.single(part, "rsplit_once");
        let parts = self.split(text, part);
        self.form(
            "($_l := {0}; $_n := $count($_l) - 1; $_n < 1 ? null : [$join($filter($_l, function($_v, $_i) { $_i < $_n }), {1}), $_l[-1]])",
            &[parts.node(), part.node()],
        )
    }

    /// `trim_start_matches`
    pub fn trim_start_matches<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<String> {
        self.single(part, "trim_start_matches");
        Expr::new(self.0.once("text", text.node(), |text| {
            self.0.form(
                "$substring({0}, $append($filter([0..$length({0}) - 1], function($_i) { $substring({0}, $_i, 1) != {1} }), $length({0}))[0])",
                &[text, part.node()],
            )
        }))
    }

    /// `trim_end_matches`
    pub fn trim_end_matches<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<String> {
        self.single(part, "trim_end_matches");
        Expr::new(self.0.once("text", text.node(), |text| {
            self.0.form(
                "$substring({0}, 0, $append([-1], $filter([0..$length({0}) - 1], function($_i) { $substring({0}, $_i, 1) != {1} }))[-1] + 1)",
                &[text, part.node()],
            )
        }))
    }

    /// `trim_matches`
    pub fn trim_matches<P: TextPart>(&self, text: Expr<String>, part: Expr<P>) -> Expr<String> {
        let ended = self.trim_end_matches(text, part);
        self.trim_start_matches(ended, part)
    }

    /// `trim_matches` with a closure
    pub fn trim_each(
        &self,
        text: Expr<String>,
        name: &str,
        body: impl FnOnce(Expr<char>) -> Expr<bool>,
    ) -> Expr<String> {
        self.trimmed(text, name, body, "$_k[0]", "$_k[-1]")
    }

    /// `trim_start_matches` with a closure
    pub fn trim_start_each(
        &self,
        text: Expr<String>,
        name: &str,
        body: impl FnOnce(Expr<char>) -> Expr<bool>,
    ) -> Expr<String> {
        self.trimmed(text, name, body, "$_k[0]", "$count($_c)")
    }

    /// `trim_end_matches` with a closure
    pub fn trim_end_each(
        &self,
        text: Expr<String>,
        name: &str,
        body: impl FnOnce(Expr<char>) -> Expr<bool>,
    ) -> Expr<String> {
        self.trimmed(text, name, body, "0", "$_k[-1]")
    }

    /// The characters from one place to another, which know `$_k`, the places of those that stay in any case.
    fn trimmed(
        &self,
        text: Expr<String>,
        name: &str,
        body: impl FnOnce(Expr<char>) -> Expr<bool>,
        start: &'static str,
        end: &'static str,
    ) -> Expr<String> {
        let characters = self.chars(text);
        let (character, trims) = self.lambda(name, body);
        let (start, end) = (self.0.form(start, &[]), self.0.form(end, &[]));
        self.form(
            "($_c := {0}; $_k := $append([], $filter([0..$count($_c) - 1], function($_i) { \
             ({1} := $_c[$_i]; $not({2})) })[]); $count($_k) = 0 ? '' : \
             $join($append([], $filter($_c, function($_v, $_i) { $_i >= {3} and $_i <= {4} }))))",
            &[characters.node(), character, trims, start, end],
        )
    }

    /// `repeat`
    pub fn repeat(&self, text: Expr<String>, count: Expr<usize>) -> Expr<String> {
        self.text("$join($append([], $map([1..{1}], function() { {0} })))", &[text.node(), count.node()])
    }

    fn matches(&self, text: &'static str, character: Node) -> Expr<bool> {
        self.form(text, &[character])
    }

    /// `is_ascii_digit`
    pub fn is_ascii_digit(&self, character: Expr<char>) -> Expr<bool> {
        self.matches("$contains({0}, /[0-9]/)", character.node())
    }

    /// `is_ascii_alphabetic`
    pub fn is_ascii_alphabetic(&self, character: Expr<char>) -> Expr<bool> {
        self.matches("$contains({0}, /[A-Za-z]/)", character.node())
    }

    /// `is_ascii_alphanumeric`
    pub fn is_ascii_alphanumeric(&self, character: Expr<char>) -> Expr<bool> {
        self.matches("$contains({0}, /[0-9A-Za-z]/)", character.node())
    }

    /// `is_ascii_uppercase`
    pub fn is_ascii_uppercase(&self, character: Expr<char>) -> Expr<bool> {
        self.matches("$contains({0}, /[A-Z]/)", character.node())
    }

    /// `is_ascii_lowercase`
    pub fn is_ascii_lowercase(&self, character: Expr<char>) -> Expr<bool> {
        self.matches("$contains({0}, /[a-z]/)", character.node())
    }

    /// `is_whitespace`
    pub fn is_whitespace(&self, character: Expr<char>) -> Expr<bool> {
        self.matches(
            r"$contains({0}, /[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/)",
            character.node(),
        )
    }

    /// `to_digit(10)`
    pub fn to_digit(&self, character: Expr<char>) -> Expr<Option<u32>> {
        self.form("$contains({0}, /[0-9]/) ? $number({0}) : null", &[character.node()])
    }
}
