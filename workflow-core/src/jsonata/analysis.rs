//! What a parsed expression reads and calls, found once so that an evaluation binds only that.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::{engine::Needs, syntax::SyntaxError};

/// What an expression reads of its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reads {
    /// Reads `$states.input`.
    pub input: bool,
    /// Reads `$states.result`.
    pub result: bool,
    /// Reads `$states.errorOutput`.
    pub error_output: bool,
    /// Reads `$states.context`.
    pub context: bool,
    /// The variables that it reads, without `$`, in the order in which they appear first. Those that the
    /// expression sets itself and the functions that it names are among them.
    pub variables: Vec<String>,
    /// The variables that it sets itself, with `:=` or as parameters of its functions.
    pub own_variables: Vec<String>,
    /// Reads `$states` as a whole, and so all of its members.
    pub whole_states: bool,
    /// The fields that it reads of the context value, which Step Functions leaves undefined; `$` and `$$`
    /// are among them where they are read.
    pub top_level: Vec<String>,
}

/// The parts of a value that paths lead to: those of its fields that are named here, or all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) whole: bool,
    pub(super) fields: Vec<(String, Parts)>,
}

/// What [`analyse`] finds.
pub(super) struct Analysis {
    pub(super) reads: Reads,
    pub(super) needs: Needs,
}

/// Something that Step Functions' JSONata lacks.
pub(super) struct Refused {
    code: Option<&'static str>,
    message: String,
    token: &'static str,
}

impl Refused {
    /// The error for an expression that holds it.
    pub(super) fn located(self, source: &str) -> SyntaxError {
        let Self { code, message, token } = self;
        SyntaxError { code: code.map(str::to_owned), message, position: source.find(token) }
    }
}

/// Reads an expression's tree.
pub(super) fn analyse(tree: &AstNode) -> Result<Analysis, Refused> {
    let mut walk = Walk { is_top: true, ..Walk::default() };
    walk.node(tree)?;
    let Walk { variables, functions, parent, own_variables, top_level, comparisons, .. } = walk;
    let comparison = match comparisons.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let states = variables.iter().find(|(name, _)| name == "states").map(|(_, parts)| parts);
    let member = |name: &str| {
        states.is_some_and(|states| states.whole || states.fields.iter().any(|(field, _)| field == name))
    };
    let reads = Reads {
        input: member("input"),
        result: member("result"),
        error_output: member("errorOutput"),
        context: member("context"),
        variables: variables.iter().map(|(name, _)| name).filter(|name| *name != "states").cloned().collect(),
        own_variables,
        whole_states: states.is_some_and(|states| states.whole),
        top_level,
    };
    let mut needs = Needs { variables, functions, comparison };
    if parent {
        // `%` leads back to values that no path names.
        needs.variables.iter_mut().for_each(|(_, parts)| parts.whole = true);
    }
    Ok(Analysis { reads, needs })
}

#[derive(Default)]
struct Walk {
    variables: Vec<(String, Parts)>,
    functions: Vec<String>,
    parent: bool,
    own_variables: Vec<String>,
    top_level: Vec<String>,
    comparisons: Vec<&'static str>,
    /// Whether the context value of the node is that of the whole expression.
    is_top: bool,
}

impl Walk {
    fn nodes<'a>(&mut self, nodes: impl IntoIterator<Item = &'a AstNode>) -> Result<(), Refused> {
        nodes.into_iter().try_for_each(|node| self.node(node))
    }

    fn pairs(&mut self, pairs: &[(AstNode, AstNode)]) -> Result<(), Refused> {
        pairs.iter().try_for_each(|(key, value)| self.nodes([key, value]))
    }

    fn node(&mut self, node: &AstNode) -> Result<(), Refused> {
        match node {
            AstNode::Name(name) => {
                self.field_of_context(name);
                Ok(())
            }
            AstNode::ParentVariable(name) => {
                if name.is_empty() || name == "$" {
                    note(&mut self.top_level, "$$");
                }
                Ok(())
            }
            AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Wildcard
            | AstNode::Descendant => Ok(()),
            AstNode::Regex { pattern, .. } if pattern.is_empty() => Err(Refused {
                code: Some("S0301"),
                message: "Empty regular expressions are not allowed".to_owned(),
                token: "//",
            }),
            AstNode::Regex { .. } => Ok(()),
            AstNode::Variable(name) => self.variable(name, &[]),
            AstNode::Parent(_) => {
                self.parent = true;
                Ok(())
            }
            AstNode::Path { steps } => self.path(steps),
            AstNode::Binary { op, lhs, rhs } => {
                match op {
                    BinaryOp::Coalesce => return Err(missing_operator("??", "?")),
                    BinaryOp::Default => return Err(missing_operator("?:", ":")),
                    BinaryOp::ColonEqual => match &**lhs {
                        AstNode::Variable(name) => note(&mut self.own_variables, name),
                        _ => return Err(not_a_variable()),
                    },
                    BinaryOp::LessThan => self.comparison("<"),
                    BinaryOp::LessThanOrEqual => self.comparison("<="),
                    BinaryOp::GreaterThan => self.comparison(">"),
                    BinaryOp::GreaterThanOrEqual => self.comparison(">="),
                    _ => {}
                }
                self.nodes([&**lhs, &**rhs])
            }
            AstNode::Unary { operand, .. } => self.node(operand),
            AstNode::Function { name, args, .. } => {
                self.function(name)?;
                self.nodes(args)
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure)?;
                self.nodes(args)
            }
            AstNode::Lambda { params, body, .. } => {
                params.iter().for_each(|name| note(&mut self.own_variables, name));
                self.inside(|walk| walk.node(body))
            }
            AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => self.nodes(items),
            AstNode::Object(pairs) => self.pairs(pairs),
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input)?;
                self.inside(|walk| walk.pairs(pattern))
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.nodes([&**condition, &**then_branch])?;
                self.nodes(else_branch.as_deref())
            }
            AstNode::FunctionApplication(inner) => self.node(inner),
            AstNode::Sort { input, terms } => {
                self.node(input)?;
                self.inside(|walk| walk.nodes(terms.iter().map(|(term, _)| term)))
            }
            AstNode::Transform { location, update, delete } => self.inside(|walk| {
                walk.nodes([&**location, &**update])?;
                walk.nodes(delete.as_deref())
            }),
        }
    }

    fn path(&mut self, steps: &[PathStep]) -> Result<(), Refused> {
        match steps {
            [first, rest @ ..] if matches!(&first.node, AstNode::Variable(_)) => {
                let mut names = Vec::new();
                if is_plain(first) {
                    for step in rest {
                        let AstNode::Name(name) = &step.node else { break };
                        names.push(name.as_str());
                        if !is_plain(step) {
                            break;
                        }
                    }
                }
                if let AstNode::Variable(name) = &first.node {
                    self.variable(name, &names)?;
                }
                self.stages(first)?;
                self.steps(rest)
            }
            [first, rest @ ..] => {
                self.node(&first.node)?;
                self.stages(first)?;
                self.steps(rest)
            }
            [] => Ok(()),
        }
    }

    fn comparison(&mut self, sign: &'static str) {
        if !self.comparisons.contains(&sign) {
            self.comparisons.push(sign);
        }
    }

    /// Reads what has another context value.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let was_top = std::mem::take(&mut self.is_top);
        let result = read(self);
        self.is_top = was_top;
        result
    }

    fn field_of_context(&mut self, name: &str) {
        if self.is_top {
            note(&mut self.top_level, name);
        }
    }

    fn steps(&mut self, steps: &[PathStep]) -> Result<(), Refused> {
        self.inside(|walk| {
            steps.iter().try_for_each(|step| {
                walk.bind(step);
                walk.node(&step.node)?;
                walk.stages(step)
            })
        })
    }

    fn stages(&mut self, step: &PathStep) -> Result<(), Refused> {
        self.bind(step);
        self.inside(|walk| {
            step.stages.iter().try_for_each(|stage| match stage {
                Stage::Filter(filter) => walk.node(filter),
                Stage::KeepArray => Ok(()),
                Stage::Index(name) => {
                    note(&mut walk.own_variables, name);
                    Ok(())
                }
            })
        })
    }

    /// Notes the variables that `@` and `#` set.
    fn bind(&mut self, step: &PathStep) {
        [&step.focus, &step.index_var]
            .into_iter()
            .flatten()
            .for_each(|name| note(&mut self.own_variables, name));
    }

    /// Notes that these fields, each inside the one before, are read of a variable.
    fn variable(&mut self, name: &str, fields: &[&str]) -> Result<(), Refused> {
        if name.is_empty() {
            self.field_of_context("$");
            return Ok(());
        }
        self.called(name)?;
        let mut parts = entry(&mut self.variables, name);
        for field in fields {
            parts = entry(&mut parts.fields, field);
        }
        parts.whole = true;
        Ok(())
    }

    fn function(&mut self, name: &str) -> Result<(), Refused> {
        self.called(name)?;
        // A variable may hold a function.
        entry(&mut self.variables, name).whole = true;
        Ok(())
    }

    /// Notes a name that may be that of a function.
    fn called(&mut self, name: &str) -> Result<(), Refused> {
        note(&mut self.functions, name);
        Ok(())
    }
}

/// What JSONata 2.0.6 says of an operator that a later version brought: it reads the last sign of it
/// as the beginning of an operand.
fn missing_operator(token: &'static str, sign: &str) -> Refused {
    Refused {
        code: Some("S0211"),
        message: format!("The symbol \"{sign}\" cannot be used as a unary operator"),
        token,
    }
}

fn not_a_variable() -> Refused {
    Refused {
        code: Some("S0212"),
        message: "The left side of := must be a variable name (start with $)".to_owned(),
        token: ":=",
    }
}

fn note(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn is_plain(step: &PathStep) -> bool {
    step.stages.is_empty() && step.focus.is_none() && step.index_var.is_none() && !step.is_tuple
}

fn entry<'a>(list: &'a mut Vec<(String, Parts)>, name: &str) -> &'a mut Parts {
    let place = list.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        list.push((name.to_owned(), Parts::default()));
        list.len() - 1
    });
    &mut list[place].1
}
