//! Models that call tools, are asked again, vote, and are watched.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a model and its tools

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct ChatMessage {
    role: Role,
    content: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct ToolCall {
    id: String,
    #[serde(flatten)]
    tool: Tool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "name", content = "arguments", rename_all = "snake_case")]
pub enum Tool {
    Weather {
        city: String,
    },
    Calculate {
        a: i64,
        b: i64,
        #[serde(rename = "operator")]
        op: char,
    },
    AskHuman {
        question: String,
    },
    Finish,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    message: ChatMessage,
    stop_reason: StopReason,
    usage: Usage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    EndTurn,
    ToolUse,
    MaxTokens,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Usage {
    input: u32,
    output: u32,
}

#[pure]
impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.output += other.output;
    }
}

#[pure]
impl ChatMessage {
    fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
    }

    fn tool(call: &ToolCall, content: String) -> Self {
        Self { tool_call_id: Some(call.id.clone()), ..Self::new(Role::Tool, content) }
    }
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum AgentError {
    #[error("the model is throttled")]
    Throttled,
    #[error("{0} tokens are used up")]
    BudgetExceeded(u32),
    #[error("no answer after {turns} turns")]
    NoAnswer { turns: usize },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [Throttled], interval_seconds = 1, max_attempts = 4, backoff_rate = 2.0, jitter))]
async fn complete(messages: &[ChatMessage]) -> Result<Completion, AgentError> {
    let turn = messages.iter().filter(|m| m.role == Role::Assistant).count();
    let tools = match turn {
        0 => vec![Tool::Weather { city: "Rome".into() }, Tool::Calculate { a: 6, b: 7, op: '*' }],
        1 => vec![Tool::AskHuman { question: "really?".into() }],
        _ => vec![],
    };
    let stop_reason = if tools.is_empty() { StopReason::EndTurn } else { StopReason::ToolUse };
    let tool_calls =
        tools.into_iter().enumerate().map(|(i, tool)| ToolCall { id: format!("{turn}-{i}"), tool }).collect();
    let content = messages.last().map_or(String::new(), |m| format!("re: {}", m.content));
    let message = ChatMessage { role: Role::Assistant, content, tool_calls, tool_call_id: None };
    Ok(Completion { message, stop_reason, usage: Usage { input: messages.len() as u32 * 10, output: 5 } })
}

#[task]
async fn weather(city: &str) -> Answer<String> {
    Ok(format!("sunny in {city}"))
}

#[task(timeout_seconds = 86400)]
async fn ask_human(token: TaskToken, question: &str) -> Answer<Pending<String>> {
    let _ = question;
    Ok(token.pending())
}

const SYSTEM: &str = "\
You answer questions. \
Use tools where you must.";

#[workflow]
pub async fn tool_agent(question: String, budget: u32) -> Result<(String, Usage), AgentError> {
    let mut messages = vec![ChatMessage::new(Role::System, SYSTEM), ChatMessage::new(Role::User, question)];
    let mut usage = Usage::default();
    for _turn in 0..6 {
        let Completion { message, stop_reason, usage: used } = complete(&messages).await?;
        usage += used;
        if usage.input + usage.output > budget {
            return Err(AgentError::BudgetExceeded(budget));
        }
        let calls = message.tool_calls.clone();
        let text = message.content.clone();
        messages.push(message);
        if stop_reason != StopReason::ToolUse {
            return Ok((text, usage));
        }
        for call in &calls {
            let answer = match &call.tool {
                Tool::Weather { city } => weather(city).await.unwrap_or_else(|_| "unknown".to_string()),
                Tool::Calculate { b: 0, op: '/' | '%', .. } => "undefined".to_owned(),
                Tool::Calculate { a, b, op } => {
                    let result = match op {
                        '+' => a.checked_add(*b),
                        '-' => a.checked_sub(*b),
                        '*' => a.checked_mul(*b),
                        '/' => a.checked_div(*b),
                        _ => None,
                    };
                    result.map_or("undefined".to_owned(), |r| r.to_string())
                }
                Tool::AskHuman { question } => ask_human(question)
                    .timeout(Duration::from_secs(600))
                    .await
                    .unwrap_or(String::from("nobody is there")),
                Tool::Finish => return Ok((text, usage)),
            };
            messages.push(ChatMessage::tool(call, answer));
        }
    }
    Err(AgentError::NoAnswer { turns: 6 })
}

#[tokio::test]
async fn a_model_calls_tools() {
    both_ways(tool_agent).await;
    let executor = Executor::test().agreeing().mock(ask_human, Mock::value("yes".to_owned()));
    let ran = executor.run(tool_agent("and?".into(), 1_000)).await;
    assert_eq!(ran.output().unwrap(), ("re: yes".to_owned(), Usage { input: 140, output: 15 }));
}

// ---- several models vote on a text

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Data)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    Safe,
    Spam,
    HateSpeech,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Opinion {
    label: Label,
    confidence: f64,
}

#[task(retry(errors = [TIMEOUT], max_attempts = 1), timeout_seconds = 10)]
async fn classify(model: &str, text: &str) -> Answer<Opinion> {
    let label = match (model.len() + text.len()) % 3 {
        0 => Label::Safe,
        1 => Label::Spam,
        _ => Label::HateSpeech,
    };
    Ok(Opinion { label, confidence: 0.25 * (model.len() % 5) as f64 })
}

const MODELS: &[&str] = &["small", "middle", "large-2"];

#[workflow]
pub async fn moderate(text: String) -> Answer<(Label, String)> {
    if text.trim().is_empty() {
        return Ok((Label::Safe, "0.00".to_string()));
    }
    let opinions = map(MODELS.to_vec(), async |model| classify(model, &text).await).await?;
    let mut weights: BTreeMap<String, f64> = BTreeMap::new();
    for Opinion { label, confidence } in &opinions {
        let name = match label {
            Label::Safe => "safe",
            Label::Spam => "spam",
            Label::HateSpeech => "hate",
        };
        *weights.entry(name.to_owned()).or_default() += confidence;
    }
    let (winner, weight) = weights
        .iter()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map(|(name, &weight)| (name.as_str(), weight))
        .unwrap_or(("safe", 0.0));
    let label = match winner {
        "spam" => Label::Spam,
        "hate" => Label::HateSpeech,
        _ => Label::Safe,
    };
    Ok((label, format!("{weight:.2}")))
}

#[tokio::test]
async fn models_vote() {
    both_ways(moderate).await;
    let ran = Executor::test().agreeing().run(moderate("buy".into())).await;
    assert_eq!(ran.output().unwrap(), (Label::Spam, "0.50".to_owned()));
}

// ---- an answer is criticised until it is good enough

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Critique {
    score: u8,
    #[serde(default)]
    hints: Vec<String>,
}

#[task]
async fn draft(prompt: &str, hints: &[String]) -> Answer<String> {
    Ok(format!("{prompt}{}", "!".repeat(hints.len())))
}

#[task]
async fn criticise(text: &str) -> Answer<Critique> {
    let marks = text.matches('!').count() as u8;
    Ok(Critique { score: 4 + marks * 3, hints: vec![format!("louder than {marks}")] })
}

#[workflow]
pub async fn refine(prompt: String, #[serde(default)] goal: Option<u8>) -> Answer<(String, u8)> {
    let goal = goal.unwrap_or(9).min(10);
    let mut hints: Vec<String> = vec![];
    let mut best: Option<(String, u8)> = None;
    for _ in 0..3 {
        let text = draft(&prompt, &hints).await?;
        let Critique { score, hints: new } = criticise(&text).await?;
        best = match best {
            Some((_, old)) if old >= score => best,
            _ => Some((text, score)),
        };
        if best.as_ref().is_some_and(|(_, score)| *score >= goal) {
            break;
        }
        hints.extend(new.into_iter().filter(|hint| !hint.is_empty()));
        hints.dedup();
    }
    Ok(best.unwrap_or_default())
}

#[tokio::test]
async fn an_answer_is_refined() {
    both_ways(refine).await;
    let ran = Executor::test().agreeing().run(refine("hey".into(), None)).await;
    assert_eq!(ran.output().unwrap(), ("hey!!".to_owned(), 10));
}

// ---- passages are found, scored, and the best of them quoted

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Passage {
    source: String,
    #[serde(rename = "_score")]
    score: f64,
    text: String,
}

#[task]
async fn search_index(index: &str, query: &str, top_k: usize) -> Answer<Vec<Passage>> {
    let passage = |i: usize| Passage {
        source: format!("{index}/{}", i / 2),
        score: 1.0 / (i + 1) as f64,
        text: format!("{query} {i}"),
    };
    Ok((0..top_k).map(passage).collect())
}

#[task]
async fn answer_with(context: &str, query: &str) -> Answer<String> {
    Ok(format!("{query}: {}", context.len()))
}

#[workflow]
pub async fn retrieve(query: String, indices: Vec<String>) -> Answer<(String, Vec<String>)> {
    const TOP: usize = 4;
    let (words, vectors) = try_join!(
        map(&indices, async |index| search_index(index, &query, 2).await),
        search_index("vectors", &query, TOP),
    )?;
    let mut passages: Vec<Passage> = words.into_iter().flatten().chain(vectors).collect();
    passages.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap().then_with(|| a.source.cmp(&b.source)));
    passages.truncate(TOP);
    let context = passages
        .iter()
        .enumerate()
        .map(|(n, Passage { text, source, .. })| format!("[{}] {source}: {text}", n + 1))
        .collect::<Vec<_>>()
        .join("\n");
    let mut sources: Vec<String> = passages.into_iter().map(|p| p.source).collect();
    sources.sort();
    sources.dedup();
    let answer = answer_with(&context, &query).await?;
    Ok((answer, sources))
}

#[tokio::test]
async fn passages_are_quoted() {
    both_ways(retrieve).await;
    let ran = Executor::test().agreeing().run(retrieve("q".into(), vec!["a".into(), "b".into()])).await;
    assert_eq!(ran.output().unwrap().1, ["a/0", "b/0", "vectors/0"]);
}

// ---- a term is coded: looked up, else by an agent, else left open; whatever fails is noted

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Lookup {
    blocked: bool,
    #[serde(rename = "match", default)]
    matched: Option<Candidate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub struct Candidate {
    code: String,
    #[serde(default)]
    score: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Data)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum CodingStatus {
    Autocoded,
    ApprovalRequired,
    #[default]
    Open,
}

#[task]
async fn look_up_term(term: &str) -> Answer<Lookup> {
    let matched = (term.len() % 2 == 0).then(|| Candidate { code: term.to_uppercase(), score: None });
    Ok(Lookup { blocked: term.starts_with('!'), matched })
}

#[task]
async fn code_term(term: &str) -> Answer<Candidate> {
    Ok(Candidate { code: format!("?{term}"), score: Some(term.len() as f64 / 10.0) })
}

#[task]
async fn write_back(
    term: &str,
    status: CodingStatus,
    candidate: Option<&Candidate>,
    failure: Option<&str>,
) -> Answer<String> {
    Ok(format!("{term} {status:?} {} {}", candidate.map_or("-", |c| &c.code), failure.unwrap_or("fine")))
}

#[workflow]
pub async fn code(term: String) -> Answer<String> {
    let mut failure: Option<String> = None;
    let outcome: Answer<_> = async {
        let lookup = look_up_term(&term).await?;
        if lookup.blocked {
            return Ok((CodingStatus::Open, None));
        }
        if let Some(found) = lookup.matched {
            return Ok((CodingStatus::Autocoded, Some(found)));
        }
        let candidate = code_term(&term).await?;
        let status = match candidate.score {
            Some(score) if score >= 0.9 => CodingStatus::Autocoded,
            Some(0.7..) => CodingStatus::ApprovalRequired,
            _ => CodingStatus::default(),
        };
        Ok((status, Some(candidate)))
    }
    .await;
    let (status, candidate) = match outcome {
        Ok(coded) => coded,
        Err(error) => {
            failure = Some(error.name().to_string());
            (CodingStatus::Open, None)
        }
    };
    if status != CodingStatus::Open {
        match write_back(&term, status, candidate.as_ref(), None).await {
            Ok(done) => return Ok(done),
            Err(error) => failure = Some(error.name().to_string()),
        }
    }
    write_back(&term, CodingStatus::Open, None, failure.as_deref()).await
}

#[tokio::test]
async fn a_term_is_coded() {
    both_ways(code).await;
    let ran = Executor::test().agreeing().run(code("headake".into())).await;
    assert_eq!(ran.output().unwrap(), "headake ApprovalRequired ?headake fine");
}
