//! A random program, well-typed by construction: what it is made of, and its pure expressions.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::{
    program::Program,
    types::{Body, Held, Type, World, declare},
};

/// How often each construct was written.
pub(super) type Features = BTreeMap<&'static str, usize>;

/// Writes one program.
pub(super) struct Generator {
    pub(super) rng: Rng,
    pub(super) world: World,
    pub(super) scope: Vec<Variable>,
    pub(super) features: Features,
    pub(super) names: usize,
    /// How many branches and iterations are around: what is outside of them cannot be set.
    pub(super) region: usize,
    pub(super) loops: Vec<Option<String>>,
    /// What the innermost function, branch or `async` block gives.
    pub(super) returns: Type,
    /// How many more calls may be written.
    pub(super) calls: usize,
}

/// A variable in scope.
#[derive(Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) mutable: bool,
    /// How many references it is behind.
    pub(super) references: usize,
    pub(super) region: usize,
}

/// Writes the program with this number.
pub(super) fn program(seed: u64, features: &mut Features) -> Program {
    let mut generator = Generator {
        rng: Rng::with_seed(seed),
        world: World { types: Vec::new(), tasks: Vec::new() },
        scope: Vec::new(),
        features: Features::new(),
        names: 0,
        region: 0,
        loops: Vec::new(),
        returns: Type::U32,
        calls: 8,
    };
    let items = declare(&mut generator);
    let mut parameters = vec![("order".to_owned(), Type::Named(2))];
    for number in 0..generator.rng.usize(..3) {
        parameters.push((format!("given{number}"), generator.some_type()));
    }
    generator.returns = match generator.rng.u8(..3) {
        0 => generator.some_type(),
        _ => Type::Tuple((0..generator.rng.usize(2..5)).map(|_| generator.some_type()).collect()),
    };
    let written: Vec<String> =
        parameters.iter().map(|(name, ty)| format!("{name}: {}", generator.world.name(ty))).collect();
    let result = generator.world.name(&generator.returns);
    let signature =
        format!("#[workflow]\npub async fn subject({}) -> Result<{result}, Outer>", written.join(", "));
    for (name, ty) in parameters {
        generator.declare(&name, ty, false, 0);
    }
    let count = generator.rng.usize(3..10);
    let body = generator.block(count, 3, true);
    let returns = generator.returns.clone();
    let result = format!("Ok({})", generator.expression(&returns, 2));
    let plain_result = format!("Ok({})", generator.world.plain(&returns));
    for (feature, times) in generator.features {
        *features.entry(feature).or_default() += times;
    }
    Program { items, signature, body, result, plain_result }
}

/// A value in scope that can be read: how it is written, and how many references it is behind.
struct Place {
    path: String,
    ty: Type,
    references: usize,
}

impl Place {
    /// The owned value.
    fn owned(&self) -> String {
        match (self.ty.is_copy(), self.references) {
            (true, references) => format!("{}{}", "*".repeat(references), self.path),
            (false, 2) => format!("(*{}).clone()", self.path),
            (false, _) => format!("{}.clone()", self.path),
        }
    }
}

impl Generator {
    pub(super) fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.usize(..from.len())]
    }

    pub(super) fn used(&mut self, feature: &'static str) {
        *self.features.entry(feature).or_default() += 1;
    }

    pub(super) fn fresh(&mut self, name: &str) -> String {
        self.names += 1;
        format!("{name}{}", self.names)
    }

    pub(super) fn declare(&mut self, name: &str, ty: Type, mutable: bool, references: usize) {
        let region = self.region;
        self.scope.push(Variable { name: name.to_owned(), ty, mutable, references, region });
    }

    pub(super) fn some_type(&mut self) -> Type {
        match self.rng.u8(..14) {
            0 | 1 => Type::U32,
            2 => Type::I64,
            3 => Type::F64,
            4 => Type::Bool,
            5 | 6 => Type::Text,
            7 => Type::U32.option(),
            8 => Type::Text.option(),
            9 => Type::U32.list(),
            10 => Type::Text.list(),
            11 => Type::Named(0),
            12 => Type::Named(0).list(),
            _ => Type::Named(1),
        }
    }

    fn places(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for variable in &self.scope {
            let Variable { name, ty, references, .. } = variable;
            self.add_places(name.clone(), ty, *references, 2, &mut found);
        }
        found
    }

    fn add_places(&self, path: String, ty: &Type, references: usize, depth: usize, found: &mut Vec<Place>) {
        found.push(Place { path: path.clone(), ty: ty.clone(), references });
        if depth == 0 {
            return;
        }
        match ty {
            Type::Tuple(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    self.add_places(format!("{path}.{place}"), part, 0, depth - 1, found);
                }
            }
            Type::Named(declared) => match &self.world.types[*declared].body {
                Body::Struct(fields) => {
                    for (field, ty) in fields {
                        self.add_places(format!("{path}.{field}"), ty, 0, depth - 1, found);
                    }
                }
                Body::Newtype(inner) => self.add_places(format!("{path}.0"), inner, 0, depth - 1, found),
                Body::Enum(_) => {}
            },
            _ => {}
        }
    }

    /// A value of this type that is in scope, owned.
    pub(super) fn owned(&mut self, ty: &Type) -> Option<String> {
        let places: Vec<Place> = self.places().into_iter().filter(|place| place.ty == *ty).collect();
        if places.is_empty() {
            return None;
        }
        Some(self.pick(&places).owned())
    }

    /// The path of a value in scope, with its type.
    pub(super) fn path(&mut self, wanted: impl Fn(&Type) -> bool) -> Option<(String, Type)> {
        let places: Vec<Place> = self.places().into_iter().filter(|place| wanted(&place.ty)).collect();
        if places.is_empty() {
            return None;
        }
        let place = self.pick(&places);
        Some((place.path.clone(), place.ty.clone()))
    }

    /// The same of what is never set again, so that it may be borrowed while statements run.
    pub(super) fn steady_path(&mut self, wanted: impl Fn(&Type) -> bool) -> Option<(String, Type)> {
        let all = self.scope.clone();
        self.scope.retain(|variable| !variable.mutable);
        let found = self.path(wanted);
        self.scope = all;
        found
    }

    /// The same as it is borrowed: what is a reference already is not borrowed again.
    pub(super) fn borrowed_path(&mut self, wanted: impl Fn(&Type) -> bool) -> Option<(String, Type)> {
        let (path, ty) = self.steady_path(wanted)?;
        let behind = |variable: &Variable| variable.name == path && variable.references > 0;
        let borrowed = if self.scope.iter().any(behind) { path } else { format!("&{path}") };
        Some((borrowed, ty))
    }

    /// An expression of this type, owned.
    pub(super) fn expression(&mut self, ty: &Type, depth: usize) -> String {
        if self.chance(if depth == 0 { 75 } else { 40 })
            && let Some(owned) = self.owned(ty)
        {
            return owned;
        }
        if depth == 0 {
            return self.literal(ty);
        }
        let inner = depth - 1;
        if self.chance(10) {
            self.used("if as an expression");
            let (test, then, other) =
                (self.test(inner), self.expression(ty, inner), self.expression(ty, inner));
            return format!("if {test} {{ {then} }} else {{ {other} }}");
        }
        if self.chance(10)
            && let Some((path, _)) = self.path(|other| *other == Type::Option(Box::new(ty.clone())))
        {
            self.used("Option: unwrap_or");
            let other = self.expression(ty, inner);
            return format!("{path}.clone().unwrap_or({other})");
        }
        if self.chance(8)
            && let Some(text) = self.matched(ty, inner)
        {
            return text;
        }
        match ty {
            Type::Bool => self.test(inner),
            Type::U32 => self.number(inner),
            Type::I64 => self.signed(inner),
            Type::F64 => self.float(inner),
            Type::Text => self.text(inner),
            Type::Option(held) => self.option(held, inner),
            Type::List(held) => self.list(held, inner),
            Type::Tuple(parts) => {
                self.used("tuple");
                let parts: Vec<String> = parts.iter().map(|part| self.expression(part, inner)).collect();
                format!("({})", parts.join(", "))
            }
            Type::Named(_) => self.named(ty, inner),
        }
    }

    /// A `match` on an enum or an option, as an expression.
    fn matched(&mut self, ty: &Type, inner: usize) -> Option<String> {
        let (path, of) = self.path(|other| matches!(other, Type::Named(1) | Type::Option(_)))?;
        let (kept, other) = (self.scope.len(), self.expression(ty, inner));
        if let Type::Option(held) = of {
            self.used("match on an Option as an expression");
            let name = self.fresh("some");
            self.declare(&name, (*held).clone(), false, 1);
            let some = self.expression(ty, inner);
            self.scope.truncate(kept);
            return Some(format!("match &{path} {{ Some({name}) => {{ {some} }} None => {{ {other} }} }}"));
        }
        self.used("match on an enum as an expression");
        let number = self.fresh("number");
        self.declare(&number, Type::Text, false, 1);
        let card = self.expression(ty, inner);
        self.scope.truncate(kept);
        let cash = self.expression(ty, inner);
        Some(format!(
            "match &{path} {{ Kind::Card {{ number: {number}, .. }} => {{ {card} }} Kind::Cash | Kind::Later => {{ {cash} }} _ => {{ {other} }} }}"
        ))
    }

    fn literal(&mut self, ty: &Type) -> String {
        match ty {
            Type::Bool => self.rng.bool().to_string(),
            Type::U32 => format!("{}u32", self.rng.u32(0..12)),
            Type::I64 => format!("{}i64", self.rng.i64(0..9)),
            Type::F64 => format!("{:?}f64", self.rng.i32(0..20) as f64 / 4.0),
            Type::Text => {
                const TEXTS: [&str; 8] = [
                    r#""""#,
                    r#""a""#,
                    r#""b""#,
                    r#""o-1""#,
                    r#""it's""#,
                    r#""{% x %}""#,
                    r#""ü\"""#,
                    r#""a b""#,
                ];
                format!("{}.to_owned()", self.pick(&TEXTS))
            }
            Type::Option(held) if self.rng.bool() => format!("Some({})", self.literal(held)),
            Type::Option(_) => "None".to_owned(),
            Type::List(held) => {
                let items: Vec<String> = (0..self.rng.usize(..3)).map(|_| self.literal(held)).collect();
                format!("vec![{}]", items.join(", "))
            }
            Type::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.literal(part)).collect::<Vec<_>>().join(", "))
            }
            Type::Named(_) => self.named(ty, 0),
        }
    }

    /// A literal of a declared type.
    fn named(&mut self, ty: &Type, depth: usize) -> String {
        enum Shape {
            Fields(String, Vec<(String, Type)>),
            Places(String, Vec<Type>),
        }
        let Type::Named(place) = ty else { return self.literal(ty) };
        let declared = &self.world.types[*place];
        let name = declared.name;
        let shape = match &declared.body {
            Body::Struct(fields) => Shape::Fields(name.to_owned(), fields.clone()),
            Body::Newtype(inner) => Shape::Places(name.to_owned(), vec![inner.clone()]),
            Body::Enum(variants) => {
                let (variant, held) = &variants[self.rng.usize(..variants.len())];
                let name = format!("{name}::{variant}");
                match held {
                    Held::Nothing => return name,
                    Held::Place(types) => Shape::Places(name, types.clone()),
                    Held::Fields(fields) => Shape::Fields(name, fields.clone()),
                }
            }
        };
        self.used("struct and enum literals");
        match shape {
            Shape::Fields(name, fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(field, ty)| format!("{field}: {}", self.expression(ty, depth.saturating_sub(1))))
                    .collect();
                format!("{name} {{ {} }}", fields.join(", "))
            }
            Shape::Places(name, types) => {
                let places: Vec<String> =
                    types.iter().map(|ty| self.expression(ty, depth.saturating_sub(1))).collect();
                format!("{name}({})", places.join(", "))
            }
        }
    }

    fn number(&mut self, depth: usize) -> String {
        let left = self.expression(&Type::U32, depth);
        match self.rng.u8(..7) {
            0 | 1 => {
                self.used("+");
                format!("({left} + {})", self.expression(&Type::U32, depth))
            }
            2 => {
                self.used("/ and % of integers");
                format!("({left} / {}u32)", self.rng.u32(1..6))
            }
            3 => {
                self.used("/ and % of integers");
                format!("({left} % {}u32)", self.rng.u32(1..6))
            }
            4 => {
                self.used("*");
                format!("({left} * {}u32)", self.rng.u32(0..4))
            }
            5 => match self.path(|ty| *ty == Type::U32.list()) {
                Some((path, _)) => {
                    self.used("list: sum");
                    format!("{path}.iter().sum::<u32>()")
                }
                None => left,
            },
            _ => match self.path(|ty| *ty == Type::Named(0).list()) {
                Some((path, _)) => {
                    self.used("list: map, sum");
                    let item = self.fresh("item");
                    format!("{path}.iter().map(|{item}| {item}.unit_count + 1u32).sum::<u32>()")
                }
                None => left,
            },
        }
    }

    fn signed(&mut self, depth: usize) -> String {
        let left = self.expression(&Type::I64, depth);
        match self.rng.u8(..6) {
            0 => format!("({left} + {})", self.expression(&Type::I64, depth)),
            1 => {
                self.used("-");
                format!("({left} - {})", self.expression(&Type::I64, depth))
            }
            2 => {
                self.used("/ and % of signed integers");
                let by = self.rng.i64(1..6) * if self.rng.bool() { -1 } else { 1 };
                format!("({left} / ({by}i64))")
            }
            3 => {
                self.used("/ and % of signed integers");
                let by = self.rng.i64(1..6) * if self.rng.bool() { -1 } else { 1 };
                format!("({left} % ({by}i64))")
            }
            4 => {
                self.used("negation");
                format!("(-({left}))")
            }
            _ => format!("({left} * {}i64)", self.rng.i64(0..4)),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        self.used("floats");
        let left = self.expression(&Type::F64, depth);
        match self.rng.u8(..4) {
            0 => format!("({left} + {})", self.expression(&Type::F64, depth)),
            1 => format!("({left} - {})", self.expression(&Type::F64, depth)),
            2 => format!("({left} / 2.0f64)"),
            _ => format!("({left} * 0.5f64)"),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        self.used("format!");
        let shown = [Type::Text, Type::U32, Type::I64, Type::Bool];
        let first = self.pick(&shown).clone();
        let second = self.pick(&shown).clone();
        let (one, two) = (self.expression(&first, depth), self.expression(&second, depth));
        match self.rng.u8(..4) {
            0 => format!("format!(\"{{}}-{{}}\", {one}, {two})"),
            1 => format!("format!(\"<{{}}>{{{{}}}}\", {one})"),
            2 => {
                let (one, two) = (self.expression(&Type::Text, depth), self.expression(&Type::Text, depth));
                format!("format!(\"{{}}'{{}}\", {one}, {two})")
            }
            _ => {
                self.used("to_string");
                match self.owned(&Type::U32) {
                    Some(number) => format!("({number}).to_string()"),
                    None => format!("format!(\"{{}}\", {one})"),
                }
            }
        }
    }

    fn option(&mut self, held: &Type, depth: usize) -> String {
        if self.chance(40)
            && let Some((path, _)) = self.path(|ty| *ty == held.clone().list())
        {
            let item = self.fresh("item");
            match self.rng.u8(..3) {
                0 => {
                    self.used("list: first, last");
                    return format!("{path}.first().cloned()");
                }
                1 => {
                    self.used("list: first, last");
                    return format!("{path}.last().cloned()");
                }
                _ => {
                    self.used("list: find");
                    let test = self.asked(&item, held, 2, depth);
                    return format!("{path}.iter().find(|{item}| {test}).cloned()");
                }
            }
        }
        if self.chance(70) {
            self.used("Some");
            format!("Some({})", self.expression(held, depth))
        } else {
            self.used("None");
            "None".to_owned()
        }
    }

    fn list(&mut self, held: &Type, depth: usize) -> String {
        let item = self.fresh("item");
        if self.chance(50)
            && let Some((path, _)) = self.path(|ty| *ty == held.clone().list())
        {
            return match self.rng.u8(..3) {
                0 => {
                    self.used("list: filter");
                    let test = self.asked(&item, held, 2, depth);
                    format!("{path}.iter().filter(|{item}| {test}).cloned().collect::<Vec<_>>()")
                }
                1 => {
                    self.used("list: rev");
                    format!("{path}.iter().rev().cloned().collect::<Vec<_>>()")
                }
                _ => {
                    self.used("list: map");
                    let kept = self.scope.len();
                    self.declare(&item, held.clone(), false, 1);
                    let made = self.expression(held, depth);
                    self.scope.truncate(kept);
                    format!("{path}.iter().map(|{item}| {made}).collect::<Vec<_>>()")
                }
            };
        }
        if self.chance(30)
            && let Some((path, ty)) = self.path(|ty| matches!(ty, Type::List(_)))
            && let Type::List(other) = ty
        {
            self.used("list: map");
            let kept = self.scope.len();
            self.declare(&item, *other, false, 1);
            let made = self.expression(held, depth);
            self.scope.truncate(kept);
            return format!("{path}.iter().map(|{item}| {made}).collect::<Vec<_>>()");
        }
        self.used("list: vec!");
        let items: Vec<String> = (0..self.rng.usize(..3)).map(|_| self.expression(held, depth)).collect();
        format!("vec![{}]", items.join(", "))
    }

    /// A test of the parameter of a closure.
    fn asked(&mut self, item: &str, ty: &Type, references: usize, depth: usize) -> String {
        let kept = self.scope.len();
        self.declare(item, ty.clone(), false, references);
        let test = match ty {
            Type::U32 => format!("{}{item} > {}", "*".repeat(references), self.expression(&Type::U32, 0)),
            Type::Text => format!("!{item}.is_empty()"),
            Type::Named(0) => format!("{item}.unit_count > {}", self.expression(&Type::U32, 0)),
            _ => self.test(depth),
        };
        self.scope.truncate(kept);
        test
    }

    /// An expression that is true or false.
    pub(super) fn test(&mut self, depth: usize) -> String {
        if depth > 0 && self.chance(35) {
            let (left, right) = (self.test(depth - 1), self.test(depth - 1));
            return match self.rng.u8(..3) {
                0 => {
                    self.used("&&");
                    format!("({left} && {right})")
                }
                1 => {
                    self.used("||");
                    format!("({left} || {right})")
                }
                _ => {
                    self.used("!");
                    format!("!({left})")
                }
            };
        }
        let inner = depth.saturating_sub(1);
        match self.rng.u8(..9) {
            0 | 1 => {
                self.used("comparison");
                let ty = self.pick(&[Type::U32, Type::I64, Type::F64]).clone();
                let op = *self.pick(&["<", "<=", ">", ">=", "==", "!="]);
                format!("({} {op} {})", self.expression(&ty, inner), self.expression(&ty, inner))
            }
            2 => {
                self.used("comparison of texts");
                let op = *self.pick(&["==", "!="]);
                format!(
                    "({} {op} {})",
                    self.expression(&Type::Text, inner),
                    self.expression(&Type::Text, inner)
                )
            }
            3 => match self.path(|ty| matches!(ty, Type::Option(_))) {
                Some((path, _)) => {
                    self.used("Option: is_some, is_none");
                    format!("{path}.{}()", self.pick(&["is_some", "is_none"]))
                }
                None => self.rng.bool().to_string(),
            },
            4 => match self.path(|ty| matches!(ty, Type::List(_))) {
                Some((path, _)) => {
                    self.used("list: is_empty, len");
                    if self.rng.bool() { format!("{path}.is_empty()") } else { format!("({path}.len() > 1)") }
                }
                None => self.rng.bool().to_string(),
            },
            5 => match self.path(|ty| *ty == Type::Text.list()) {
                Some((path, _)) => {
                    self.used("list: contains");
                    format!("{path}.contains(&{})", self.expression(&Type::Text, inner))
                }
                None => self.rng.bool().to_string(),
            },
            6 => match self.path(|ty| *ty == Type::Named(0).list() || *ty == Type::U32.list()) {
                Some((path, Type::List(held))) => {
                    self.used("list: any, all");
                    let item = self.fresh("item");
                    let test = self.asked(&item, &held, 1, inner);
                    let method = self.pick(&["any", "all"]);
                    format!("{path}.iter().{method}(|{item}| {test})")
                }
                _ => self.rng.bool().to_string(),
            },
            7 => match self.path(|ty| *ty == Type::Named(1)) {
                Some((path, _)) => {
                    self.used("matches!");
                    format!("matches!({path}, Kind::Cash | Kind::Card {{ .. }})")
                }
                None => self.rng.bool().to_string(),
            },
            _ => match self.owned(&Type::Bool) {
                Some(place) => place,
                None => format!("({} > 2u32)", self.expression(&Type::U32, 0)),
            },
        }
    }
}
