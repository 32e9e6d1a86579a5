//! Characters and their numbers, texts and their bytes.
//!
//! JSONata has no function for the number of a character. `$encodeUrlComponent` writes the bytes of UTF-8 that are
//! no letters, digits or `-_.!~*'()` as `%` and two digits, of which the places in a list of all digits are the
//! values; of the rest the place in the list of all of ASCII.

use super::{
    super::{
        builder::Builder,
        node::{Expr, Node},
        ops::Number,
    },
    Cast, Converted, Methods,
};

/// The number of a byte as `$encodeUrlComponent` writes it, `$_c`.
macro_rules! byte {
    () => {
        r##"($length($_c) = 1 ? 32 + $length($substringBefore(' !"#$%&' & "'" & '()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~', $_c)) : 16 * $length($substringBefore('0123456789ABCDEF', $substring($_c, 1, 1))) + $length($substringBefore('0123456789ABCDEF', $substring($_c, 2, 1))))"##
    };
}

/// The bytes of a text.
const BYTES: &str = concat!(
    "$append([], $map($append([], $match($encodeUrlComponent({0}), /%..|./)).match, function($_c) { ",
    byte!(),
    " })[])"
);

/// The number of a character, of its one to four bytes.
const NUMBER: &str = "($_b := {0}; $_n := $count($_b); $_n = 1 ? $_b[0] \
     : $_n = 2 ? $_b[0] % 32 * 64 + $_b[1] % 64 \
     : $_n = 3 ? $_b[0] % 16 * 4096 + $_b[1] % 64 * 64 + $_b[2] % 64 \
     : $_b[0] % 8 * 262144 + $_b[1] % 64 * 4096 + $_b[2] % 64 * 64 + $_b[3] % 64)";

/// The character of a number.
const CHARACTER: &str = "($_n := {0}; $_h := function($_b) { '%' & $pad($formatBase($_b, 16), -2, '0') }; $decodeUrlComponent(\
     $_n < 128 ? $_h($_n) \
     : $_n < 2048 ? $_h(192 + $floor($_n / 64)) & $_h(128 + $_n % 64) \
     : $_n < 65536 ? $_h(224 + $floor($_n / 4096)) & $_h(128 + $floor($_n / 64) % 64) & $_h(128 + $_n % 64) \
     : $_h(240 + $floor($_n / 262144)) & $_h(128 + $floor($_n / 4096) % 64) & $_h(128 + $floor($_n / 64) % 64) & $_h(128 + $_n % 64)))";

fn number_of(builder: &Builder, character: Node) -> Node {
    let bytes = builder.form(BYTES, &[character]);
    builder.form(NUMBER, &[bytes])
}

#[diagnostic::do_not_recommend]
impl<B: Number> Cast<B> for char {
    fn cast(builder: &Builder, character: Node) -> Node {
        <u32 as Cast<B>>::cast(builder, number_of(builder, character))
    }
}

#[diagnostic::do_not_recommend]
impl Cast<char> for u8 {
    fn cast(builder: &Builder, number: Node) -> Node {
        builder.form(CHARACTER, &[number])
    }
}

macro_rules! widened {
    ($($to:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Converted<$to> for char {
            fn convert(builder: &Builder, character: Node) -> Node {
                number_of(builder, character)
            }
        }
    )*};
}

widened! { u32 u64 }

#[diagnostic::do_not_recommend]
impl Converted<char> for u8 {
    fn convert(builder: &Builder, number: Node) -> Node {
        builder.form(CHARACTER, &[number])
    }
}

impl Methods<'_> {
    /// `bytes`
    pub fn bytes(&self, text: Expr<String>) -> Expr<Vec<u8>> {
        self.form(BYTES, &[text.node()])
    }

    /// `char::from_u32`
    pub fn char_of(&self, number: Expr<u32>) -> Expr<Option<char>> {
        Expr::new(self.0.once("number", number.node(), |number| {
            let character = self.0.form(CHARACTER, &[number]);
            self.0.form("{0} < 55296 or ({0} > 57343 and {0} < 1114112) ? {1} : null", &[number, character])
        }))
    }

    /// `char::from_digit`
    pub fn char_of_digit(&self, digit: Expr<u32>, base: Expr<u32>) -> Expr<Option<char>> {
        self.form(
            "($_d := {0}; $_b := {1}; $_b > 36 ? $error('a base is 36 at most') : $_d < $_b ? $substring('0123456789abcdefghijklmnopqrstuvwxyz', $_d, 1) : null)",
            &[digit.node(), base.node()],
        )
    }

    /// `split` at each character of a kind
    pub fn split_at_each(
        &self,
        text: Expr<String>,
        name: &str,
        test: impl FnOnce(Expr<char>) -> Expr<bool>,
    ) -> Expr<Vec<String>> {
        let builder = self.0;
        let characters = self.chars(text);
        let character = builder.element::<char>(name);
        let splits = test(character).node();
        self.form(
            "$reduce({0}, function($_l, {1}) { {2} ? $append($_l, ['']) : $append($filter($_l, function($_v, $_i) { $_i < $count($_l) - 1 }), [$_l[-1] & {1}]) }, [''])",
            &[characters.node(), character.node(), splits],
        )
    }
}
