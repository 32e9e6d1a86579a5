//! Two tasks and two workflows.

#![allow(non_camel_case_types, reason = "a task and its type share a name")]

use std::{sync::LazyLock, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Call, Context, Data, Definition, ErrorName, ErrorVariant, Failure, MissingState, PlatformError, Policy,
    Retry, Shape, Start, States, Task, Workflow, WorkflowError, WorkflowKind, WorkflowMeta,
    asl::{QueryLanguage, StateMachine},
    symbolic::Builder,
};

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) cents: u32,
}

impl Data for Order {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Any
    }
}

pub(super) fn order(cents: u32) -> Order {
    Order { id: "A-1".to_owned(), cents }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(super) enum PaymentError {
    #[error("the card was declined: {reason}")]
    Declined { reason: String },
    #[error("the provider is busy")]
    Busy,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

impl PaymentError {
    pub(super) const BUSY: ErrorName = ErrorName::new("Busy");
}

impl WorkflowError for PaymentError {
    fn to_failure(&self) -> Failure {
        match self {
            Self::Declined { reason } => {
                let data = serde_json::json!({ "reason": reason });
                Failure::new("Declined", crate::error::cause_with_data(&self.to_string(), data))
            }
            Self::Busy => Failure::new("Busy", self.to_string()),
            Self::Platform(error) => error.to_failure(),
        }
    }

    fn from_failure(failure: Failure) -> Result<Self, Failure> {
        match failure.error.as_str() {
            "Declined" => match crate::error::data_of_cause(&failure.cause) {
                Some(data) => {
                    Ok(Self::Declined { reason: data["reason"].as_str().unwrap_or_default().to_owned() })
                }
                None => Err(failure),
            },
            "Busy" => Ok(Self::Busy),
            _ => PlatformError::from_failure(failure).map(Self::Platform),
        }
    }

    fn variants() -> Vec<ErrorVariant> {
        Vec::new()
    }
}

/// How often the handler of `charge` yields before it answers.
#[derive(Clone, Copy)]
pub(super) struct Yields(pub(super) u32);

// #[task(timeout = 10 s, retry = ..)]
// async fn charge(order: &Order) -> Result<u32, PaymentError>
pub(super) fn charge(order: &Order) -> Call<charge> {
    Call::new(serde_json::to_string(order))
}

pub(super) struct charge {}

impl Task for charge {
    const NAME: &'static str = "charge";
    const FUNCTION: &'static str = "ChargeFunction";
    const PARAMETERS: &'static [&'static str] = &["order"];
    type Arguments = (Order,);
    type Output = u32;
    type Error = PaymentError;

    fn policy() -> Policy {
        Policy {
            retry: vec![Retry::on([PaymentError::BUSY]).interval(seconds(2)).max_attempts(2)],
            timeout: Some(seconds(10).into()),
            ..Policy::default()
        }
    }

    async fn handle((order,): (Order,), states: States) -> Result<Result<u32, PaymentError>, MissingState> {
        for _ in 0..states.get::<Yields>().map_or(0, |yields| yields.0) {
            tokio::task::yield_now().await;
        }
        Ok(match order.cents {
            0 => Err(PaymentError::Declined { reason: "nothing to pay".to_owned() }),
            u32::MAX => panic!("too many cents"),
            cents => Ok(cents),
        })
    }
}

// #[task]
// async fn receipt(id: &str, cents: u32) -> Result<String, PaymentError>
pub(super) fn receipt(id: &str, cents: u32) -> Call<receipt> {
    Call::new(serde_json::to_string(&serde_json::json!({ "id": id, "cents": cents })))
}

pub(super) struct receipt {}

impl Task for receipt {
    const NAME: &'static str = "receipt";
    const FUNCTION: &'static str = "ReceiptFunction";
    const PARAMETERS: &'static [&'static str] = &["id", "cents"];
    type Arguments = (String, u32);
    type Output = String;
    type Error = PaymentError;

    fn policy() -> Policy {
        Policy::default()
    }

    async fn handle(
        (_, cents): (String, u32),
        states: States,
    ) -> Result<Result<String, PaymentError>, MissingState> {
        if cents == 99 {
            states.get::<&'static str>()?;
        }
        Ok(Ok(format!("receipt of {cents}")))
    }
}

// #[workflow(timeout = 300 s)]
// async fn checkout(order: Order) -> Result<String, PaymentError> {
//     let cents = match charge(&order).await {
//         Err(PaymentError::Declined { .. }) if order.id == "caught" => return Ok("declined".to_owned()),
//         Err(PaymentError::Busy) if order.id == "fresh" => return Err(PaymentError::Busy),
//         Err(error) => return Err(error),
//         Ok(cents) => 600 / (600 / cents),
//     };
//     let receipt = receipt(&order.id, cents).await?;
//     Ok(receipt)
// }
pub(super) fn checkout(order: Order) -> Start<checkout> {
    Start::new(serde_json::to_string(&order))
}

pub(super) struct checkout {}

impl Workflow for checkout {
    const META: WorkflowMeta = WorkflowMeta { timeout_seconds: Some(300), ..meta("checkout", &["order"]) };
    type Arguments = (Order,);
    type Output = String;
    type Error = PaymentError;

    async fn run(context: Context, (order,): (Order,)) -> Result<String, PaymentError> {
        let cents = match context.task(charge(&order), 0).await {
            Err(PaymentError::Declined { .. }) if order.id == "caught" => return Ok("declined".to_owned()),
            Err(PaymentError::Busy) if order.id == "fresh" => return Err(context.fresh(PaymentError::Busy)),
            Err(error) => return Err(error),
            Ok(1_000) => 600 / (600 / order.cents.max(1_000)),
            Ok(cents) => cents,
        };
        let receipt = context.task(receipt(&order.id, cents), 1).await?;
        Ok(receipt)
    }

    fn symbolic() -> fn(&Builder) {
        |_| {}
    }

    fn definition() -> &'static Definition {
        static DEFINITION: LazyLock<Definition> = LazyLock::new(|| definition(&["Charge Card", "Receipt"]));
        &DEFINITION
    }
}

// #[workflow]
// async fn patient(seconds: u64) -> Result<(), PlatformError> { sleep(Duration::from_secs(seconds)).await; Ok(()) }
pub(super) fn patient(seconds: u64) -> Start<patient> {
    Start::new(serde_json::to_string(&seconds))
}

pub(super) struct patient {}

impl Workflow for patient {
    const META: WorkflowMeta = meta("patient", &["seconds"]);
    type Arguments = (u64,);
    type Output = ();
    type Error = PlatformError;

    async fn run(context: Context, (seconds,): (u64,)) -> Result<(), PlatformError> {
        context.wait(Duration::from_secs(seconds), 0).await;
        Ok(())
    }

    fn symbolic() -> fn(&Builder) {
        |_| {}
    }

    fn definition() -> &'static Definition {
        static DEFINITION: LazyLock<Definition> = LazyLock::new(|| definition(&["Be Patient"]));
        &DEFINITION
    }
}

// #[workflow]
// async fn reprint(heartbeat: Option<u64>) -> Result<String, PaymentError>
pub(super) fn reprint(heartbeat: Option<u64>) -> Start<reprint> {
    Start::new(serde_json::to_string(&heartbeat))
}

pub(super) struct reprint {}

impl Workflow for reprint {
    const META: WorkflowMeta = meta("reprint", &["heartbeat"]);
    type Arguments = (Option<u64>,);
    type Output = String;
    type Error = PaymentError;

    async fn run(context: Context, (heartbeat,): (Option<u64>,)) -> Result<String, PaymentError> {
        let retry = Retry::on([PaymentError::BUSY]).interval(seconds(100)).max_attempts(1).full_jitter();
        let call = receipt("A-1", 1).retry(retry);
        let call = match heartbeat {
            Some(heartbeat) => call.timeout(seconds(60)).heartbeat(seconds(heartbeat)),
            None => call,
        };
        context.task(call, 0).await
    }

    fn symbolic() -> fn(&Builder) {
        |_| {}
    }

    fn definition() -> &'static Definition {
        static DEFINITION: LazyLock<Definition> = LazyLock::new(|| definition(&["Print Again"]));
        &DEFINITION
    }
}

const fn meta(name: &'static str, parameters: &'static [&'static str]) -> WorkflowMeta {
    WorkflowMeta {
        name,
        function: name,
        comment: "",
        kind: WorkflowKind::Standard,
        timeout_seconds: None,
        parameters,
    }
}

fn definition(sites: &[&str]) -> Definition {
    let machine = StateMachine {
        comment: None,
        query_language: QueryLanguage::Jsonata,
        start_at: String::new(),
        timeout_seconds: None,
        states: Vec::new(),
    };
    Definition {
        machine,
        sites: sites.iter().map(ToString::to_string).collect(),
        inlined: Vec::new(),
        tasks: Vec::new(),
        positions: std::collections::BTreeMap::new(),
        contract: crate::Contract::default(),
        placeholders: Vec::new(),
        problems: Vec::new(),
    }
}
