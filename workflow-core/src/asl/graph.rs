//! Draws a definition, for a README or a review: as Mermaid, which Git hosts render in Markdown, or as DOT, which
//! Graphviz does.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

/// The longest text beside an arrow, in characters.
const LONGEST_LABEL: usize = 40;

/// What a drawing is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A Mermaid flowchart.
    Mermaid,
    /// A directed graph in DOT.
    Dot,
}

/// Draws the states of a definition and the ways between them, in the order of the file. Ways of a Choice are
/// labelled with their conditions, those of a catcher, which are dashed, with the errors; a Parallel or Map state
/// points to the states of its branches or of its iteration.
///
/// A definition with mistakes is drawn as far as it can be: what says whether it has some is
/// [`validate`](super::validate::validate).
///
/// ```
/// use serde_json::json;
/// use workflow_core::asl::graph::{Format, draw};
///
/// let definition = json!({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 5, "End": true}}});
/// assert_eq!(draw(&definition, Format::Mermaid), "\
/// flowchart TD
///     s0([Start])
///     s1[/\"Wait\"/]
///     s2([End])
///     s0 --> s1
///     s1 --> s2
/// ");
/// ```
pub fn draw(definition: &Value, format: Format) -> String {
    let mut graph = Graph::default();
    graph.machine(definition);
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = match format {
        Format::Mermaid => graph.mermaid(&mut text),
        Format::Dot => graph.dot(&mut text),
    };
    text
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Where a branch or an iteration begins and ends among the nodes, and what it is called; outer ones first.
    groups: Vec<Group>,
}

struct Node {
    shape: Shape,
    label: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Where an execution starts or ends.
    Border,
    Choice,
    /// Wait
    Pause,
    /// Parallel and Map
    Frame,
    Succeed,
    Fail,
    /// Task and Pass
    Step,
}

struct Edge {
    from: usize,
    to: usize,
    label: String,
    dashed: bool,
}

struct Group {
    label: String,
    first: usize,
    end: usize,
}

impl Graph {
    fn node(&mut self, shape: Shape, label: &str) -> usize {
        self.nodes.push(Node { shape, label: label.to_owned() });
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, label: String, dashed: bool) {
        self.edges.push(Edge { from, to, label, dashed });
    }

    fn machine(&mut self, definition: &Value) {
        let start = self.node(Shape::Border, "Start");
        let (first, ending) = self.states(definition);
        if let Some(first) = first {
            self.edge(start, first, String::new(), false);
            // Those who place the nodes begin with the first way.
            self.edges.rotate_right(1);
        }
        if !ending.is_empty() {
            let end = self.node(Shape::Border, "End");
            ending.into_iter().for_each(|state| self.edge(state, end, String::new(), false));
        }
    }

    /// Draws the states of a machine, a branch or an iteration: the first, and those after which it ends.
    fn states(&mut self, machine: &Value) -> (Option<usize>, Vec<usize>) {
        let Some(states) = machine["States"].as_object() else { return (None, Vec::new()) };
        let mut known = Vec::new();
        for (name, state) in states {
            let node = self.node(shape(state), name);
            known.push((name.as_str(), node));
            for (label, inner) in parts(state) {
                let group = self.groups.len();
                self.groups.push(Group { label: label.clone(), first: self.nodes.len(), end: 0 });
                let (first, _) = self.states(inner);
                self.groups[group].end = self.nodes.len();
                if let Some(first) = first {
                    self.edge(node, first, String::new(), false);
                }
            }
        }
        let of = |name: &Value| {
            let name = name.as_str()?;
            known.iter().find(|(known, _)| *known == name).map(|(_, node)| *node)
        };
        let mut ending = Vec::new();
        for ((_, node), state) in known.iter().zip(states.values()) {
            for (to, label, dashed) in ways(state) {
                if let Some(to) = of(to) {
                    self.edge(*node, to, label, dashed);
                }
            }
            if state["End"] == true {
                ending.push(*node);
            }
        }
        (of(&machine["StartAt"]), ending)
    }

    fn mermaid(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "flowchart TD")?;
        self.grouped(out, &mut |out, line, depth| match line {
            Line::Node(number) => {
                let Node { shape, label } = &self.nodes[number];
                let label = mermaid_text(label);
                let (open, close) = match shape {
                    Shape::Border => {
                        return writeln!(out, "{:depth$}s{number}([{}])", "", self.nodes[number].label);
                    }
                    Shape::Choice => ("{", "}"),
                    Shape::Pause => ("[/", "/]"),
                    Shape::Frame => ("[[", "]]"),
                    Shape::Succeed | Shape::Fail => ("(", ")"),
                    Shape::Step => ("[", "]"),
                };
                writeln!(out, "{:depth$}s{number}{open}{label}{close}", "")
            }
            Line::Open(group) => {
                writeln!(out, "{:depth$}subgraph g{group}[{}]", "", mermaid_text(&self.groups[group].label))
            }
            Line::Close => writeln!(out, "{:depth$}end", ""),
        })?;
        for Edge { from, to, label, dashed } in &self.edges {
            let arrow = if *dashed { "-.->" } else { "-->" };
            let label = if label.is_empty() { String::new() } else { format!("|{}|", mermaid_text(label)) };
            writeln!(out, "    s{from} {arrow}{label} s{to}")?;
        }
        for (number, node) in self.nodes.iter().enumerate() {
            match node.shape {
                Shape::Succeed => writeln!(out, "    style s{number} stroke:#2a7")?,
                Shape::Fail => writeln!(out, "    style s{number} stroke:#c33")?,
                _ => {}
            }
        }
        Ok(())
    }

    fn dot(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "digraph {{")?;
        writeln!(out, "    node [shape=box, fontname=\"sans-serif\"];")?;
        writeln!(out, "    edge [fontname=\"sans-serif\", fontsize=10];")?;
        self.grouped(out, &mut |out, line, depth| match line {
            Line::Node(number) => {
                let Node { shape, label } = &self.nodes[number];
                let look = match shape {
                    Shape::Border => ", shape=circle",
                    Shape::Choice => ", shape=diamond",
                    Shape::Pause => ", shape=parallelogram",
                    Shape::Frame => ", peripheries=2",
                    Shape::Succeed => ", style=rounded, color=\"#22aa77\"",
                    Shape::Fail => ", style=rounded, color=\"#cc3333\"",
                    Shape::Step => "",
                };
                writeln!(out, "{:depth$}s{number} [label={}{look}];", "", dot_text(label))
            }
            Line::Open(group) => writeln!(
                out,
                "{:depth$}subgraph cluster_{group} {{ label={};",
                "",
                dot_text(&self.groups[group].label)
            ),
            Line::Close => writeln!(out, "{:depth$}}}", ""),
        })?;
        for Edge { from, to, label, dashed } in &self.edges {
            let mut look = Vec::new();
            if !label.is_empty() {
                look.push(format!("label={}", dot_text(label)));
            }
            if *dashed {
                look.push("style=dashed".to_owned());
            }
            let look = if look.is_empty() { String::new() } else { format!(" [{}]", look.join(", ")) };
            writeln!(out, "    s{from} -> s{to}{look};")?;
        }
        writeln!(out, "}}")
    }

    /// Writes nodes, each inside of its groups.
    fn grouped(
        &self,
        out: &mut String,
        write: &mut dyn FnMut(&mut String, Line, usize) -> fmt::Result,
    ) -> fmt::Result {
        let mut open: Vec<&Group> = Vec::new();
        let mut groups = self.groups.iter().enumerate().peekable();
        for number in 0..=self.nodes.len() {
            while open.last().is_some_and(|group| group.end <= number) {
                open.pop();
                write(out, Line::Close, 4 * (open.len() + 1))?;
            }
            while let Some((place, group)) = groups.next_if(|(_, group)| group.first == number) {
                // One without states is left out.
                if group.end > group.first {
                    write(out, Line::Open(place), 4 * (open.len() + 1))?;
                    open.push(group);
                }
            }
            if number < self.nodes.len() {
                write(out, Line::Node(number), 4 * (open.len() + 1))?;
            }
        }
        Ok(())
    }
}

enum Line {
    Node(usize),
    Open(usize),
    Close,
}

fn shape(state: &Value) -> Shape {
    match state["Type"].as_str() {
        Some("Choice") => Shape::Choice,
        Some("Wait") => Shape::Pause,
        Some("Parallel" | "Map") => Shape::Frame,
        Some("Succeed") => Shape::Succeed,
        Some("Fail") => Shape::Fail,
        _ => Shape::Step,
    }
}

/// The branches or the iteration of a state, and what to call them.
fn parts(state: &Value) -> Vec<(String, &Value)> {
    if let Some(branches) = state["Branches"].as_array() {
        let numbered = branches.iter().enumerate();
        return numbered.map(|(place, branch)| (format!("branch {}", place + 1), branch)).collect();
    }
    let iteration = [&state["ItemProcessor"], &state["Iterator"]].into_iter().find(|part| part.is_object());
    iteration.map(|part| ("each item".to_owned(), part)).into_iter().collect()
}

/// Where a state leads: the name, what stands beside the arrow, and whether it is an error's way.
fn ways(state: &Value) -> Vec<(&Value, String, bool)> {
    let list = |key: &str| state[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ways = vec![(&state["Next"], String::new(), false)];
    for rule in list("Choices") {
        ways.push((&rule["Next"], shortened(&condition(rule)), false));
    }
    ways.push((&state["Default"], "otherwise".to_owned(), false));
    for catcher in list("Catch") {
        let errors = catcher["ErrorEquals"].as_array().map(Vec::as_slice).unwrap_or_default();
        let errors: Vec<&str> = errors.iter().filter_map(Value::as_str).collect();
        ways.push((&catcher["Next"], shortened(&errors.join(", ")), true));
    }
    ways
}

/// A rule of a Choice in few words.
fn condition(rule: &Value) -> String {
    if let Some(text) = rule["Condition"].as_str() {
        let text = text.trim();
        let inner = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}"));
        return inner.unwrap_or(text).trim().to_owned();
    }
    let Some(fields) = rule.as_object() else { return String::new() };
    for (key, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = fields.get(key).and_then(Value::as_array) {
            return rules.iter().map(condition).collect::<Vec<_>>().join(word);
        }
    }
    match fields.get("Not") {
        Some(inner) => format!("not ({})", condition(inner)),
        None => comparison(fields),
    }
}

fn comparison(fields: &Map<String, Value>) -> String {
    let variable = fields.get("Variable").and_then(Value::as_str).unwrap_or_default();
    let operator =
        fields.iter().find(|(key, _)| !["Variable", "Next", "Comment", "Assign"].contains(&key.as_str()));
    let Some((operator, value)) = operator else { return variable.to_owned() };
    let of = operator.strip_suffix("Path").unwrap_or(operator);
    let sign = ["GreaterThanEquals", "LessThanEquals", "GreaterThan", "LessThan", "Equals"]
        .into_iter()
        .zip([">=", "<=", ">", "<", "="])
        .find(|(name, _)| of.ends_with(name));
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match sign {
        Some((_, sign)) => format!("{variable} {sign} {value}"),
        None if value == "true" => format!("{variable} {operator}"),
        None => format!("{variable} {operator} {value}"),
    }
}

fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST_LABEL {
        return text;
    }
    text.chars().take(LONGEST_LABEL - 2).chain("..".chars()).collect()
}

/// A text in quotes, in which Mermaid reads entities alone.
fn mermaid_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("#quot;"),
            '#' => quoted.push_str("#35;"),
            '<' => quoted.push_str("#lt;"),
            '>' => quoted.push_str("#gt;"),
            '&' => quoted.push_str("#amp;"),
            '`' => quoted.push_str("#96;"),
            other if other.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn dot_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with_everything() -> Value {
        json!({
            "StartAt": "Both",
            "States": {
                "Both": {
                    "Type": "Parallel",
                    "Branches": [
                        {"StartAt": "A \"quoted\" #1", "States": {"A \"quoted\" #1": {"Type": "Pass", "End": true}}},
                        {"StartAt": "Each", "States": {"Each": {
                            "Type": "Map",
                            "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Task", "End": true}}},
                            "End": true
                        }}},
                    ],
                    "Catch": [{"ErrorEquals": ["Busy", "States.Timeout"], "Next": "Failed"}],
                    "Next": "Enough?"
                },
                "Enough?": {
                    "Type": "Choice",
                    "Choices": [
                        {"Condition": "{% $count > 3 and $name = 'a <b>' %}", "Next": "Done"},
                        {"And": [
                            {"Variable": "$.a", "NumericGreaterThanEquals": 3},
                            {"Not": {"Variable": "$.b", "IsPresent": true}}
                        ], "Next": "Pause"}
                    ],
                    "Default": "Both"
                },
                "Pause": {"Type": "Wait", "Seconds": 5, "End": true},
                "Done": {"Type": "Succeed"},
                "Failed": {"Type": "Fail"}
            }
        })
    }

    #[test]
    fn everything_as_mermaid() {
        insta::assert_snapshot!(draw(&with_everything(), Format::Mermaid));
    }

    #[test]
    fn everything_as_dot() {
        insta::assert_snapshot!(draw(&with_everything(), Format::Dot));
    }

    #[test]
    fn what_is_no_definition_is_drawn_as_far_as_it_goes() {
        assert_eq!(draw(&json!(7), Format::Mermaid), "flowchart TD\n    s0([Start])\n");
        let dangling =
            json!({"StartAt": "B", "States": {"A": {"Type": "Choice", "Choices": [3], "Default": "C"}}});
        assert_eq!(draw(&dangling, Format::Mermaid), "flowchart TD\n    s0([Start])\n    s1{\"A\"}\n");
    }
}
