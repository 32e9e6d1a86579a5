//! Reads a JSONata expression: whether it is one, and which variables it reads and sets.
//!
//! A parser of JSONata 2.0.6 without a tree, after the reference implementation's: each construct is read by
//! how tightly it binds, and checked on the way. workflow-core has an engine with a parser, which every build
//! of a workflow would have to wait for; a test there holds the two to the same answers.
//! (<https://docs.jsonata.org/other-operators>)

use super::{
    functions,
    lexer::{Kind, Lexer, Mistake, Token},
};

/// How deep an expression may nest: this runs inside the compiler, on its stack.
const DEPTH: usize = 128;

/// An expression and the names in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// What it is made of, in order.
    pub(crate) pieces: Vec<Piece>,
    /// The variables that it reads and does not set, by first reading.
    pub(crate) free: Vec<String>,
    /// The variables that it sets: with `:=`, as parameters, with `@` and `#`.
    pub(crate) own: Vec<String>,
}

/// A piece of an expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// A variable that is read, by its place.
    Free(usize),
    /// A variable that is set here, by its place.
    Own(usize),
}

impl Text {
    /// The expression in one line, without its comments.
    pub(crate) fn source(&self) -> String {
        let written = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Free(place) => format!("${}", self.free[*place]),
            Piece::Own(place) => format!("${}", self.own[*place]),
        });
        written.collect()
    }
}

/// Reads an expression.
pub(crate) fn read(source: &str) -> Result<Text, Mistake> {
    let mut lexer = Lexer::new(source);
    let token = lexer.next(true)?;
    let mut parser = Parser {
        source,
        lexer,
        token,
        tokens: Vec::new(),
        scopes: vec![Vec::new()],
        variables: Vec::new(),
        has_context: false,
        depth: 0,
    };
    parser.expression(0)?;
    if parser.token.kind != Kind::End {
        let message = format!("Syntax error: {}", parser.shown(parser.token));
        return Err(Mistake::coded("S0201", message, parser.token.start));
    }
    parser.text()
}

/// What was read, as far as what follows depends on it.
#[derive(Clone, Copy, Default)]
struct Read<'a> {
    is: Is<'a>,
    /// Whether it is a path, which has steps.
    path: bool,
    /// Whether `{..}` groups it.
    grouped: bool,
    /// Whether `[..]` chooses of it.
    chosen: bool,
}

#[derive(Clone, Copy, Default)]
enum Is<'a> {
    Variable(&'a str),
    /// A number, `true`, `false` or `null`.
    Literal(&'a str),
    Text,
    /// A list, an object, a negation: no function.
    Data,
    Sorted,
    #[default]
    Other,
}

impl<'a> From<Is<'a>> for Read<'a> {
    fn from(is: Is<'a>) -> Self {
        Self { is, ..Self::default() }
    }
}

struct Parser<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    /// The token that comes next.
    token: Token<'a>,
    /// Those before it.
    tokens: Vec<Token<'a>>,
    /// The variables that are set, by block and function.
    scopes: Vec<Vec<&'a str>>,
    /// Each variable that stands in the text, and whether the text sets it.
    variables: Vec<(Token<'a>, bool)>,
    /// Whether there is a context value: inside a path, a predicate and the like.
    has_context: bool,
    depth: usize,
}

type Reading<'a> = Result<Read<'a>, Mistake>;

impl<'a> Parser<'a> {
    /// Goes on to the next token, where an operand or an operator may stand.
    fn advance(&mut self, operand: bool) -> Result<Token<'a>, Mistake> {
        let token = self.token;
        self.tokens.push(token);
        self.token = self.lexer.next(operand)?;
        Ok(token)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token.kind, Kind::Sign(found) if found == sign)
    }

    /// Goes past a sign that has to stand here.
    fn expect(&mut self, sign: &'static str, operand: bool) -> Result<(), Mistake> {
        if self.is(sign) {
            return self.advance(operand).map(drop);
        }
        let at = self.token.start;
        Err(match self.token.kind {
            Kind::End => Mistake::coded("S0203", format!("Expected \"{sign}\" before end of expression"), at),
            _ => {
                let message = format!("Expected \"{sign}\", got {}", self.shown(self.token));
                Mistake::coded("S0202", message, at)
            }
        })
    }

    fn shown(&self, token: Token<'_>) -> String {
        let text = match token.kind {
            Kind::Variable(name) | Kind::Name(name, _) => name,
            _ => self.source[token.start..token.end].trim_matches(['"', '\'']),
        };
        format!("\"{text}\"")
    }

    fn expression(&mut self, outer: u8) -> Reading<'a> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Mistake::of_workflows(
                "the expression nests too deeply; write it in parts",
                self.token.start,
            ));
        }
        let mut left = self.operand()?;
        while self.tightness() > outer {
            left = self.operator(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Reads what has a context value of its own.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Mistake>) -> Result<T, Mistake> {
        let outer = std::mem::replace(&mut self.has_context, true);
        let result = read(self);
        self.has_context = outer;
        result
    }

    /// What begins an expression.
    fn operand(&mut self) -> Reading<'a> {
        let token = self.token;
        let text = &self.source[token.start..token.end];
        match token.kind {
            Kind::Text => self.advance(false).map(|_| Is::Text.into()),
            Kind::Number | Kind::Value => self.advance(false).map(|_| Is::Literal(text).into()),
            Kind::Regex => self.advance(false).map(|_| Read::default()),
            Kind::Variable(name) => {
                self.advance(false)?;
                self.variable(token, name)?;
                Ok(Is::Variable(name).into())
            }
            Kind::Name(name, quoted) => {
                self.advance(false)?;
                if !quoted && matches!(name, "function" | "λ") && self.is("(") {
                    return self.function();
                }
                self.reads_context(token, &format!("the field `{name}`"))?;
                Ok(Read { path: true, ..Read::default() })
            }
            Kind::Sign("%") => Err(Mistake::of_workflows(
                "`%`, what a value was found in, is not to be had here; keep it in a variable: `$orders@$order.lines.{'id': $order.id}`",
                token.start,
            )),
            Kind::Sign("*" | "**") => {
                self.advance(false)?;
                self.reads_context(token, &format!("`{text}`"))?;
                Ok(Is::Data.into())
            }
            Kind::Sign("-") => {
                self.advance(true)?;
                match self.expression(70)?.is {
                    Is::Literal(text) => Ok(Is::Literal(text).into()),
                    _ => Ok(Is::Data.into()),
                }
            }
            Kind::Sign("(") => {
                self.advance(true)?;
                self.scopes.push(Vec::new());
                while !self.is(")") {
                    self.expression(0)?;
                    if !self.is(";") {
                        break;
                    }
                    self.advance(true)?;
                }
                self.expect(")", false)?;
                self.scopes.pop();
                Ok(Read::default())
            }
            Kind::Sign("[") => {
                self.advance(true)?;
                self.list("]", |parser| {
                    parser.expression(0)?;
                    if parser.is("..") {
                        parser.advance(true)?;
                        parser.expression(0)?;
                    }
                    Ok(())
                })?;
                self.expect("]", false)?;
                Ok(Is::Data.into())
            }
            Kind::Sign("{") => {
                self.object()?;
                Ok(Is::Data.into())
            }
            Kind::Sign("|") => {
                self.advance(true)?;
                self.inside(|parser| {
                    parser.expression(0)?;
                    parser.expect("|", true)?;
                    parser.expression(0)?;
                    if parser.is(",") {
                        parser.advance(true)?;
                        parser.expression(0)?;
                    }
                    parser.expect("|", false)
                })?;
                Ok(Read::default())
            }
            Kind::End => Err(Mistake::coded("S0207", "Unexpected end of expression", token.start)),
            Kind::Sign(sign) => Err(Mistake::coded(
                "S0211",
                format!("The symbol \"{sign}\" cannot be used as a unary operator"),
                token.start,
            )),
        }
    }

    /// How tightly the operator binds that comes next; 0 where none does.
    fn tightness(&self) -> u8 {
        match self.token.kind {
            Kind::Name("or", false) => 25,
            Kind::Name("and", false) => 30,
            Kind::Name("in", false) => 40,
            Kind::Sign(sign) => match sign {
                "[" | "(" | "@" | "#" => 80,
                "." => 75,
                "{" => 70,
                "*" | "/" | "%" => 60,
                "+" | "-" | "&" => 50,
                "=" | "!=" | "<" | ">" | "<=" | ">=" | "~>" | "^" => 40,
                "?" => 20,
                ":=" => 10,
                _ => 0,
            },
            _ => 0,
        }
    }

    /// An operator and what stands behind it.
    fn operator(&mut self, left: Read<'a>) -> Reading<'a> {
        let outer = self.tightness();
        let sign = match self.token.kind {
            Kind::Sign(sign) => sign,
            _ => "and",
        };
        // Nobody multiplies by a regular expression.
        let token = self.advance(!matches!(sign, "." | "*" | "/" | "%"))?;
        match sign {
            "." => {
                let step = |read: Read<'_>| match read.is {
                    Is::Literal(text) => Err(Mistake::coded(
                        "S0213",
                        format!("The literal value {text} cannot be used as a step within a path expression"),
                        token.start,
                    )),
                    _ => Ok(()),
                };
                step(left)?;
                if matches!(left.is, Is::Text) {
                    self.reads_context(token, "the field before this `.`")?;
                }
                step(self.inside(|parser| parser.expression(outer))?)?;
                Ok(Read { path: true, grouped: left.grouped && left.path, ..Read::default() })
            }
            "[" if self.is("]") => {
                self.advance(false)?;
                Ok(left)
            }
            "[" => {
                if left.grouped && !left.path {
                    let message = "A predicate cannot follow a grouping expression in a step";
                    return Err(Mistake::coded("S0209", message, token.start));
                }
                self.inside(|parser| parser.expression(0))?;
                self.expect("]", false)?;
                Ok(Read { chosen: true, path: left.path, grouped: left.grouped, ..Read::default() })
            }
            "{" => {
                if left.grouped {
                    let message = "Each step can only have one grouping expression";
                    return Err(Mistake::coded("S0210", message, token.start));
                }
                self.inside(Self::pairs)?;
                Ok(Read { grouped: true, path: left.path, ..Read::default() })
            }
            "(" => {
                if matches!(left.is, Is::Literal(_) | Is::Text | Is::Data) {
                    let message = "Attempted to invoke a non-function";
                    return Err(Mistake::coded("T1006", message, token.start));
                }
                self.list(")", |parser| match parser.is("?") {
                    true => parser.advance(false).map(drop),
                    false => parser.expression(0).map(drop),
                })?;
                self.expect(")", false)?;
                Ok(Read::default())
            }
            "^" => {
                self.expect("(", true)?;
                if self.is(")") {
                    // Says that a term is missing.
                    return self.operand();
                }
                self.inside(|parser| {
                    parser.list(")", |parser| {
                        if parser.is("<") || parser.is(">") {
                            parser.advance(true)?;
                        }
                        parser.expression(0).map(drop)
                    })
                })?;
                self.expect(")", false)?;
                Ok(Read { is: Is::Sorted, path: true, ..Read::default() })
            }
            "?" => {
                if let Kind::Sign(newer @ ("?" | ":")) = self.token.kind {
                    return Err(Mistake::of_workflows(
                        format!(
                            "`?{newer}` is of a later JSONata than that of Step Functions; write `$exists(a) ? a : b`"
                        ),
                        token.start,
                    ));
                }
                self.expression(0)?;
                if self.is(":") {
                    self.advance(true)?;
                    self.expression(0)?;
                }
                Ok(Read::default())
            }
            ":=" => {
                let Is::Variable(name) = left.is else {
                    let message = "The left side of := must be a variable name (start with $)";
                    return Err(Mistake::coded("S0212", message, token.start));
                };
                // A function may call itself.
                let calls_itself = matches!(self.token.kind, Kind::Name("function" | "λ", false));
                if calls_itself {
                    self.set(name);
                }
                self.expression(outer - 1)?;
                if !calls_itself {
                    self.set(name);
                }
                Ok(Read::default())
            }
            "@" | "#" => {
                let variable = self.token;
                let Kind::Variable(name) = variable.kind else {
                    let message = format!("The right side of {sign} must be a variable name (start with $)");
                    return Err(Mistake::coded("S0214", message, variable.start));
                };
                if sign == "@" && left.chosen {
                    let message = "A context variable binding must precede any predicates on a step";
                    return Err(Mistake::coded("S0215", message, token.start));
                }
                if sign == "@" && matches!(left.is, Is::Sorted) {
                    let message = "A context variable binding must precede the 'order-by' clause on a step";
                    return Err(Mistake::coded("S0216", message, token.start));
                }
                self.advance(false)?;
                self.own(variable, name)?;
                self.set(name);
                Ok(Read { path: left.path || sign == "#", grouped: left.grouped, ..Read::default() })
            }
            _ => {
                self.expression(outer)?;
                Ok(Read::default())
            }
        }
    }

    /// What commas separate, up to a bracket.
    fn list(
        &mut self,
        end: &str,
        mut item: impl FnMut(&mut Self) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        if self.is(end) {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.is(",") {
                return Ok(());
            }
            self.advance(true)?;
        }
    }

    fn object(&mut self) -> Result<(), Mistake> {
        self.advance(true)?;
        self.pairs()
    }

    /// The keys and values of an object, and the bracket behind them.
    fn pairs(&mut self) -> Result<(), Mistake> {
        self.list("}", |parser| {
            parser.expression(0)?;
            parser.expect(":", true)?;
            parser.expression(0).map(drop)
        })?;
        self.expect("}", false)
    }

    /// The parameters and the body of a function.
    fn function(&mut self) -> Reading<'a> {
        self.advance(true)?;
        let mut parameters = Vec::new();
        self.list(")", |parser| {
            let parameter = parser.token;
            let Kind::Variable(name) = parameter.kind else {
                let message = "Parameter of function definition must be a variable name (start with $)";
                return Err(Mistake::coded("S0208", message, parameter.start));
            };
            parser.advance(false)?;
            parser.own(parameter, name)?;
            parameters.push(name);
            Ok(())
        })?;
        self.expect(")", false)?;
        if self.is("<") {
            self.signature()?;
        }
        self.expect("{", true)?;
        self.scopes.push(parameters);
        self.expression(0)?;
        self.scopes.pop();
        self.expect("}", false)?;
        Ok(Read::default())
    }

    /// `<n-n:b>` behind the parameters of a function.
    fn signature(&mut self) -> Result<(), Mistake> {
        let mut depth = 0_usize;
        loop {
            match self.token.kind {
                Kind::Sign("<") => depth += 1,
                Kind::Sign(">") => depth -= 1,
                Kind::Sign("{") | Kind::End => return self.expect(">", false),
                _ => {}
            }
            self.advance(false)?;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn set(&mut self, name: &'a str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
        }
    }

    /// A variable where it is set.
    fn own(&mut self, token: Token<'a>, name: &'a str) -> Result<(), Mistake> {
        let message = match name {
            "" | "$" => format!("`${name}` is no variable that could be set; give it a name"),
            "states" => "`$states` is Step Functions' own; give the variable another name".to_owned(),
            _ if functions::is_function(name) => {
                format!("`${name}` is a function, which a variable of its name hides; give it another name")
            }
            _ => {
                self.variables.push((token, true));
                return Ok(());
            }
        };
        Err(Mistake::of_workflows(message, token.start))
    }

    /// A variable where an operand may stand; what follows it comes next.
    fn variable(&mut self, token: Token<'a>, name: &'a str) -> Result<(), Mistake> {
        if self.is(":=") {
            return self.own(token, name);
        }
        let refused = match name {
            "" => return self.reads_context(token, "`$`"),
            "$" => Some(
                "`$$` is the context value, which Step Functions leaves undefined; bind a value and read that"
                    .to_owned(),
            ),
            "states" => Some(
                "`$states` is what the state holds in which the expression comes to stand, and that is for the compiler to choose; bind the value: `\"$order.id\", order = &order`, or ask `execution()`"
                    .to_owned(),
            ),
            _ if self.scopes.iter().flatten().any(|known| *known == name) => {
                self.variables.push((token, true));
                None
            }
            _ if functions::is_function(name) || self.is("(") => functions::refused(name),
            _ => {
                self.variables.push((token, false));
                None
            }
        };
        match refused {
            Some(message) => Err(Mistake::of_workflows(message, token.start)),
            None => Ok(()),
        }
    }

    /// Refuses what is read of the context value, where there is none.
    fn reads_context(&self, token: Token<'_>, what: &str) -> Result<(), Mistake> {
        if self.has_context {
            return Ok(());
        }
        Err(Mistake::of_workflows(
            format!(
                "{what} is read of the context value, which Step Functions leaves undefined; begin with a variable: `$order.price`"
            ),
            token.start,
        ))
    }

    /// The text in its pieces.
    fn text(self) -> Result<Text, Mistake> {
        let mut text = Text::default();
        let place = |names: &mut Vec<String>, name: &str| {
            names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        let mut variables = self.variables;
        variables.sort_by_key(|(token, _)| token.start);
        let mut variables = variables.into_iter().peekable();
        let mut plain = String::new();
        let mut end = self.tokens.first().map_or(0, |token| token.start);
        for token in &self.tokens {
            let between = &self.source[end..token.start];
            // In one line and without comments, as a state machine shows it.
            plain.push_str(if between.contains(['\n', '*']) { " " } else { between });
            end = token.end;
            let own = variables.next_if(|(variable, _)| variable.start == token.start).map(|(_, own)| own);
            let (Some(own), Kind::Variable(name)) = (own, token.kind) else {
                plain.push_str(&self.source[token.start..token.end]);
                continue;
            };
            if !plain.is_empty() {
                text.pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            text.pieces.push(match own {
                true => Piece::Own(place(&mut text.own, name)),
                false => Piece::Free(place(&mut text.free, name)),
            });
        }
        if !plain.is_empty() {
            text.pieces.push(Piece::Text(plain));
        }
        if let Some(both) = text.free.iter().find(|name| text.own.contains(name)) {
            return Err(Mistake::of_workflows(
                format!(
                    "`${both}` is set in one place and read in another, where what is set there is not known; give one of the two another name"
                ),
                self.source.find(&format!("${both}")).unwrap_or(0),
            ));
        }
        Ok(text)
    }
}
