//! Graphs of tasks: trigger rules, mapped tasks, checks of data, interpreters.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a graph with trigger rules

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    #[default]
    AllSuccess,
    AllDone,
    OneFailed,
    NoneFailedMinOneSuccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Success,
    Failed,
    Skipped,
    UpstreamFailed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Node {
    id: String,
    #[serde(default)]
    upstream: Vec<String>,
    #[serde(default)]
    rule: Rule,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum DagError {
    #[error("task {id} failed")]
    TaskFailed { id: String },
    #[error("unknown upstream {0}")]
    Unknown(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [TaskFailed], max_attempts = 1))]
async fn execute(id: &str) -> Result<(), DagError> {
    if id.starts_with('f') { Err(DagError::TaskFailed { id: id.into() }) } else { Ok(()) }
}

#[pure]
impl Rule {
    /// What becomes of a task, if it does not run.
    fn verdict(self, upstream: &[State]) -> Option<State> {
        let has = |state: State| upstream.contains(&state);
        let failed = has(State::Failed) || has(State::UpstreamFailed);
        match self {
            Rule::AllDone => None,
            Rule::AllSuccess if failed => Some(State::UpstreamFailed),
            Rule::AllSuccess if has(State::Skipped) => Some(State::Skipped),
            Rule::AllSuccess => None,
            Rule::OneFailed => (!failed).then_some(State::Skipped),
            Rule::NoneFailedMinOneSuccess => {
                if failed {
                    Some(State::UpstreamFailed)
                } else if upstream.iter().all(|s| *s == State::Skipped) && !upstream.is_empty() {
                    Some(State::Skipped)
                } else {
                    None
                }
            }
        }
    }
}

#[workflow]
pub async fn run_dag(nodes: Vec<Node>) -> Result<BTreeMap<String, State>, DagError> {
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    for node in &nodes {
        let upstream = node
            .upstream
            .iter()
            .map(|id| states.get(id).copied().ok_or_else(|| DagError::Unknown(id.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let state = match node.rule.verdict(&upstream) {
            Some(state) => state,
            None => match execute(&node.id).await {
                Ok(()) => State::Success,
                Err(DagError::TaskFailed { .. }) => State::Failed,
                Err(e) => return Err(e),
            },
        };
        states.insert(node.id.clone(), state);
    }
    Ok(states)
}

#[tokio::test]
async fn trigger_rules_decide() {
    both_ways(run_dag).await;
    let node = |id: &str, upstream: &[&str], rule| Node {
        id: id.into(),
        upstream: upstream.iter().map(|u| u.to_string()).collect(),
        rule,
    };
    let nodes = vec![
        node("a", &[], Rule::AllSuccess),
        node("f", &["a"], Rule::AllSuccess),
        node("b", &["f"], Rule::AllSuccess),
        node("c", &["f", "a"], Rule::OneFailed),
        node("d", &["a"], Rule::OneFailed),
        node("e", &["d"], Rule::NoneFailedMinOneSuccess),
    ];
    let states = Executor::test().agreeing().run(run_dag(nodes)).await.output().unwrap();
    assert_eq!(states["b"], State::UpstreamFailed);
    assert_eq!((states["c"], states["e"]), (State::Success, State::Skipped));
}

// ---- a task for each of a list, and what they give added up

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Partition<T> {
    index: usize,
    items: Vec<T>,
}

#[task]
async fn extract(day: u32) -> Answer<Vec<i64>> {
    Ok((0..i64::from(day % 10)).map(|n| n * n - 7).collect())
}

#[task]
async fn load(partition: Partition<i64>) -> Answer<i64> {
    Ok(partition.items.iter().sum::<i64>() + partition.index as i64)
}

#[workflow]
pub async fn mapped(days: Vec<u32>, width: usize) -> Answer<(i64, Vec<(i64, i64)>)> {
    let width = width % 4 + 1;
    let extracted = map(&days, async |day| extract(*day).await).await?;
    let all: Vec<i64> = extracted.concat();
    let (negative, positive): (Vec<i64>, Vec<i64>) = all.iter().partition(|n| **n < 0);
    let partitions: Vec<Partition<i64>> = positive
        .chunks(width)
        .enumerate()
        .map(|(index, items)| Partition { index, items: items.to_vec() })
        .collect();
    let loaded = map(partitions, async |partition| load(partition).await).max_concurrency(4).await?;
    let mut running = Vec::new();
    let mut total = 0;
    for n in &loaded {
        total += n;
        running.push(total);
    }
    let pairs = loaded.into_iter().zip(running).collect();
    Ok((negative.into_iter().map(i64::abs).max().unwrap_or(0), pairs))
}

#[tokio::test]
async fn mapped_tasks_are_added_up() {
    both_ways(mapped).await;
    let (most, pairs) = Executor::test().agreeing().run(mapped(vec![5], 0)).await.output().unwrap();
    assert_eq!((most, pairs), (7, vec![(2, 2), (10, 12)]));
}

// ---- checks of data: each has a threshold, and says how bad it is

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Check {
    name: String,
    #[serde(flatten)]
    kind: Kind,
    #[serde(default)]
    warn_only: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    NotNull { column: String, max_share: f64 },
    Unique { columns: Vec<String> },
    RowCount { min: Option<u64>, max: Option<u64> },
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Verdicts {
    passed: usize,
    warnings: Vec<String>,
    failures: Vec<String>,
}

#[task]
async fn query(sql: &str) -> Answer<u64> {
    Ok(sql.len() as u64)
}

#[pure]
fn percent(part: u64, whole: u64) -> f64 {
    match whole {
        0 => 0.0,
        _ => part as f64 * 100.0 / whole as f64,
    }
}

#[workflow]
pub async fn check_data(table: String, checks: Vec<Check>) -> Answer<Verdicts> {
    let mut verdicts = Verdicts::default();
    let rows = query(&format!("select count(*) from {table}")).await?;
    for check in checks {
        let problem = match check.kind {
            Kind::NotNull { column, max_share } => {
                let nulls = query(&format!("select count(*) from {table} where {column} is null")).await?;
                let share = percent(nulls, rows);
                (share > max_share).then(|| format!("{column}: {nulls} of {rows} rows are null"))
            }
            Kind::Unique { columns } if columns.is_empty() => Some("no columns".to_string()),
            Kind::Unique { columns } => {
                let list = columns.join(", ");
                let distinct = query(&format!("select count(distinct {list}) from {table}")).await?;
                (distinct < rows).then(|| format!("({list}): {} are not unique", rows - distinct))
            }
            Kind::RowCount { min, max } => match (min, max) {
                (Some(min), _) if rows < min => Some(format!("{rows} rows, at least {min} expected")),
                (_, Some(max)) if rows > max => Some(format!("{rows} rows, at most {max} expected")),
                _ => None,
            },
        };
        match problem {
            None => verdicts.passed += 1,
            Some(text) if check.warn_only => verdicts.warnings.push(format!("{}: {text}", check.name)),
            Some(text) => verdicts.failures.push(format!("{}: {text}", check.name)),
        }
    }
    Ok(verdicts)
}

#[tokio::test]
async fn data_is_checked() {
    both_ways(check_data).await;
    let check = |kind, warn_only| Check { name: "c".into(), kind, warn_only };
    let checks = vec![
        check(Kind::RowCount { min: None, max: Some(3) }, true),
        check(Kind::Unique { columns: vec!["a".into()] }, false),
        check(Kind::NotNull { column: "a".into(), max_share: 12.5 }, false),
    ];
    let verdicts = Executor::test().agreeing().run(check_data("t".into(), checks)).await.output().unwrap();
    assert_eq!((verdicts.passed, verdicts.warnings.len(), verdicts.failures.len()), (1, 1, 1));
}

// ---- a small language of steps, interpreted with a stack

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub enum Statement {
    Sequence(Vec<Statement>),
    Activity { name: String, arguments: Vec<String>, result: Option<String> },
    Sleep(u32),
}

#[task]
async fn activity(name: &str, arguments: Vec<String>) -> Answer<String> {
    Ok(format!("{name}({})", arguments.join(",")))
}

#[workflow]
pub async fn interpret(
    program: Statement,
    mut variables: BTreeMap<String, String>,
) -> Answer<BTreeMap<String, String>> {
    let mut stack = vec![program];
    let mut steps = 0u32;
    while let Some(statement) = stack.pop() {
        steps += 1;
        if steps > 30 {
            break;
        }
        match statement {
            Statement::Sequence(statements) => stack.extend(statements.into_iter().rev()),
            Statement::Activity { name, arguments, result } => {
                let values = arguments
                    .iter()
                    .map(|name| variables.get(name).cloned().unwrap_or_else(|| format!("${name}")))
                    .collect();
                let value = activity(&name, values).await?;
                if let Some(result) = result {
                    variables.insert(result, value);
                }
            }
            Statement::Sleep(seconds) => sleep(Duration::from_secs(u64::from(seconds % 100))).await,
        }
    }
    Ok(variables)
}

#[tokio::test]
async fn a_program_is_interpreted() {
    both_ways(interpret).await;
    let call = |name: &str, arguments: &[&str], result: &str| Statement::Activity {
        name: name.into(),
        arguments: arguments.iter().map(|a| a.to_string()).collect(),
        result: Some(result.into()),
    };
    let program = Statement::Sequence(vec![
        call("f", &["x"], "y"),
        Statement::Sequence(vec![Statement::Sleep(3), call("g", &["y", "z"], "x")]),
    ]);
    let variables = BTreeMap::from([("x".to_string(), "1".to_string())]);
    let ran = Executor::test().agreeing().run(interpret(program, variables)).await;
    assert_eq!(ran.output().unwrap()["x"], "g(f(1),$z)");
}

// ---- topological order, by counting what is left to wait for

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Edge(String, String);

#[task]
async fn build(package: &str, order: usize) -> Answer<()> {
    let _ = (package, order);
    Ok(())
}

#[workflow]
pub async fn build_all(edges: Vec<Edge>) -> Answer<Result<Vec<String>, Vec<String>>> {
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    for Edge(from, to) in &edges {
        waiting.entry(from.clone()).or_default();
        *waiting.entry(to.clone()).or_default() += 1;
    }
    let mut ready: VecDeque<String> =
        waiting.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name.clone()).collect();
    let mut built = Vec::new();
    while let Some(package) = ready.pop_front() {
        build(&package, built.len()).await?;
        for Edge(_, to) in edges.iter().filter(|Edge(from, _)| *from == package) {
            if let Some(count) = waiting.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    ready.push_back(to.clone());
                }
            }
        }
        waiting.remove(&package);
        built.push(package);
    }
    Ok(if waiting.is_empty() { Ok(built) } else { Err(waiting.into_keys().collect()) })
}

#[tokio::test]
async fn packages_are_built_in_order() {
    both_ways(build_all).await;
    let edge = |a: &str, b: &str| Edge(a.into(), b.into());
    let edges = vec![edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")];
    let ran = Executor::test().agreeing().run(build_all(edges)).await;
    assert_eq!(ran.output().unwrap().unwrap(), ["a", "b", "c", "d"]);
}

// ---- rows of a file, parsed, converted and told apart

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Sale {
    day: u32,
    shop: String,
    cents: i64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum RowError {
    #[error("{found} columns instead of 3")]
    Columns { found: usize },
    #[error("no number: {0}")]
    Number(String),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
impl Sale {
    fn read(line: &str) -> Result<Self, RowError> {
        let columns: Vec<&str> = line.split(';').map(str::trim).collect();
        let [day, shop, amount] = columns[..] else {
            return Err(RowError::Columns { found: columns.len() });
        };
        let day = day.parse().map_err(|_| RowError::Number(day.to_string()))?;
        let amount: f64 =
            amount.replace(',', ".").parse().map_err(|_| RowError::Number(amount.to_string()))?;
        Ok(Sale { day, shop: shop.to_uppercase(), cents: (amount * 100.0).round() as i64 })
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Data)]
pub struct Report {
    by_shop: BTreeMap<String, i64>,
    best_day: Option<(String, i64)>,
    errors: Vec<String>,
}

#[task]
async fn read_file(name: &str) -> Answer<String> {
    Ok(format!("day;shop;amount\n1; a ;1,50\n2;b;2.25\n\n1;{name};x\n2;a\n2;b;0,75"))
}

#[workflow]
pub async fn sales_report(file: String) -> Answer<Report> {
    let text = read_file(&file).await?;
    let mut report = Report::default();
    let mut by_day: BTreeMap<String, i64> = BTreeMap::new();
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    for (number, line) in lines {
        match Sale::read(line) {
            Ok(Sale { day, shop, cents }) => {
                *report.by_shop.entry(shop).or_insert(0) += cents;
                *by_day.entry(day.to_string()).or_insert(0) += cents;
            }
            Err(error) => report.errors.push(format!("line {}: {error}", number + 1)),
        }
    }
    report.best_day = by_day.into_iter().max_by_key(|(_, cents)| *cents);
    Ok(report)
}

#[tokio::test]
async fn sales_are_reported() {
    both_ways(sales_report).await;
    let report = Executor::test().agreeing().run(sales_report("f".into())).await.output().unwrap();
    assert_eq!(report.by_shop, BTreeMap::from([("A".to_string(), 150), ("B".to_string(), 300)]));
    assert_eq!(report.best_day, Some(("2".to_string(), 300)));
    assert_eq!(report.errors, ["line 5: no number: x", "line 6: 2 columns instead of 3"]);
}
