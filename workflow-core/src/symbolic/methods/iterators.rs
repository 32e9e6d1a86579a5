//! Iterators, each as the list of its elements.

use std::collections::BTreeMap;

use crate::data::{Data, MapKey};

use super::{
    super::{
        builder::Builder,
        node::{BinaryOp, Expr, Kind, Nested, Node},
        ops::{Addable, Number},
    },
    FIRST, LAST, Methods,
    lists::CHARACTERS,
    maps::{entries, has_numbers},
    options::Holder,
    order::Ordered,
};

/// What a loop or a method goes over.
#[diagnostic::on_unimplemented(
    message = "a state machine does not go over the elements of a `{Self}`",
    label = "neither a list nor a `BTreeMap` nor an `Option`"
)]
pub trait Iterable {
    /// Its elements.
    type Item;
    /// The list of them.
    #[doc(hidden)]
    fn elements(builder: &Builder, of: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Iterable for Vec<T> {
    type Item = T;
    fn elements(_: &Builder, of: Node) -> Node {
        of
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey + Ordered, T: Data> Iterable for BTreeMap<K, T> {
    type Item = (K, T);
    fn elements(builder: &Builder, of: Node) -> Node {
        entries::<K, T>(builder, of)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Iterable for Option<T> {
    type Item = T;
    fn elements(builder: &Builder, of: Node) -> Node {
        let none = builder.edit(|program| program.arena.add(Kind::Array(Vec::new())));
        Self::either(builder, of, "value", |value| super::one::<T>(builder, value), |_, _| none)
    }
}

/// What `map` goes over.
#[diagnostic::on_unimplemented(
    message = "a state machine maps no `{Self}`",
    label = "neither an iterator nor an `Option` nor a `Result`"
)]
pub trait Mapped {
    /// What it holds.
    type Item;
    /// The same with other values.
    type Of<U>;
    /// Each value through a function.
    #[doc(hidden)]
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Mapped for Vec<T> {
    type Item = T;
    type Of<U> = Vec<U>;
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        builder.each_of(mapped, name, body)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Mapped for Option<T> {
    type Item = T;
    type Of<U> = Option<U>;
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        Self::either(builder, mapped, name, body, |builder, _| builder.null())
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Mapped for Result<T, E> {
    type Item = T;
    type Of<U> = Result<U, E>;
    fn map(builder: &Builder, mapped: Node, name: &str, body: impl FnOnce(Node) -> Node) -> Node {
        let then = |value| Self::holding(builder, body(value));
        Self::either(builder, mapped, name, then, |_, error| error)
    }
}

/// What `flatten` takes a level from.
#[diagnostic::on_unimplemented(
    message = "a state machine takes no level from a `{Self}`",
    label = "neither a list of lists or of `Option`s, nor an `Option` of an `Option`"
)]
pub trait Flattened {
    /// What is left.
    type Flat;
    /// One level less.
    #[doc(hidden)]
    fn flatten(builder: &Builder, nested: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<I: Inner> Flattened for Vec<I> {
    type Flat = Vec<I::Item>;
    fn flatten(builder: &Builder, nested: Node) -> Node {
        I::join(builder, nested)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Flattened for Option<Option<T>> {
    type Flat = Option<T>;
    fn flatten(builder: &Builder, nested: Node) -> Node {
        // The inner one may be `None` where the outer one is not, so nobody may go by the outer one's condition.
        match builder
            .edit(|program| matches!(program.arena.kind(nested), Kind::Cond { .. } | Kind::Named { .. }))
        {
            true => builder.form("({0})", &[nested]),
            false => nested,
        }
    }
}

/// What a list may hold whose `flatten` is known.
#[diagnostic::on_unimplemented(
    message = "a state machine does not put the elements of several `{Self}` one after the other",
    label = "neither a list nor an `Option`"
)]
pub trait Inner {
    /// What it holds itself.
    type Item;
    /// All of them, one after the other.
    #[doc(hidden)]
    fn join(builder: &Builder, list: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Inner for Vec<T> {
    type Item = T;
    fn join(builder: &Builder, list: Node) -> Node {
        builder.form("$reduce({0}, function($_a, $_v) { $append($_a, $_v) }, [])", &[list])
    }
}

#[diagnostic::do_not_recommend]
impl<T> Inner for Option<T> {
    type Item = T;
    fn join(builder: &Builder, list: Node) -> Node {
        builder.form("$append([], $filter({0}, function($_v) { $_v != null })[])", &[list])
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Inner for Result<T, E> {
    type Item = T;
    fn join(builder: &Builder, list: Node) -> Node {
        builder.form(
            "$append([], $map($filter({0}, function($_v) { $not($exists($_v.Err)) }), function($_v) { $_v.Ok })[])",
            &[list],
        )
    }
}

/// What `zip` pairs.
#[diagnostic::on_unimplemented(
    message = "a state machine pairs no `{Self}`",
    label = "neither a list nor an `Option`"
)]
pub trait Zipped<Other> {
    /// The pairs.
    type Pairs;
    /// The pairs.
    #[doc(hidden)]
    fn zip(builder: &Builder, left: Node, right: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T, I: Iterable> Zipped<I> for Vec<T> {
    type Pairs = Vec<(T, I::Item)>;
    fn zip(builder: &Builder, left: Node, right: Node) -> Node {
        let right = I::elements(builder, right);
        builder.form("$zip({0}, {1})", &[left, right])
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data, U: Data> Zipped<Option<U>> for Option<T> {
    type Pairs = Option<(T, U)>;
    fn zip(builder: &Builder, left: Node, right: Node) -> Node {
        let both = |left| {
            let both = |right| {
                let pair = vec![(left, super::nested::<T>()), (right, super::nested::<U>())];
                builder.edit(|program| program.arena.add(Kind::Array(pair)))
            };
            Option::<U>::either(builder, right, "right", both, |builder, _| builder.null())
        };
        Self::either(builder, left, "left", both, |builder, _| builder.null())
    }
}

/// What `reverse` turns round, in place or not.
pub trait Reversed {
    /// From the end to the start.
    #[doc(hidden)]
    fn reverse(builder: &Builder, list: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Reversed for Vec<T> {
    fn reverse(builder: &Builder, list: Node) -> Node {
        builder.form("$reverse({0})", &[list])
    }
}

/// What `collect` makes of elements.
#[diagnostic::on_unimplemented(
    message = "a state machine does not collect `{T}` into a `{Self}`",
    label = "no such JSON",
    note = "elements become a `Vec`, text a `String`, pairs with a key a `BTreeMap`, and `Option`s or `Result`s an `Option` or a `Result` of a list"
)]
pub trait Collected<T> {
    /// The collection.
    #[doc(hidden)]
    fn collect(builder: &Builder, list: Node) -> Node;
}

#[diagnostic::do_not_recommend]
impl<T> Collected<T> for Vec<T> {
    fn collect(_: &Builder, list: Node) -> Node {
        list
    }
}

#[diagnostic::do_not_recommend]
impl Collected<String> for String {
    fn collect(builder: &Builder, list: Node) -> Node {
        builder.form("$join({0})", &[list])
    }
}

#[diagnostic::do_not_recommend]
impl Collected<char> for String {
    fn collect(builder: &Builder, list: Node) -> Node {
        builder.form("$join({0})", &[list])
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey, T> Collected<(K, T)> for BTreeMap<K, T> {
    fn collect(builder: &Builder, list: Node) -> Node {
        let text = match has_numbers::<K>(builder) {
            false => "$merge($append([{}], $map({0}, function($_e) { {$_e[0]: $_e[1]} })))",
            true => "$merge($append([{}], $map({0}, function($_e) { {$string($_e[0]): $_e[1]} })))",
        };
        builder.form(text, &[list])
    }
}

#[diagnostic::do_not_recommend]
impl<T, C: Collected<T>> Collected<Option<T>> for Option<C> {
    fn collect(builder: &Builder, list: Node) -> Node {
        builder.once("list", list, |list| {
            let all = C::collect(builder, list);
            builder.form("$count($filter({0}, function($_v) { $_v = null })) > 0 ? null : {1}", &[list, all])
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T, E, C: Collected<T>> Collected<Result<T, E>> for Result<C, E> {
    fn collect(builder: &Builder, list: Node) -> Node {
        builder.once("list", list, |list| {
            let values = builder.form("$append([], $map({0}, function($_v) { $_v.Ok })[])", &[list]);
            let all = C::collect(builder, values);
            builder.form(
                "($_e := $filter({0}, function($_v) { $exists($_v.Err) }); $count($_e) > 0 ? $_e[0] : {'Ok': {1}})",
                &[list, all],
            )
        })
    }
}

impl Methods<'_> {
    /// `iter` and `into_iter`
    pub fn iter<I: Iterable>(&self, of: Expr<I>) -> Expr<Vec<I::Item>> {
        Expr::new(I::elements(self.0, of.node()))
    }

    /// `collect`
    pub fn collect<C: Collected<T>, T>(&self, list: Expr<Vec<T>>) -> Expr<C> {
        Expr::new(C::collect(self.0, list.node()))
    }

    /// `collect::<Vec<_>>`
    pub fn collect_list<T>(&self, list: Expr<Vec<T>>) -> Expr<Vec<T>> {
        list
    }

    /// `collect::<BTreeMap<_, _>>`
    pub fn collect_map<K: MapKey, T>(&self, list: Expr<Vec<(K, T)>>) -> Expr<BTreeMap<K, T>> {
        self.collect(list)
    }

    /// `collect::<Option<Vec<_>>>`
    pub fn collect_options<T>(&self, list: Expr<Vec<Option<T>>>) -> Expr<Option<Vec<T>>> {
        self.collect(list)
    }

    /// `collect::<Result<Vec<_>, _>>`
    pub fn collect_results<T, E>(&self, list: Expr<Vec<Result<T, E>>>) -> Expr<Result<Vec<T>, E>> {
        self.collect(list)
    }

    /// `start..end`
    pub fn range<T: Number>(&self, start: Expr<T>, end: Expr<T>) -> Expr<Vec<T>> {
        self.form("[{0}..{1} - 1]", &[start.node(), end.node()])
    }

    /// `(start..).take(count)`
    pub fn counted<T: Number>(&self, start: Expr<T>, count: Expr<usize>) -> Expr<Vec<T>> {
        self.form("($_a := {0}; [$_a..$_a + {1} - 1])", &[start.node(), count.node()])
    }

    /// `list.zip(start..)`
    pub fn numbered<I: Iterable, T: Number>(&self, of: Expr<I>, start: Expr<T>) -> Expr<Vec<(I::Item, T)>> {
        let list = self.iter(of).node();
        Expr::new(self.0.once("list", list, |list| {
            self.0.form("($_a := {1}; $zip({0}, [$_a..$_a + $count({0}) - 1]))", &[list, start.node()])
        }))
    }

    /// `(start..).zip(list)`
    pub fn numbers_of<I: Iterable, T: Number>(&self, start: Expr<T>, of: Expr<I>) -> Expr<Vec<(T, I::Item)>> {
        let list = self.iter(of).node();
        Expr::new(self.0.once("list", list, |list| {
            self.0.form("($_a := {1}; $zip([$_a..$_a + $count({0}) - 1], {0}))", &[list, start.node()])
        }))
    }

    /// `list.iter().cycle().take(count)`
    pub fn cycled<I: Iterable>(&self, of: Expr<I>, count: Expr<usize>) -> Expr<Vec<I::Item>> {
        let list = self.iter(of).node();
        Expr::new(self.0.once("list", list, |list| self.cycle(list, count.node())))
    }

    /// `list.zip(other.iter().cycle())`
    pub fn zip_cycled<T, I: Iterable>(&self, list: Expr<Vec<T>>, of: Expr<I>) -> Expr<Vec<(T, I::Item)>> {
        let other = self.iter(of).node();
        Expr::new(self.0.once("list", list.node(), |list| {
            self.0.once("other", other, |other| {
                let count = self.0.form("$count({0})", &[list]);
                let other = self.cycle(other, count);
                self.0.form("$zip({0}, {1})", &[list, other])
            })
        }))
    }

    /// So many elements of a list, again from its start behind its end.
    fn cycle(&self, list: Node, count: Node) -> Node {
        self.0.form(
            "$count({0}) = 0 ? [] : $append([], $map([0..{1} - 1], function($_i) { {0}[$_i % $count({0})] })[])",
            &[list, count],
        )
    }

    /// `start..=end`
    pub fn range_inclusive<T: Number>(&self, start: Expr<T>, end: Expr<T>) -> Expr<Vec<T>> {
        self.form("[{0}..{1}]", &[start.node(), end.node()])
    }

    /// `map` on an iterator, an `Option` or a `Result`
    pub fn map<M: Mapped, U>(
        &self,
        mapped: Expr<M>,
        name: &str,
        body: impl FnOnce(Expr<M::Item>) -> Expr<U>,
    ) -> Expr<M::Of<U>> {
        Expr::new(M::map(self.0, mapped.node(), name, |item| body(Expr::new(item)).node()))
    }

    /// `filter_map`
    pub fn filter_map<T, U>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<Option<U>>,
    ) -> Expr<Vec<U>> {
        let mapped = self.map(list, name, body);
        self.flatten(mapped)
    }

    /// `flat_map`
    pub fn flat_map<T, I: Inner>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<I>,
    ) -> Expr<Vec<I::Item>> {
        let mapped = self.map(list, name, body);
        self.flatten(mapped)
    }

    /// `flatten`
    pub fn flatten<F: Flattened>(&self, nested: Expr<F>) -> Expr<F::Flat> {
        Expr::new(F::flatten(self.0, nested.node()))
    }

    /// `any`
    pub fn any<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<bool> {
        let found = self.filter(list, name, body);
        let (count, none) = (self.count(found), self.0.number(0));
        Expr::new(self.0.edit(|program| program.arena.binary(BinaryOp::Greater, count.node(), none)))
    }

    /// `all`
    pub fn all<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<bool> {
        let failing = self.filter(list, name, |element| self.0.not(body(element)));
        let (count, none) = (self.count(failing), self.0.number(0));
        Expr::new(self.0.edit(|program| program.arena.binary(BinaryOp::Equal, count.node(), none)))
    }

    /// `find`
    pub fn find<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Option<T>> {
        let found = self.filter(list, name, body);
        self.first(found)
    }

    /// `find_map`
    pub fn find_map<T, U>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<Option<U>>,
    ) -> Expr<Option<U>> {
        let found = self.filter_map(list, name, body);
        self.first(found)
    }

    /// `position`
    pub fn position<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Option<usize>> {
        let (element, body) = self.lambda(name, body);
        self.form(
            "($_p := $filter($map({0}, function({1}, $_i) { {2} ? $_i : null }), function($_i) { $_i != null }); \
             $exists($_p) ? $_p[0] : null)",
            &[list.node(), element, body],
        )
    }

    /// `partition`
    pub fn partition<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl Fn(Expr<T>) -> Expr<bool>,
    ) -> Expr<(Vec<T>, Vec<T>)> {
        let pair = self.0.once("list", list.node(), |list| {
            let list = Expr::<Vec<T>>::new(list);
            let passing = self.filter(list, name, &body);
            let failing = self.filter(list, name, |element| self.0.not(body(element)));
            let pair = vec![(passing.node(), Nested::Always), (failing.node(), Nested::Always)];
            self.0.edit(|program| program.arena.add(Kind::Array(pair)))
        });
        Expr::new(pair)
    }

    /// `unzip`
    pub fn unzip<T, U>(&self, list: Expr<Vec<(T, U)>>) -> Expr<(Vec<T>, Vec<U>)> {
        let pair = self.0.once("list", list.node(), |list| {
            let side = |text| (self.0.form(text, &[list]), Nested::Always);
            let pair = vec![
                side("$append([], $map({0}, function($_e) { $_e[0] })[])"),
                side("$append([], $map({0}, function($_e) { $_e[1] })[])"),
            ];
            self.0.edit(|program| program.arena.add(Kind::Array(pair)))
        });
        Expr::new(pair)
    }

    /// `fold`
    pub fn fold<T, A>(
        &self,
        list: Expr<Vec<T>>,
        first: Expr<A>,
        so_far: &str,
        name: &str,
        body: impl FnOnce(Expr<A>, Expr<T>) -> Expr<A>,
    ) -> Expr<A> {
        let (sum, element) = (self.0.element(so_far), self.0.element(name));
        let body = body(sum, element);
        self.form(
            "$reduce({0}, function({1}, {2}) { {3} }, {4})",
            &[list.node(), sum.node(), element.node(), body.node(), first.node()],
        )
    }

    /// `try_fold`
    pub fn try_fold<T, A, H: Holder<Value = A>>(
        &self,
        list: Expr<Vec<T>>,
        first: Expr<A>,
        so_far: &str,
        name: &str,
        body: impl FnOnce(Expr<A>, Expr<T>) -> Expr<H>,
    ) -> Expr<H> {
        let (sum, element) = (self.0.element::<H>("tried").node(), self.0.element(name));
        let first = H::holding(self.0, first.node());
        let body = H::either(
            self.0,
            sum,
            so_far,
            |held| body(Expr::new(held), element).node(),
            |builder, holder| H::empty(builder, holder),
        );
        self.form(
            "$reduce({0}, function({1}, {2}) { {3} }, {4})",
            &[list.node(), sum, element.node(), body, first],
        )
    }

    /// `reduce`
    pub fn reduce<T>(
        &self,
        list: Expr<Vec<T>>,
        so_far: &str,
        name: &str,
        body: impl FnOnce(Expr<T>, Expr<T>) -> Expr<T>,
    ) -> Expr<Option<T>> {
        let (sum, element) = (self.0.element(so_far), self.0.element(name));
        let body = body(sum, element);
        Expr::new(self.0.once("list", list.node(), |list| {
            self.0.form(
                "$count({0}) = 0 ? null : $reduce({0}, function({1}, {2}) { {3} })",
                &[list, sum.node(), element.node(), body.node()],
            )
        }))
    }

    /// `sum`
    pub fn sum<T: super::super::ops::Summed>(&self, list: Expr<Vec<T>>) -> Expr<T> {
        let sum = self.form::<T>("$sum({0})", &[list.node()]);
        Expr::new(T::exact(self.0, sum.node()))
    }

    /// `product`
    pub fn product<T: Number + Addable>(&self, list: Expr<Vec<T>>) -> Expr<T> {
        self.form("$reduce({0}, function($_a, $_v) { $_a * $_v }, 1)", &[list.node()])
    }

    /// `count` of an iterator
    pub fn count<T>(&self, list: Expr<Vec<T>>) -> Expr<usize> {
        let text = self.0.edit(|program| match program.arena.kind(list.node()) {
            Kind::Form { text: CHARACTERS, parts } => parts.first().copied(),
            _ => None,
        });
        match text {
            Some(text) => self.form("$length({0})", &[text]),
            None => self.form("$count({0})", &[list.node()]),
        }
    }

    /// `rev`
    pub fn rev<T>(&self, list: Expr<Vec<T>>) -> Expr<Vec<T>> {
        self.reverse(list)
    }

    /// `reverse`
    pub fn reverse<R: Reversed>(&self, list: Expr<R>) -> Expr<R> {
        Expr::new(R::reverse(self.0, list.node()))
    }

    /// `first` of a list, `next` of an iterator
    pub fn first<I: Iterable>(&self, of: Expr<I>) -> Expr<Option<I::Item>> {
        let list = self.iter(of);
        Expr::new(self.0.once("list", list.node(), |list| self.0.form(FIRST, &[list])))
    }

    /// `last`
    pub fn last<I: Iterable>(&self, of: Expr<I>) -> Expr<Option<I::Item>> {
        let list = self.iter(of);
        Expr::new(self.0.once("list", list.node(), |list| self.0.form(LAST, &[list])))
    }

    /// `take(n)`
    pub fn take<T>(&self, list: Expr<Vec<T>>, count: Expr<usize>) -> Expr<Vec<T>> {
        self.form(
            "$append([], $filter({0}, function($_v, $_i) { $_i < {1} })[])",
            &[list.node(), count.node()],
        )
    }

    /// `skip`
    pub fn skip<T>(&self, list: Expr<Vec<T>>, count: Expr<usize>) -> Expr<Vec<T>> {
        self.form(
            "$append([], $filter({0}, function($_v, $_i) { $_i >= {1} })[])",
            &[list.node(), count.node()],
        )
    }

    /// `step_by`
    pub fn step_by<T>(&self, list: Expr<Vec<T>>, step: Expr<usize>) -> Expr<Vec<T>> {
        self.form(
            "({1} = 0 ? $error('a step is at least one') : $append([], $filter({0}, function($_v, $_i) { $_i % {1} = 0 })[]))",
            &[list.node(), step.node()],
        )
    }

    fn failing<T>(&self, list: Node, name: &str, body: impl FnOnce(Expr<T>) -> Expr<bool>) -> Node {
        let (element, body) = self.lambda(name, body);
        self.0.form(
            "$append($filter($map({0}, function({1}, $_i) { {2} ? null : $_i }), function($_i) { $_i != null }), $count({0}))",
            &[list, element, body],
        )
    }

    /// `take_while`
    pub fn take_while<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Vec<T>> {
        Expr::new(self.0.once("list", list.node(), |list| {
            let failing = self.failing(list, name, body);
            let text = "($_n := {1}[0]; $append([], $filter({0}, function($_v, $_i) { $_i < $_n })[]))";
            self.0.form(text, &[list, failing])
        }))
    }

    /// `map_while`
    pub fn map_while<T, U: Data>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<Option<U>>,
    ) -> Expr<Vec<U>> {
        let mapped: Expr<Vec<Option<U>>> = self.map(list, name, body);
        let some = self.take_while(mapped, "value", |value| self.is_some(value));
        Expr::new(some.node())
    }

    /// `skip_while`
    pub fn skip_while<T>(
        &self,
        list: Expr<Vec<T>>,
        name: &str,
        body: impl FnOnce(Expr<T>) -> Expr<bool>,
    ) -> Expr<Vec<T>> {
        Expr::new(self.0.once("list", list.node(), |list| {
            let failing = self.failing(list, name, body);
            let text = "($_n := {1}[0]; $append([], $filter({0}, function($_v, $_i) { $_i >= $_n })[]))";
            self.0.form(text, &[list, failing])
        }))
    }

    /// `zip`
    pub fn zip<Z: Zipped<O>, O>(&self, left: Expr<Z>, right: Expr<O>) -> Expr<Z::Pairs> {
        Expr::new(Z::zip(self.0, left.node(), right.node()))
    }

    /// `enumerate`
    pub fn enumerate<T>(&self, list: Expr<Vec<T>>) -> Expr<Vec<(usize, T)>> {
        Expr::new(
            self.0.once("list", list.node(), |list| self.0.form("$zip([0..$count({0}) - 1], {0})", &[list])),
        )
    }

    /// `chain`
    pub fn chain<T, I: Iterable<Item = T>>(&self, left: Expr<Vec<T>>, right: Expr<I>) -> Expr<Vec<T>> {
        let right = I::elements(self.0, right.node());
        self.form("$append({0}, {1})", &[left.node(), right])
    }
}
