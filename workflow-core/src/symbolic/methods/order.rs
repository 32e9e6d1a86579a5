//! What comes before what: `<` and the methods that compare.

use std::{cmp::Reverse, fmt};

use serde_json::Value;

use crate::data::{Data, Fields, Shape};

use super::{
    super::{
        builder::Builder,
        node::{BinaryOp, Expr, Kind, Node},
        ops::Equal,
    },
    Methods, ReadBack, Written,
};

/// A type whose values a state machine orders as Rust does: numbers, text, booleans, enums without fields, and
/// tuples and `Option`s of them.
#[diagnostic::on_unimplemented(
    message = "a state machine cannot order values of type `{Self}`",
    label = "neither a number, text nor an enum without fields, nor a tuple or an `Option` of them",
    note = "compare a number or a string inside it, or compare in a task"
)]
pub trait Ordered {
    /// Whether `$min`, `$max` and `$sort` order the values by themselves.
    #[doc(hidden)]
    const NUMBER: bool = false;
    /// `left < right`
    #[doc(hidden)]
    fn less(builder: &Builder, left: Node, right: Node) -> Node;
    /// `left <= right`
    #[doc(hidden)]
    fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
        let greater = Self::less(builder, right, left);
        builder.edit(|program| program.arena.not(greater))
    }
    /// `left.cmp(&right)`
    #[doc(hidden)]
    fn compare(builder: &Builder, left: Node, right: Node) -> Node {
        builder.once("left", left, |left| {
            builder.once("right", right, |right| {
                let (less, greater) = (Self::less(builder, left, right), Self::less(builder, right, left));
                builder.form("{0} ? 'Less' : {1} ? 'Greater' : 'Equal'", &[less, greater])
            })
        })
    }
}

fn binary(builder: &Builder, op: BinaryOp, left: Node, right: Node) -> Node {
    builder.edit(|program| program.arena.binary(op, left, right))
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Ordered for $ty {
            const NUMBER: bool = true;
            fn less(builder: &Builder, left: Node, right: Node) -> Node {
                binary(builder, BinaryOp::Less, left, right)
            }
            fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
                binary(builder, BinaryOp::LessOrEqual, left, right)
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f32, f64);

/// JSONata compares the UTF-16 units of texts, Rust the characters. The two differ where a character
/// beyond U+FFFF, whose units begin at U+D800, meets one of U+E000 and above: a text is compared
/// with U+D7FF before each of the latter.
fn text_less(builder: &Builder, op: BinaryOp, left: Node, right: Node) -> Node {
    let below_surrogates = |text: &str| text.chars().all(|character| character < '\u{e000}');
    if builder.known_text(left, below_surrogates) || builder.known_text(right, below_surrogates) {
        return binary(builder, op, left, right);
    }
    const KEY: &str = r"$replace({0}, /[\ue000-\uffff]/, function($_c) { '\ud7ff' & $_c.match })";
    let (left, right) = (builder.form(KEY, &[left]), builder.form(KEY, &[right]));
    binary(builder, op, left, right)
}

macro_rules! texts {
    ($($ty:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Ordered for $ty {
            fn less(builder: &Builder, left: Node, right: Node) -> Node {
                text_less(builder, BinaryOp::Less, left, right)
            }
            fn less_or_equal(builder: &Builder, left: Node, right: Node) -> Node {
                text_less(builder, BinaryOp::LessOrEqual, left, right)
            }
        }
    )*};
}

texts!(String, char);

#[diagnostic::do_not_recommend]
impl Ordered for bool {
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        let left = builder.edit(|program| program.arena.not(left));
        binary(builder, BinaryOp::And, left, right)
    }
}

/// A type of the author's that has an order in Rust. What `#[derive(Data)]` knows of it: its variants, where none
/// has fields, or its fields, one after the other.
#[doc(hidden)]
pub trait OrderedItem: PartialOrd + Sized {
    /// What an `impl Ord` under `#[pure]` says, where there is one.
    fn own(builder: &Builder, left: Node, right: Node) -> Option<Node>;
    /// `left < right` as `#[derive(PartialOrd)]` has it.
    fn less(builder: &Builder, left: Node, right: Node) -> Node;
}

/// The place of a variant among all, of which each is compared with each other as Rust does.
pub fn rank<T: PartialOrd + Written>(builder: &Builder, value: Node, variants: &[T]) -> Expr<u32> {
    let rank = |variant: &T| variants.iter().filter(|other| *other < variant).count() as i64;
    Expr::new(by_variant(builder, value, variants, |variant| builder.number(rank(variant))))
}

/// The text of a variant, which Rust is asked for.
pub fn displayed<T: fmt::Display + Written>(builder: &Builder, value: Node, variants: &[T]) -> Node {
    if variants.iter().all(|variant| variant.written() == variant.to_string()) {
        return value;
    }
    by_variant(builder, value, variants, |variant| builder.text(&variant.to_string()).node())
}

/// What stands for each variant of an enum without fields.
fn by_variant<T: Written>(builder: &Builder, value: Node, variants: &[T], of: impl Fn(&T) -> Node) -> Node {
    if let Some(known) = builder.known(value)
        && let Some(variant) = variants.iter().find(|variant| variant.written() == known)
    {
        return of(variant);
    }
    let name = |variant: &T| variant.written().as_str().unwrap_or_default().to_owned();
    let all = variants.iter().map(|variant| (name(variant), of(variant))).collect();
    builder.edit(|program| {
        let all = program.arena.add(Kind::Object(all));
        program.arena.add(Kind::Call { function: "lookup", arguments: vec![all, value] })
    })
}

/// Whether two structs are in order by their fields, one after the other: of each field whether the left one is less,
/// and whether both are equal.
pub fn by_fields(builder: &Builder, fields: Vec<(Node, Node)>) -> Expr<bool> {
    let mut fields = fields.into_iter().rev();
    let last = fields.next().map_or_else(|| builder.literal(false).node(), |(less, _)| less);
    Expr::new(fields.fold(last, |rest, (less, equal)| {
        let rest = binary(builder, BinaryOp::And, equal, rest);
        binary(builder, BinaryOp::Or, less, rest)
    }))
}

/// No macro sees whether a struct's order is derived, so some values are compared: each field is to count, and more
/// than all those after it.
pub fn derived<T: PartialOrd + ReadBack + Data>(builder: &Builder) {
    let Shape::Struct { fields, .. } = T::shape() else { return };
    let of_places = |value: &dyn Fn(usize) -> usize, set: usize| -> Option<T> {
        let sample = |place: usize, shape: Shape| sample(&shape, value(place), set);
        let json = match &fields {
            Fields::Unit => Value::Null,
            Fields::Newtype(shape) => sample(0, shape())?,
            Fields::Tuple(shapes) => Value::Array(
                shapes
                    .iter()
                    .enumerate()
                    .map(|(place, shape)| sample(place, shape()))
                    .collect::<Option<_>>()?,
            ),
            Fields::Named(fields) => {
                let named = fields.iter().enumerate().filter(|(_, field)| !field.skip && !field.flatten);
                let named = named
                    .map(|(place, field)| Some((field.json.to_owned(), sample(place, (field.shape)())?)));
                Value::Object(named.collect::<Option<_>>()?)
            }
        };
        T::read_back(&json)
    };
    let places = match &fields {
        Fields::Unit => 0,
        Fields::Newtype(_) => 1,
        Fields::Tuple(shapes) => shapes.len(),
        Fields::Named(fields) => fields.len(),
    };
    // Only texts of some form may be read, so there is more than one set of samples.
    let otherwise = (0..places).any(|place| {
        (0..2).any(|set| {
            let greater = of_places(&|at| usize::from(at == place), set);
            let less = of_places(&|at| usize::from(at > place), set);
            matches!((greater, less), (Some(greater), Some(less)) if greater <= less)
        })
    });
    if otherwise {
        builder.problem(format!(
            "`{}` has an order of its own, which a state machine does not know; write `#[pure]` above its `impl Ord`, \
             or compare the fields that count",
            std::any::type_name::<T>()
        ));
    }
}

/// One of two values of a shape, the larger if `large`; nothing where it is not known which is.
fn sample(shape: &Shape, large: usize, set: usize) -> Option<Value> {
    Some(match shape {
        Shape::Bool => (large == 1).into(),
        Shape::Integer { .. } | Shape::Float => large.into(),
        Shape::Text => [["a", "b"], ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]][set][large].into(),
        Shape::Timestamp => ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"][large].into(),
        Shape::Option(inside) if large == 1 => sample(&inside(), large, set)?,
        Shape::Option(_) => Value::Null,
        Shape::Struct { fields: Fields::Newtype(inside), .. } => sample(&inside(), large, set)?,
        _ => return None,
    })
}

#[diagnostic::do_not_recommend]
impl<T: OrderedItem> Ordered for T {
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        match T::own(builder, left, right) {
            Some(ordering) => super::ordering::is(builder, ordering, "Less"),
            None => <T as OrderedItem>::less(builder, left, right),
        }
    }
    fn compare(builder: &Builder, left: Node, right: Node) -> Node {
        T::own(builder, left, right).unwrap_or_else(|| {
            builder.once("left", left, |left| {
                builder.once("right", right, |right| {
                    let less = <T as OrderedItem>::less(builder, left, right);
                    let greater = <T as OrderedItem>::less(builder, right, left);
                    builder.form("{0} ? 'Less' : {1} ? 'Greater' : 'Equal'", &[less, greater])
                })
            })
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Ordered for Option<T> {
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        let (some, none) = builder.edit(|program| {
            let some = program.arena.is_some(right);
            let left = program.arena.is_some(left);
            (some, program.arena.not(left))
        });
        let less = T::less(builder, left, right);
        let less = binary(builder, BinaryOp::Or, none, less);
        binary(builder, BinaryOp::And, some, less)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data> Data for Reverse<T> {
    type Owned = Reverse<T::Owned>;
    fn shape() -> Shape {
        Shape::Struct { name: "Reverse", fields: Fields::Newtype(T::shape) }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ordered> Ordered for Reverse<T> {
    fn less(builder: &Builder, left: Node, right: Node) -> Node {
        T::less(builder, right, left)
    }
}

macro_rules! tuples {
    ($(($($ty:ident $place:tt),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($ty: Ordered),+> Ordered for ($($ty,)+) {
            fn less(builder: &Builder, left: Node, right: Node) -> Node {
                let places = [$(
                    {
                        let (left, right) = builder.edit(|program| {
                            (program.arena.index(left, $place), program.arena.index(right, $place))
                        });
                        ($ty::less(builder, left, right), binary(builder, BinaryOp::Equal, left, right))
                    }
                ),+];
                let mut places = places.into_iter().rev();
                let last = places.next().map_or_else(|| builder.null(), |(less, _)| less);
                places.fold(last, |rest, (less, equal)| {
                    let rest = binary(builder, BinaryOp::And, equal, rest);
                    binary(builder, BinaryOp::Or, less, rest)
                })
            }
        }
    )*};
}

tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) }

/// Whether the larger of a pair is looked for, and what is compared.
fn extreme(builder: &Builder, largest: bool, list: Node, key: &dyn Fn(Node, Node) -> Node) -> Node {
    let (best, item) = (builder.element::<()>("best").node(), builder.element::<()>("item").node());
    // Of equal ones `min` gives the first and `max` the last.
    let keeps = key(item, best);
    let reduced = if largest {
        "$reduce({0}, function({1}, {2}) { {3} ? {1} : {2} })"
    } else {
        "$reduce({0}, function({1}, {2}) { {3} ? {2} : {1} })"
    };
    builder.once("list", list, |list| {
        let reduced = builder.form(reduced, &[list, best, item, keeps]);
        builder.form("$count({0}) = 0 ? null : {1}", &[list, reduced])
    })
}

impl Methods<'_> {
    fn extreme_of<T: Ordered>(&self, largest: bool, list: Expr<Vec<T>>) -> Expr<Option<T>> {
        let builder = self.0;
        if T::NUMBER {
            return Expr::new(builder.once("list", list.node(), |list| match largest {
                true => builder.form("$count({0}) = 0 ? null : $max({0})", &[list]),
                false => builder.form("$count({0}) = 0 ? null : $min({0})", &[list]),
            }));
        }
        Expr::new(extreme(builder, largest, list.node(), &|left, right| T::less(builder, left, right)))
    }

    fn extreme_by_key<T, K: Ordered>(
        &self,
        largest: bool,
        list: Expr<Vec<T>>,
        key: impl Fn(Expr<T>) -> Expr<K>,
    ) -> Expr<Option<T>> {
        let builder = self.0;
        Expr::new(extreme(builder, largest, list.node(), &|left, right| {
            K::less(builder, key(Expr::new(left)).node(), key(Expr::new(right)).node())
        }))
    }

    /// `eq`, also of iterators
    pub fn eq<A: Equal<B> + Data, B>(&self, left: Expr<A>, right: Expr<B>) -> Expr<bool> {
        self.0.eq(left, right)
    }

    /// `ne`
    pub fn ne<A: Equal<B> + Data, B>(&self, left: Expr<A>, right: Expr<B>) -> Expr<bool> {
        self.0.ne(left, right)
    }

    /// `min` of an iterator
    pub fn min<T: Ordered>(&self, list: Expr<Vec<T>>) -> Expr<Option<T>> {
        self.extreme_of(false, list)
    }

    /// `max` of an iterator
    pub fn max<T: Ordered>(&self, list: Expr<Vec<T>>) -> Expr<Option<T>> {
        self.extreme_of(true, list)
    }

    /// `min_by_key`
    pub fn min_by_key<T, K: Ordered>(
        &self,
        list: Expr<Vec<T>>,
        _: &str,
        key: impl Fn(Expr<T>) -> Expr<K>,
    ) -> Expr<Option<T>> {
        self.extreme_by_key(false, list, key)
    }

    /// `max_by_key`
    pub fn max_by_key<T, K: Ordered>(
        &self,
        list: Expr<Vec<T>>,
        _: &str,
        key: impl Fn(Expr<T>) -> Expr<K>,
    ) -> Expr<Option<T>> {
        self.extreme_by_key(true, list, key)
    }

    /// `a.min(b)`
    pub fn min_of<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        if T::NUMBER {
            return self.form("$min([{0}, {1}])", &[left.node(), right.node()]);
        }
        let less = T::less(self.0, right.node(), left.node());
        self.0.cond(Expr::new(less), right, left)
    }

    /// `a.max(b)`
    pub fn max_of<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<T> {
        if T::NUMBER {
            return self.form("$max([{0}, {1}])", &[left.node(), right.node()]);
        }
        let less = T::less(self.0, right.node(), left.node());
        self.0.cond(Expr::new(less), left, right)
    }

    /// `clamp`
    pub fn clamp<T: Ordered>(&self, value: Expr<T>, low: Expr<T>, high: Expr<T>) -> Expr<T> {
        let at_least = self.max_of(value, low);
        self.min_of(at_least, high)
    }

    /// `sort`
    pub fn sort<T: Ordered>(&self, list: Expr<Vec<T>>) -> Expr<Vec<T>> {
        if T::NUMBER {
            return self.form("$sort({0})", &[list.node()]);
        }
        self.sorted(list, &|left, right| T::less(self.0, left, right))
    }

    /// `sort_by_key`
    pub fn sort_by_key<T, K: Ordered>(
        &self,
        list: Expr<Vec<T>>,
        _: &str,
        key: impl Fn(Expr<T>) -> Expr<K>,
    ) -> Expr<Vec<T>> {
        self.sorted(list, &|left, right| {
            K::less(self.0, key(Expr::new(left)).node(), key(Expr::new(right)).node())
        })
    }

    /// `$sort` is stable, as `sort` is; its function says whether a pair is in the wrong order.
    fn sorted<T>(&self, list: Expr<Vec<T>>, less: &dyn Fn(Node, Node) -> Node) -> Expr<Vec<T>> {
        let (left, right) = (self.0.element::<T>("left").node(), self.0.element::<T>("right").node());
        let swap = less(right, left);
        self.form("$sort({0}, function({1}, {2}) { {3} })", &[list.node(), left, right, swap])
    }
}

impl Builder {
    /// `<`
    pub fn lt<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        Expr::new(T::less(self, left.node(), right.node()))
    }

    /// `<=`
    pub fn le<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        Expr::new(T::less_or_equal(self, left.node(), right.node()))
    }

    /// `>`
    pub fn gt<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        if T::NUMBER {
            return Expr::new(binary(self, BinaryOp::Greater, left.node(), right.node()));
        }
        Expr::new(T::less(self, right.node(), left.node()))
    }

    /// `>=`
    pub fn ge<T: Ordered>(&self, left: Expr<T>, right: Expr<T>) -> Expr<bool> {
        if T::NUMBER {
            return Expr::new(binary(self, BinaryOp::GreaterOrEqual, left.node(), right.node()));
        }
        Expr::new(T::less_or_equal(self, right.node(), left.node()))
    }
}

/// Whether a node is a literal. For forms that are shorter where one is.
pub(super) fn is_literal(builder: &Builder, node: Node) -> bool {
    builder.edit(|program| matches!(program.arena.kind(node), Kind::Literal(_)))
}
