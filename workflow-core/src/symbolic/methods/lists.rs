//! Lists: what is in them, parts of them, and new ones in their place.

use std::collections::BTreeMap;

use crate::data::{Data, MapKey, Shape};

use super::{
    super::{
        builder::Builder,
        node::{BinaryOp, Expr, Kind, Node},
    },
    Methods,
    iterators::{Flattened, Inner, Iterable},
    options::Holder,
    order::is_literal,
};

/// The characters of a text, as a list.
pub(super) const CHARACTERS: &str =
    "($_s := {0}; $append([], $map([0..$length($_s) - 1], function($_i) { $substring($_s, $_i, 1) })[]))";

/// The bytes of a text in UTF-8: `$encodeUrlComponent` writes each as one character, or as three with a `%`.
macro_rules! bytes {
    ($text:literal) => {
        concat!("$length($replace($encodeUrlComponent(", $text, "), /%../, '-'))")
    };
}

/// What `contains` looks into.
#[diagnostic::on_unimplemented(
    message = "a state machine does not look for a `{U}` in a `{Self}` as Rust does",
    note = "text is found in text, and values in lists of them; use `.iter().any(|item| ..)`"
)]
pub trait Container<U> {
    /// Whether it contains the part.
    #[doc(hidden)]
    fn contains(builder: &Builder, container: Node, part: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Data> Container<T> for Vec<T> {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        match T::shape() {
            Shape::Text | Shape::Integer { .. } | Shape::Float | Shape::Bool => {
                builder.edit(|program| program.arena.add(Kind::Binary(BinaryOp::In, part, container)))
            }
            Shape::Timestamp => {
                let millis = crate::symbolic::time::millis_of(builder, part);
                let text = "$count($filter({0}, function($_v) { $toMillis($_v) = {1} })) > 0";
                builder.form(text, &[container, millis])
            }
            _ => builder.form("$count($filter({0}, function($_v) { $_v = {1} })) > 0", &[container, part]),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Container<String> for String {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        builder.form("$contains({0}, {1})", &[container, part])
    }
}

#[diagnostic::do_not_recommend]
impl Container<char> for String {
    fn contains(builder: &Builder, container: Node, part: Node) -> Node {
        builder.form("$contains({0}, {1})", &[container, part])
    }
}

/// A type with `len`.
#[diagnostic::on_unimplemented(
    message = "a state machine does not know the length of a `{Self}`",
    label = "neither a list nor text nor a `BTreeMap`"
)]
pub trait Measured {
    /// How long it is.
    #[doc(hidden)]
    fn len(builder: &Builder, value: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Measured for Vec<T> {
    fn len(builder: &Builder, value: Node) -> Node {
        builder.form("$count({0})", &[value])
    }
}

#[diagnostic::do_not_recommend]
impl Measured for String {
    fn len(builder: &Builder, value: Node) -> Node {
        builder.form(bytes!("{0}"), &[value])
    }
}

#[diagnostic::do_not_recommend]
impl<K, T> Measured for BTreeMap<K, T> {
    fn len(builder: &Builder, value: Node) -> Node {
        builder.form("$count($keys({0}))", &[value])
    }
}

/// A type with `is_empty`.
#[diagnostic::on_unimplemented(
    message = "a state machine does not know whether a `{Self}` is empty",
    label = "neither text nor a list nor a `BTreeMap`"
)]
pub trait Emptiable {
    /// Whether it is.
    #[doc(hidden)]
    fn is_empty(builder: &Builder, value: Node) -> Node;
}

fn of_no_length<M: Measured>(builder: &Builder, value: Node) -> Node {
    let (len, none) = (M::len(builder, value), builder.number(0));
    builder.edit(|program| program.arena.binary(BinaryOp::Equal, len, none))
}

#[diagnostic::do_not_recommend]
impl Emptiable for String {
    fn is_empty(builder: &Builder, value: Node) -> Node {
        let empty = builder.text("").node();
        builder.edit(|program| program.arena.binary(BinaryOp::Equal, value, empty))
    }
}

#[diagnostic::do_not_recommend]
impl<T> Emptiable for Vec<T> {
    fn is_empty(builder: &Builder, value: Node) -> Node {
        of_no_length::<Self>(builder, value)
    }
}

#[diagnostic::do_not_recommend]
impl<K, T> Emptiable for BTreeMap<K, T> {
    fn is_empty(builder: &Builder, value: Node) -> Node {
        of_no_length::<Self>(builder, value)
    }
}

/// What an index or `get` reads.
#[diagnostic::on_unimplemented(
    message = "a state machine finds no `{K}` in a `{Self}`",
    note = "a list has elements at places of type `usize`, a `BTreeMap` values under its keys; for a part of a text use `.chars()`, `.split(..)` or `.strip_prefix(..)`"
)]
pub trait Indexed<K> {
    /// What is found.
    type Value;
    /// What is there; where nothing is, `otherwise`.
    #[doc(hidden)]
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node;
    /// The same with another value there.
    #[doc(hidden)]
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node;
}

const OUT_OF_RANGE: &str =
    "($_i := {1}; $_i >= 0 and $_i < $count({0}) ? {0}[$_i] : $error('the index is out of range'))";

#[diagnostic::do_not_recommend]
impl<T> Indexed<usize> for Vec<T> {
    type Value = T;
    fn at(builder: &Builder, from: Node, key: Node, fails: bool) -> Node {
        builder.once("list", from, |from| {
            let text = match (fails, is_literal(builder, key)) {
                (true, true) => "{1} < $count({0}) ? {0}[{1}] : $error('the index is out of range')",
                (true, false) => OUT_OF_RANGE,
                (false, true) => "{1} < $count({0}) ? {0}[{1}] : null",
                (false, false) => "($_i := {1}; $_i >= 0 and $_i < $count({0}) ? {0}[$_i] : null)",
            };
            builder.form(text, &[from, key])
        })
    }
    fn put(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        builder.once("list", into, |into| {
            builder.form(
                "($_n := {1}; $_n >= 0 and $_n < $count({0}) \
                 ? $append([], $map({0}, function($_v, $_i) { $_i = $_n ? {2} : $_v })[]) : $error('the index is out of range'))",
                &[into, key, value],
            )
        })
    }
}

/// What `list[a..b]` is a part of.
#[diagnostic::on_unimplemented(
    message = "a state machine takes no part out of a `{Self}`",
    label = "not a list",
    note = "a range of a text counts its bytes, which JSONata does not know; use `.chars().skip(..).take(..)`, `.strip_prefix(..)` or `.split(..)`"
)]
pub trait Sliced {}

#[diagnostic::do_not_recommend]
impl<T> Sliced for Vec<T> {}

/// What `insert` adds to.
pub trait Inserted<K, V> {
    /// What stood there before.
    type Old;
    /// What stood there before.
    #[doc(hidden)]
    fn old(builder: &Builder, into: Node, key: Node) -> Node;
    /// The same with one more.
    #[doc(hidden)]
    fn insert(builder: &Builder, into: Node, key: Node, value: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T: Data> Inserted<usize, T> for Vec<T> {
    type Old = ();
    fn old(builder: &Builder, _: Node, _: Node) -> Node {
        builder.null()
    }
    fn insert(builder: &Builder, into: Node, key: Node, value: Node) -> Node {
        let one = super::one::<T>(builder, value);
        builder.once("list", into, |into| {
            builder.form(
                "($_n := {1}; $_n >= 0 and $_n <= $count({0}) \
                 ? $append($append($append([], $filter({0}, function($_v, $_i) { $_i < $_n })[]), {2}), \
                 $filter({0}, function($_v, $_i) { $_i >= $_n })[]) : $error('the index is out of range'))",
                &[into, key, one],
            )
        })
    }
}

/// What `remove` takes from.
pub trait Removed<K> {
    /// What was there.
    type Old;
    /// What was there.
    #[doc(hidden)]
    fn old(builder: &Builder, from: Node, key: Node) -> Node;
    /// The same without it.
    #[doc(hidden)]
    fn remove(builder: &Builder, from: Node, key: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Removed<usize> for Vec<T> {
    type Old = T;
    fn old(builder: &Builder, from: Node, key: Node) -> Node {
        Self::at(builder, from, key, true)
    }
    fn remove(builder: &Builder, from: Node, key: Node) -> Node {
        builder.once("list", from, |from| {
            builder.form(
                "($_n := {1}; $_n >= 0 and $_n < $count({0}) \
                 ? $append([], $filter({0}, function($_v, $_i) { $_i != $_n })[]) : $error('the index is out of range'))",
                &[from, key],
            )
        })
    }
}

/// What may hold something under a key.
pub trait Keyed<K> {
    /// Whether it does.
    #[doc(hidden)]
    fn holds(builder: &Builder, of: Node, key: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Keyed<usize> for Vec<T> {
    fn holds(builder: &Builder, of: Node, key: Node) -> Node {
        builder.form("{1} >= 0 and {1} < $count({0})", &[of, key])
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Keyed<K> for BTreeMap<K, T> {
    fn holds(builder: &Builder, of: Node, key: Node) -> Node {
        builder.methods().contains_key(Expr::<Self>::new(of), Expr::new(key)).node()
    }
}

/// What `clear` empties.
pub trait Cleared {
    /// An empty one.
    #[doc(hidden)]
    fn empty(builder: &Builder) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Cleared for Vec<T> {
    fn empty(builder: &Builder) -> Node {
        builder.edit(|program| program.arena.add(Kind::Array(Vec::new())))
    }
}

#[diagnostic::do_not_recommend]
impl Cleared for String {
    fn empty(builder: &Builder) -> Node {
        builder.text("").node()
    }
}

#[diagnostic::do_not_recommend]
impl<K, T> Cleared for BTreeMap<K, T> {
    fn empty(builder: &Builder) -> Node {
        builder.edit(|program| program.arena.add(Kind::Object(Vec::new())))
    }
}

/// What `pop` and `truncate` shorten.
#[diagnostic::on_unimplemented(
    message = "a state machine does not shorten a `{Self}`",
    label = "neither a list nor text"
)]
pub trait Ended {
    /// What is at its end.
    type Last;
    /// What is at its end, if anything is.
    #[doc(hidden)]
    fn last(builder: &Builder, of: Node) -> Node;
    /// The rest.
    #[doc(hidden)]
    fn without_last(builder: &Builder, of: Node) -> Node;
    /// So much from its beginning.
    #[doc(hidden)]
    fn truncated(builder: &Builder, of: Node, len: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Ended for Vec<T> {
    type Last = T;
    fn last(builder: &Builder, of: Node) -> Node {
        builder.methods().last(Expr::<Self>::new(of)).node()
    }
    fn without_last(builder: &Builder, of: Node) -> Node {
        builder.once("list", of, |list| {
            builder.form("$append([], $filter({0}, function($_v, $_i) { $_i < $count({0}) - 1 })[])", &[list])
        })
    }
    fn truncated(builder: &Builder, of: Node, len: Node) -> Node {
        builder.methods().take(Expr::<Self>::new(of), Expr::new(len)).node()
    }
}

/// A length counts bytes, of which a character may be several.
#[diagnostic::do_not_recommend]
impl Ended for String {
    type Last = char;
    fn last(builder: &Builder, of: Node) -> Node {
        builder.once("text", of, |text| builder.form("{0} = '' ? null : $substring({0}, -1)", &[text]))
    }
    fn without_last(builder: &Builder, of: Node) -> Node {
        builder.once("text", of, |text| builder.form("$substring({0}, 0, $length({0}) - 1)", &[text]))
    }
    fn truncated(builder: &Builder, of: Node, len: Node) -> Node {
        builder.once("text", of, |text| {
            let from_start = concat!(
                "($_n := {1}; $_t := $join($append([], $filter($split({0}, ''), function($_c, $_i) { ",
                bytes!("$substring({0}, 0, $_i + 1)"),
                " <= $_n }))); ",
                bytes!("$_t"),
                " = $_n or $_t = {0} ? $_t : $error('this is no boundary of characters'))"
            );
            builder.form(from_start, &[text, len])
        })
    }
}

/// What `extend` adds to.
#[diagnostic::on_unimplemented(message = "a state machine does not extend a `{Self}` with a `{I}`")]
pub trait Extended<I> {
    /// The same with more at the end.
    #[doc(hidden)]
    fn extend(builder: &Builder, list: Node, more: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T, I: Iterable<Item = T>> Extended<I> for Vec<T> {
    fn extend(builder: &Builder, list: Node, more: Node) -> Node {
        let more = I::elements(builder, more);
        builder.form("$append({0}, {1})", &[list, more])
    }
}

#[diagnostic::do_not_recommend]
impl<K, T> Extended<BTreeMap<K, T>> for BTreeMap<K, T> {
    fn extend(builder: &Builder, list: Node, more: Node) -> Node {
        builder.form("$merge([{0}, {1}])", &[list, more])
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Extended<Vec<(K, T)>> for BTreeMap<K, T> {
    fn extend(builder: &Builder, map: Node, more: Node) -> Node {
        let more = <Self as super::Collected<(K, T)>>::collect(builder, more);
        builder.form("$merge([{0}, {1}])", &[map, more])
    }
}

/// What `join` and `concat` put together.
#[diagnostic::on_unimplemented(
    message = "a state machine does not join a list of `{Self}`",
    label = "not text",
    note = "text is joined with text between, and lists with `.concat()`"
)]
pub trait Joined {
    /// What becomes of them.
    type Whole;
    /// All together.
    #[doc(hidden)]
    fn concat(builder: &Builder, list: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl Joined for String {
    type Whole = String;
    fn concat(builder: &Builder, list: Node) -> Node {
        builder.form("$join({0})", &[list])
    }
}

#[diagnostic::do_not_recommend]
impl<T> Joined for Vec<T>
where
    Vec<T>: Inner,
{
    type Whole = Vec<T>;
    fn concat(builder: &Builder, list: Node) -> Node {
        Vec::<Vec<T>>::flatten(builder, list)
    }
}

impl Methods<'_> {
    /// `contains`
    pub fn contains<C: Container<U>, U>(&self, container: Expr<C>, part: Expr<U>) -> Expr<bool> {
        Expr::new(C::contains(self.0, container.node(), part.node()))
    }

    /// `(a..b).contains(&x)`
    pub fn between<T: super::Ordered>(
        &self,
        low: Option<Expr<T>>,
        high: Option<Expr<T>>,
        inclusive: bool,
        value: Expr<T>,
    ) -> Expr<bool> {
        Expr::new(self.0.once("value", value.node(), |value| {
            let low = low.map(|low| T::less_or_equal(self.0, low.node(), value));
            let high = high.map(|high| match inclusive {
                true => T::less_or_equal(self.0, value, high.node()),
                false => T::less(self.0, value, high.node()),
            });
            let both = self.0.edit(|program| program.arena.and(low, high));
            both.unwrap_or_else(|| self.0.edit(|program| program.arena.literal(true)))
        }))
    }

    /// `len`
    pub fn len<M: Measured>(&self, value: Expr<M>) -> Expr<usize> {
        Expr::new(M::len(self.0, value.node()))
    }

    /// `is_empty`
    pub fn is_empty<T: Emptiable>(&self, value: Expr<T>) -> Expr<bool> {
        Expr::new(T::is_empty(self.0, value.node()))
    }

    /// `get` and `nth`
    pub fn get<C: Indexed<K>, K>(&self, from: Expr<C>, key: Expr<K>) -> Expr<Option<C::Value>> {
        Expr::new(C::at(self.0, from.node(), key.node(), false))
    }

    /// `list[i]` and `map[key]`
    pub fn index<C: Indexed<K>, K>(&self, from: Expr<C>, key: Expr<K>) -> Expr<C::Value> {
        Expr::new(C::at(self.0, from.node(), key.node(), true))
    }

    /// `list[i] = value`
    pub fn put<C: Indexed<K>, K>(&self, into: Expr<C>, key: Expr<K>, value: Expr<C::Value>) -> Expr<C> {
        Expr::new(C::put(self.0, into.node(), key.node(), value.node()))
    }

    /// `list[a..b]`
    pub fn slice<L: Sliced>(
        &self,
        list: Expr<L>,
        start: Option<Expr<usize>>,
        end: Option<Expr<usize>>,
        inclusive: bool,
    ) -> Expr<L> {
        let builder = self.0;
        if start.is_none() && end.is_none() {
            return list;
        }
        Expr::new(builder.once("list", list.node(), |list| {
            let start = start.map_or_else(|| builder.number(0), |start| start.node());
            let end = match end {
                None => builder.form("$count({0})", &[list]),
                Some(end) if inclusive => builder.next(end).node(),
                Some(end) => end.node(),
            };
            builder.form(
                "($_a := {1}; $_b := {2}; $_a >= 0 and $_a <= $_b and $_b <= $count({0}) \
                 ? $append([], $filter({0}, function($_v, $_i) { $_i >= $_a and $_i < $_b })[]) : $error('the slice is out of range'))",
                &[list, start, end],
            )
        }))
    }

    /// `chunks`
    pub fn chunks<T>(&self, list: Expr<Vec<T>>, size: Expr<usize>) -> Expr<Vec<Vec<T>>> {
        Expr::new(self.0.once("list", list.node(), |list| {
            self.0.form(
                "($_n := {1}; $_n = 0 ? $error('a chunk has at least one element') : $append([], $map([0..$ceil($count({0}) / $_n) - 1], \
                 function($_c) { $append([], $filter({0}, function($_v, $_i) { $_i >= $_c * $_n and $_i < ($_c + 1) * $_n })[]) })[]))",
                &[list, size.node()],
            )
        }))
    }

    /// `chunk_by`
    pub fn chunk_by<T>(
        &self,
        list: Expr<Vec<T>>,
        left: &str,
        right: &str,
        body: impl FnOnce(Expr<T>, Expr<T>) -> Expr<bool>,
    ) -> Expr<Vec<Vec<T>>> {
        let (left, right) = (self.0.element(left), self.0.element(right));
        let same = body(left, right);
        Expr::new(self.0.once("list", list.node(), |list| {
            // The place at which each chunk begins, and from each to the next.
            self.0.form(
                "($_s := $append([], $filter([0..$count({0}) - 1], function($_i) { \
                 $_i = 0 ? true : ({1} := {0}[$_i - 1]; {2} := {0}[$_i]; $not({3})) })[]); \
                 $append([], $map($_s, function($_b, $_k) { $append([], $filter({0}, function($_v, $_i) { \
                 $_i >= $_b and $_i < ($_k + 1 < $count($_s) ? $_s[$_k + 1] : $count({0})) })[]) })[]))",
                &[list, left.node(), right.node(), same.node()],
            )
        }))
    }

    /// `windows`
    pub fn windows<T>(&self, list: Expr<Vec<T>>, size: Expr<usize>) -> Expr<Vec<Vec<T>>> {
        Expr::new(self.0.once("list", list.node(), |list| {
            self.0.form(
                "($_n := {1}; $_n = 0 ? $error('a window has at least one element') : $append([], $map([0..$count({0}) - $_n], \
                 function($_w) { $append([], $filter({0}, function($_v, $_i) { $_i >= $_w and $_i < $_w + $_n })[]) })[]))",
                &[list, size.node()],
            )
        }))
    }

    /// `concat`
    pub fn concat<T: Joined>(&self, list: Expr<Vec<T>>) -> Expr<T::Whole> {
        Expr::new(T::concat(self.0, list.node()))
    }

    /// `join`
    pub fn join<T: Joined<Whole = String>>(&self, list: Expr<Vec<T>>, between: Expr<String>) -> Expr<String> {
        self.form("$join({0}, {1})", &[list.node(), between.node()])
    }

    /// `vec![value; count]`
    pub fn repeated<T: Data>(&self, value: Expr<T>, count: Expr<usize>) -> Expr<Vec<T>> {
        self.form("$append([], $map([1..{1}], function() { {0} })[])", &[value.node(), count.node()])
    }

    /// `dedup`
    pub fn dedup<T>(&self, list: Expr<Vec<T>>) -> Expr<Vec<T>> {
        self.form(
            "$append([], $filter({0}, function($_v, $_i, $_a) { $_i = 0 or $_v != $_a[$_i - 1] })[])",
            &[list.node()],
        )
    }

    /// `dedup_by_key`
    pub fn dedup_by_key<T, K>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        key: impl Fn(Expr<T>) -> Expr<K>,
    ) -> Expr<Vec<T>> {
        let (item, before) = (self.0.element::<T>(name), self.0.element::<T>("before"));
        let (own, other) = (key(item).node(), key(before).node());
        self.form(
            "$append([], $filter({0}, function({1}, $_i, $_a) { $_i = 0 or ({2} := $_a[$_i - 1]; {3} != {4}) })[])",
            &[list.node(), item.node(), before.node(), own, other],
        )
    }

    /// `truncate`
    pub fn truncate<L: Ended>(&self, list: Expr<L>, len: Expr<usize>) -> Expr<L> {
        Expr::new(L::truncated(self.0, list.node(), len.node()))
    }

    /// `clear`
    pub fn clear<T: Cleared>(&self, _: Expr<T>) -> Expr<T> {
        Expr::new(T::empty(self.0))
    }

    /// `extend` and `append`
    pub fn extend<L: Extended<I>, I>(&self, list: Expr<L>, more: Expr<I>) -> Expr<L> {
        Expr::new(L::extend(self.0, list.node(), more.node()))
    }

    /// `pop`: what was taken, and what is left.
    pub fn pop<L: Ended>(&self, list: Expr<L>) -> (Expr<Option<L::Last>>, Expr<L>) {
        (Expr::new(L::last(self.0, list.node())), Expr::new(L::without_last(self.0, list.node())))
    }

    /// Whether a list or a map holds something under a key: what `get_mut` asks for.
    pub fn holds_key<C: Keyed<K>, K>(&self, of: Expr<C>, key: Expr<K>) -> Expr<bool> {
        Expr::new(C::holds(self.0, of.node(), key.node()))
    }

    /// `swap_remove`: what was taken, and what is left, the last in its place.
    pub fn swap_remove<T>(&self, list: Expr<Vec<T>>, index: Expr<usize>) -> (Expr<T>, Expr<Vec<T>>) {
        let old = <Vec<T> as Indexed<usize>>::at(self.0, list.node(), index.node(), true);
        let rest = self.0.once("list", list.node(), |list| {
            self.0.form(
                "($_n := {1}; $_c := $count({0}) - 1; $append([], $map($filter({0}, function($_v, $_i) { $_i < $_c })[], \
                 function($_v, $_i) { $_i = $_n ? {0}[$_c] : $_v })[]))",
                &[list, index.node()],
            )
        });
        (Expr::new(old), Expr::new(rest))
    }

    /// `swap`
    pub fn swap<T>(&self, list: Expr<Vec<T>>, one: Expr<usize>, other: Expr<usize>) -> Expr<Vec<T>> {
        Expr::new(self.0.once("list", list.node(), |list| {
            self.0.form(
                "($_n := {1}; $_m := {2}; $_c := $count({0}); $_n >= 0 and $_m >= 0 and $_n < $_c and $_m < $_c \
                 ? $append([], $map({0}, function($_v, $_i) { $_i = $_n ? {0}[$_m] : $_i = $_m ? {0}[$_n] : $_v })[]) \
                 : $error('the index is out of range'))",
                &[list, one.node(), other.node()],
            )
        }))
    }

    /// `split_at`: what is before a place, and the rest.
    pub fn split_at<L: Sliced + Data>(&self, list: Expr<L>, place: Expr<usize>) -> Expr<(L, L)> {
        let node = self.0.once("list", list.node(), |list| {
            self.0.once("place", place.node(), |place| {
                let list = Expr::<L>::new(list);
                let before = self.slice(list, None, Some(Expr::new(place)), false);
                let after = self.slice(list, Some(Expr::new(place)), None, false);
                self.0.tuple((before, after)).node()
            })
        });
        Expr::new(node)
    }

    /// `push_back`
    pub fn push_back<T: Data>(&self, list: Expr<Vec<T>>, element: Expr<T>) -> Expr<Vec<T>> {
        self.0.pushed(list, element)
    }

    /// `push_front`
    pub fn push_front<T: Data>(&self, list: Expr<Vec<T>>, element: Expr<T>) -> Expr<Vec<T>> {
        let one: Expr<Vec<T>> = self.0.array(&[element]);
        self.0.expr(Kind::Call { function: "append", arguments: vec![one.node(), list.node()] })
    }

    /// `pop_back`: what was taken, and what is left.
    pub fn pop_back<L: Ended>(&self, list: Expr<L>) -> (Expr<Option<L::Last>>, Expr<L>) {
        self.pop(list)
    }

    /// `pop_front`: what was taken, and what is left.
    pub fn pop_front<T>(&self, list: Expr<Vec<T>>) -> (Expr<Option<T>>, Expr<Vec<T>>) {
        let rest = self.form("$append([], $filter({0}, function($_v, $_i) { $_i > 0 })[])", &[list.node()]);
        (self.first(list), rest)
    }

    /// `remove`: what was taken, and what is left.
    pub fn remove<C: Removed<K>, K>(&self, from: Expr<C>, key: Expr<K>) -> (Expr<C::Old>, Expr<C>) {
        let old = C::old(self.0, from.node(), key.node());
        (Expr::new(old), Expr::new(C::remove(self.0, from.node(), key.node())))
    }

    /// `insert`: what stood there, and what is there now.
    pub fn insert<C: Inserted<K, V>, K, V>(
        &self,
        into: Expr<C>,
        key: Expr<K>,
        value: Expr<V>,
    ) -> (Expr<C::Old>, Expr<C>) {
        let old = C::old(self.0, into.node(), key.node());
        (Expr::new(old), Expr::new(C::insert(self.0, into.node(), key.node(), value.node())))
    }

    /// `take` on an `Option` in a variable: what was there, and `None`.
    pub fn take_out<T: Data>(&self, option: Expr<Option<T>>) -> (Expr<Option<T>>, Expr<Option<T>>) {
        (option, self.0.none())
    }

    /// `replace` on an `Option` in a variable: what was there, and what is there now.
    pub fn replace_in<T: Data>(
        &self,
        option: Expr<Option<T>>,
        value: Expr<T>,
    ) -> (Expr<Option<T>>, Expr<Option<T>>) {
        (option, self.0.some(value))
    }

    /// What `or_insert` gives: what is under a key, or else a default.
    pub fn entry_or<K: MapKey, T: Data>(
        &self,
        map: Expr<BTreeMap<K, T>>,
        key: Expr<K>,
        default: Expr<T>,
    ) -> Expr<T> {
        let found = self.get(map, key);
        Expr::new(Option::<T>::either(self.0, found.node(), "value", |value| value, |_, _| default.node()))
    }

    /// What `or_default` gives.
    pub fn entry_or_default<K: MapKey, T: Data + super::Defaulted>(
        &self,
        map: Expr<BTreeMap<K, T>>,
        key: Expr<K>,
    ) -> Expr<T> {
        let default = self.default();
        self.entry_or(map, key, default)
    }
}
