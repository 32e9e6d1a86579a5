//! DynamoDB's expressions: conditions, filters and updates.
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>)
//!
//! Read once: for the state machine, where every attribute gets a placeholder so that no name is a
//! reserved word, and for the store in memory, which evaluates what was read.

/// What a condition says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Comparator, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    /// A function that is a condition: `attribute_exists`, `begins_with`, ..
    Function(String, Vec<Operand>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value in an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// An attribute, or a part of one.
    Path(Path),
    /// `:name`
    Value(String),
    /// `size(path)`, `if_not_exists(path, value)`, `list_append(a, b)`
    Function(String, Vec<Operand>),
    /// `a + b`; with `true` `a - b`.
    Sum(Box<Operand>, bool, Box<Operand>),
}

/// The way to an attribute, or to a part of one.
pub(super) type Path = Vec<Part>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name(String),
    Index(usize),
}

/// What an update does.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Update {
    pub(super) set: Vec<(Path, Operand)>,
    pub(super) remove: Vec<Path>,
    pub(super) add: Vec<(Path, Operand)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// `#name`
    Alias(String),
    /// `:name`
    Value(String),
    Index(usize),
    Symbol(&'static str),
}

const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];
const CONDITIONS: [&str; 5] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"];
const FUNCTIONS: [&str; 3] = ["size", "if_not_exists", "list_append"];
const SYMBOLS: [&str; 13] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "["];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let place = text.len() - rest.len();
        let word = |text: &str| -> usize {
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
        };
        let (token, length) = if first.is_ascii_alphabetic() || first == '_' {
            let length = word(rest);
            (Token::Word(rest[..length].to_owned()), length)
        } else if first == '#' || first == ':' {
            let length = 1 + word(&rest[1..]);
            let name = rest[..length].to_owned();
            if length == 1 {
                return Err(format!("`{first}` is followed by no name"));
            }
            (if first == '#' { Token::Alias(name) } else { Token::Value(name) }, length)
        } else if first == '[' {
            let close = rest.find(']').ok_or("`[` is not closed")?;
            let index =
                rest[1..close].trim().parse().map_err(|_| "a place in a list is a number".to_owned())?;
            (Token::Index(index), close + 1)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), symbol.len())
        } else {
            return Err(format!("`{first}` means nothing there"));
        };
        tokens.push((place, token));
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// The expression with every attribute behind a placeholder, and the placeholders with what they
/// stand for.
pub(super) fn aliased(text: &str) -> Result<(String, Vec<(String, String)>), String> {
    let mut names: Vec<(String, String)> = Vec::new();
    let mut written = String::new();
    let mut end = 0;
    for (place, token) in tokens(text)? {
        let Token::Word(word) = token else { continue };
        if KEYWORDS.contains(&word.to_uppercase().as_str())
            || CONDITIONS.contains(&word.as_str())
            || FUNCTIONS.contains(&word.as_str())
        {
            continue;
        }
        let alias = format!("#{word}");
        written.push_str(&text[end..place]);
        written.push_str(&alias);
        end = place + word.len();
        if !names.iter().any(|(known, _)| *known == alias) {
            names.push((alias, word));
        }
    }
    written.push_str(&text[end..]);
    Ok((written, names))
}

/// The names of the values that an expression mentions, with their colons.
pub(super) fn values(text: &str) -> Vec<String> {
    let tokens = tokens(text).unwrap_or_default();
    let values = tokens.into_iter().filter_map(|(_, token)| match token {
        Token::Value(name) => Some(name),
        _ => None,
    });
    values.collect()
}

/// Reads a condition, a key condition or a filter. `name` says what a placeholder stands for.
pub(super) fn condition(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Result<Condition, String> {
    let mut parser = Parser::new(text, name)?;
    let condition = parser.or()?;
    parser.end()?;
    Ok(condition)
}

/// Reads an update.
pub(super) fn update(text: &str, name: &dyn Fn(&str) -> Option<String>) -> Result<Update, String> {
    let mut parser = Parser::new(text, name)?;
    let mut update = Update::default();
    while parser.place < parser.tokens.len() {
        let clause = parser.word()?.to_uppercase();
        loop {
            let path = parser.path()?;
            match clause.as_str() {
                "SET" => {
                    parser.symbol("=")?;
                    let value = parser.sum()?;
                    update.set.push((path, value));
                }
                "REMOVE" => update.remove.push(path),
                "ADD" => {
                    let value = parser.operand()?;
                    update.add.push((path, value));
                }
                other => return Err(format!("an update has `SET`, `REMOVE` and `ADD`, not `{other}`")),
            }
            if !parser.takes(",") {
                break;
            }
        }
    }
    Ok(update)
}

struct Parser<'a> {
    tokens: Vec<Token>,
    place: usize,
    name: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Parser<'a> {
    fn new(text: &str, name: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let tokens: Vec<Token> = tokens(text)?.into_iter().map(|(_, token)| token).collect();
        if tokens.is_empty() {
            return Err("the expression is empty".to_owned());
        }
        Ok(Self { tokens, place: 0, name })
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.place).cloned();
        self.place += 1;
        token
    }

    fn end(&self) -> Result<(), String> {
        match self.tokens.get(self.place) {
            None => Ok(()),
            Some(token) => Err(format!("{} stands after the end", shown(token))),
        }
    }

    fn takes(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.get(self.place), Some(Token::Symbol(known)) if *known == symbol);
        self.place += usize::from(found);
        found
    }

    fn symbol(&mut self, symbol: &str) -> Result<(), String> {
        if self.takes(symbol) { Ok(()) } else { Err(format!("`{symbol}` is missing")) }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.place), Some(Token::Word(known)) if known.eq_ignore_ascii_case(word));
        self.place += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(token) => Err(format!("{} stands where a word is due", shown(&token))),
            None => Err("the expression ends early".to_owned()),
        }
    }

    fn or(&mut self) -> Result<Condition, String> {
        let mut left = self.and()?;
        while self.takes_word("OR") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, String> {
        let mut left = self.not()?;
        while self.takes_word("AND") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, String> {
        if self.takes_word("NOT") {
            return Ok(Condition::Not(Box::new(self.not()?)));
        }
        if self.takes("(") {
            let inner = self.or()?;
            self.symbol(")")?;
            return Ok(inner);
        }
        if let Some(Token::Word(word)) = self.tokens.get(self.place)
            && CONDITIONS.contains(&word.as_str())
        {
            let name = self.word()?;
            return Ok(Condition::Function(name, self.arguments()?));
        }
        let left = self.operand()?;
        if self.takes_word("BETWEEN") {
            let low = self.operand()?;
            if !self.takes_word("AND") {
                return Err("`BETWEEN` goes with `AND`".to_owned());
            }
            return Ok(Condition::Between(left, low, self.operand()?));
        }
        if self.takes_word("IN") {
            return Ok(Condition::In(left, self.arguments()?));
        }
        let comparator = match self.next() {
            Some(Token::Symbol("=")) => Comparator::Equal,
            Some(Token::Symbol("<>")) => Comparator::NotEqual,
            Some(Token::Symbol("<")) => Comparator::Less,
            Some(Token::Symbol("<=")) => Comparator::LessOrEqual,
            Some(Token::Symbol(">")) => Comparator::Greater,
            Some(Token::Symbol(">=")) => Comparator::GreaterOrEqual,
            Some(token) => return Err(format!("{} stands where a comparison is due", shown(&token))),
            None => return Err("a comparison is missing at the end".to_owned()),
        };
        Ok(Condition::Compare(left, comparator, self.operand()?))
    }

    fn sum(&mut self) -> Result<Operand, String> {
        let left = self.operand()?;
        let minus = match self.tokens.get(self.place) {
            Some(Token::Symbol("+")) => false,
            Some(Token::Symbol("-")) => true,
            _ => return Ok(left),
        };
        self.place += 1;
        Ok(Operand::Sum(Box::new(left), minus, Box::new(self.operand()?)))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.tokens.get(self.place).cloned() {
            Some(Token::Value(name)) => {
                self.place += 1;
                Ok(Operand::Value(name))
            }
            Some(Token::Word(word)) if FUNCTIONS.contains(&word.as_str()) => {
                self.place += 1;
                Ok(Operand::Function(word, self.arguments()?))
            }
            _ => Ok(Operand::Path(self.path()?)),
        }
    }

    fn arguments(&mut self) -> Result<Vec<Operand>, String> {
        self.symbol("(")?;
        let mut arguments = vec![self.operand()?];
        while self.takes(",") {
            arguments.push(self.operand()?);
        }
        self.symbol(")")?;
        Ok(arguments)
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut path = vec![Part::Name(self.attribute()?)];
        loop {
            if self.takes(".") {
                path.push(Part::Name(self.attribute()?));
            } else if let Some(Token::Index(index)) = self.tokens.get(self.place) {
                path.push(Part::Index(*index));
                self.place += 1;
            } else {
                return Ok(path);
            }
        }
    }

    fn attribute(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(Token::Alias(alias)) => {
                (self.name)(&alias).ok_or_else(|| format!("`{alias}` is not among ExpressionAttributeNames"))
            }
            Some(token) => Err(format!("{} stands where an attribute is due", shown(&token))),
            None => Err("an attribute is missing at the end".to_owned()),
        }
    }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(text) | Token::Alias(text) | Token::Value(text) => format!("`{text}`"),
        Token::Index(index) => format!("`[{index}]`"),
        Token::Symbol(symbol) => format!("`{symbol}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_get_placeholders_and_nothing_else_does() {
        let (text, names) = aliased("attribute_not_exists(Id) and State = :open OR size(Tags) < :n").unwrap();
        assert_eq!(text, "attribute_not_exists(#Id) and #State = :open OR size(#Tags) < :n");
        let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Id", "State", "Tags"]);
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let read = condition("a = :a OR b = :b AND NOT c = :c", &|_| None).unwrap();
        assert!(matches!(read, Condition::Or(_, right) if matches!(*right, Condition::And(..))));
    }

    #[test]
    fn an_update_has_clauses_with_several_actions() {
        let read = update("SET a = :a, b.c[1] = b.d + :n REMOVE e ADD f :n", &|_| None).unwrap();
        assert_eq!((read.set.len(), read.remove.len(), read.add.len()), (2, 1, 1));
        assert_eq!(read.set[1].0, [Part::Name("b".into()), Part::Name("c".into()), Part::Index(1)]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| condition(text, &|_| None).unwrap_err();
        assert_eq!(wrong("a = :a b"), "`b` stands after the end");
        assert_eq!(wrong("a"), "a comparison is missing at the end");
        assert_eq!(wrong("#a = :a"), "`#a` is not among ExpressionAttributeNames");
        assert_eq!(wrong(""), "the expression is empty");
        assert_eq!(
            update("PUT a = :a", &|_| None).unwrap_err(),
            "an update has `SET`, `REMOVE` and `ADD`, not `PUT`"
        );
    }
}
