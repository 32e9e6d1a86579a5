//! The search for an execution in which the two readings of a workflow differ.

use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use fastrand::Rng;
use serde_json::{Map, Value};

use super::{
    Coverage, Disagreement, Nulls, Prepared,
    arbitrary::{Arbitrary, Words, simpler},
    compared,
    faults::{Fault, Seen, Stage},
    positions_of,
};
use crate::{
    data::{Data, Shape},
    native::{Executor, ExecutorError, Report},
    workflow::{Start, Workflow},
};

/// Looks for an execution in which the two readings of a workflow differ.
///
/// Inputs are made up from the shapes of the parameters, and so are the answers of all tasks. Texts and numbers that
/// the state machine compares with are among them, so that its branches are reached. What is made up depends on the seed
/// alone.
///
/// ```
/// use workflow_core::{prelude::*, testing};
///
/// #[derive(Debug, thiserror::Error, WorkflowError)]
/// enum BankError {
///     #[error("the bank is busy")]
///     Busy,
///     #[error(transparent)]
///     Platform(#[from] PlatformError),
/// }
///
/// #[task]
/// async fn charge(cents: u32) -> Result<String, BankError> {
///     Ok(format!("receipt of {cents}"))
/// }
///
/// #[workflow]
/// async fn purchase(cents: u32) -> Result<String, BankError> {
///     if cents > 500 {
///         return Ok("ask somebody".to_owned());
///     }
///     match charge(cents).await {
///         Err(BankError::Busy) => Ok("later".to_owned()),
///         Ok(receipt) => Ok(receipt),
///         Err(error) => Err(error),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let coverage = testing::agree(purchase).inputs(100).faults().run().await;
/// assert!(coverage.is_complete(), "{coverage}");
/// # }
/// ```
pub fn agree<F: WorkflowFn<P>, P>(_: F) -> Agreement<F::Workflow> {
    Agreement {
        parameters: F::shapes(),
        starts: Vec::new(),
        inputs: 0,
        faults: false,
        seed: 0,
        exactly: false,
        executor: None,
        against: None,
        workflow: PhantomData,
    }
}

/// A search for an execution in which the two readings of a workflow differ: what [`agree`] returns.
#[must_use = "nothing is compared until it runs"]
pub struct Agreement<W: Workflow> {
    parameters: Vec<Shape>,
    starts: Vec<Start<W>>,
    inputs: usize,
    faults: bool,
    seed: u64,
    exactly: bool,
    executor: Option<Executor>,
    against: Option<Value>,
    workflow: PhantomData<fn() -> W>,
}

/// How many executions are run to make a difference small.
const MOST_STEPS: usize = 1_000;
/// How many faults are tried on one input.
const MOST_FAULTS: usize = 24;
/// How often each fault is tried, each time on another input.
const TIMES: usize = 2;
/// How often an input is made up anew that the workflow refuses.
const TURNS: u64 = 50;

/// An execution to compare.
#[derive(Clone)]
struct Case {
    /// JSON text.
    input: String,
    /// What answers are made up from.
    seed: u64,
    longest: usize,
    nulls: Nulls,
    faults: Vec<Fault>,
}

/// What came of a case.
enum Compared {
    Agrees(crate::history::History, Vec<Fault>),
    /// The input does not fit the parameters.
    Refused(String),
    /// A number left the range of its type.
    Beyond,
    /// It would not end.
    Unfinished,
    Differs(Box<Disagreement>),
}

impl<W: Workflow> Agreement<W> {
    /// Makes up so many inputs.
    pub fn inputs(mut self, inputs: usize) -> Self {
        self.inputs = inputs;
        self
    }

    /// Adds an input of one's own: `.input(refund(order))`, or [`Start::from_json`].
    pub fn input(mut self, start: Start<W>) -> Self {
        self.starts.push(start);
        self
    }

    /// Has every call of a task fail on some of the inputs, once and for good: with each name of its error type, with a
    /// name that no type knows, and, where the call has a timeout, with no answer at all.
    pub fn faults(mut self) -> Self {
        self.faults = true;
        self
    }

    /// Sets what inputs and answers are made up from; 0 by itself.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Tells a key that holds `null` from no key, in what tasks are asked and in the output. Both are `None` to a
    /// Rust task, which is why they are the same otherwise; to a task in another language they may not be.
    pub fn exactly(mut self) -> Self {
        self.exactly = true;
        self
    }

    /// Has tasks answer as they do on this executor, with its mocks, its shared state and its services. Without one,
    /// answers are made up from the shapes of the results.
    pub fn executor(mut self, executor: Executor) -> Self {
        self.executor = Some(executor);
        self
    }

    /// Compares with this definition instead of the one that the workflow becomes: with a file that is
    /// deployed, say.
    pub fn against(mut self, definition: Value) -> Self {
        self.against = Some(definition);
        self
    }

    /// Runs all of it.
    ///
    /// # Panics
    ///
    /// Where the two readings differ, with the smallest input and the fewest faults that were found, and both
    /// histories. Where no input that was made up fits the parameters.
    pub async fn run(self) -> Coverage {
        match self.check().await {
            Ok(coverage) => coverage,
            Err(disagreement) => std::panic::panic_any(disagreement.to_string()),
        }
    }

    /// Runs all of it.
    ///
    /// # Errors
    ///
    /// The first difference, made small: the input, the faults, both histories.
    ///
    /// # Panics
    ///
    /// Where no input that was made up fits the parameters.
    pub async fn check(mut self) -> Result<Coverage, Box<Disagreement>> {
        let machine = &W::definition().machine;
        let (mut prepared, definition) = match &self.against {
            Some(definition) => (Prepared::of(definition), Some(definition.clone())),
            None => {
                let positions = positions_of(W::definition());
                (Prepared { positions, ..Prepared::of(machine) }, serde_json::to_value(machine).ok())
            }
        };
        // Which child of a distributed Map takes how long is not told apart: made-up delays are not compared there.
        prepared.jitters |=
            definition.as_ref().is_some_and(|definition| definition.to_string().contains("\"DISTRIBUTED\""));
        let words = Arc::new(definition.as_ref().map(Words::of).unwrap_or_default());
        let mut coverage = Coverage::of(W::META.name, machine, self.seed);
        let mut tried: HashMap<(&'static str, String, bool), usize> = HashMap::new();
        let own: Vec<Start<W>> = std::mem::take(&mut self.starts);
        let own = own.into_iter().filter_map(|start| start.input.ok()).map(|input| input.to_string());
        let mut cases: Vec<Option<String>> = own.map(Some).collect();
        cases.resize(cases.len() + self.inputs, None);
        let mut rng = Rng::with_seed(self.seed);
        for (number, input) in cases.into_iter().enumerate() {
            // Most inputs are written as Rust would write them; every fourth is not.
            let strict = self.exactly && input.is_none() && number % 4 != 3;
            let case = Case {
                nulls: if strict { Nulls::Count } else { Nulls::AreNothing },
                input: input.unwrap_or_default(),
                seed: self.seed.wrapping_add(number as u64),
                longest: 3,
                faults: Vec::new(),
            };
            let (case, compared) = self.fitting(case, &prepared, &words).await;
            let possible = match compared {
                Compared::Agrees(history, possible) => {
                    coverage.inputs += 1;
                    coverage.add(&history);
                    possible
                }
                Compared::Differs(found) => return Err(self.smallest(case, found, &prepared, &words).await),
                Compared::Beyond => {
                    coverage.beyond += 1;
                    continue;
                }
                Compared::Unfinished => {
                    coverage.unfinished += 1;
                    continue;
                }
                Compared::Refused(message) => std::panic::panic_any(message),
            };
            if !self.faults {
                continue;
            }
            // Each fault a few times, and then one at random.
            let mut faults: Vec<Fault> = Vec::new();
            for fault in &possible {
                let times = tried.entry(fault.key()).or_default();
                if *times < TIMES && faults.len() < MOST_FAULTS {
                    *times += 1;
                    faults.push(fault.clone());
                }
            }
            faults.extend(rng.choice(&possible).cloned());
            let mut scripts: Vec<Vec<Fault>> = faults.into_iter().map(|fault| vec![fault]).collect();
            // And two at once of those that the state machine names: of two states, or one after the other of
            // the same.
            let named: Vec<&Fault> = possible
                .iter()
                .filter(|fault| fault.error().is_some_and(|error| words.names(error)))
                .collect();
            if let (Some(first), Some(second)) = (rng.choice(&named), rng.choice(&named)) {
                let (first, mut second): (Fault, Fault) = ((*first).clone(), (*second).clone());
                if first.state == second.state && first.nth == second.nth {
                    second.nth += 1;
                }
                scripts.push(vec![Fault { lasting: false, ..first }, second]);
            }
            let mut scripts = std::collections::VecDeque::from(scripts);
            while let Some(faults) = scripts.pop_front() {
                let case = Case { faults, ..case.clone() };
                match self.compared(&case, &prepared, &words).await {
                    Compared::Agrees(history, more) => {
                        coverage.faults += 1;
                        coverage.add(&history);
                        // What is only called after a fault may fail as well.
                        for fault in more.into_iter().filter(|_| case.faults.len() == 1) {
                            let times = tried.entry(fault.key()).or_default();
                            if *times == 0 {
                                *times += 1;
                                scripts.push_back(vec![case.faults[0].clone(), fault]);
                            }
                        }
                    }
                    Compared::Differs(found) => {
                        return Err(self.smallest(case, found, &prepared, &words).await);
                    }
                    Compared::Beyond => coverage.beyond += 1,
                    Compared::Unfinished => coverage.unfinished += 1,
                    Compared::Refused(_) => {}
                }
            }
        }
        Ok(coverage)
    }

    /// Compares on an input that fits the parameters; one is made up where the case has none.
    async fn fitting(&self, mut case: Case, prepared: &Prepared, words: &Arc<Words>) -> (Case, Compared) {
        let is_own = !case.input.is_empty();
        let mut turn = 0;
        loop {
            if !is_own {
                let rng = Rng::with_seed(case.seed.wrapping_mul(TURNS).wrapping_add(turn));
                case.input = self.made_up(Arbitrary {
                    rng,
                    words,
                    longest: case.longest,
                    as_written: case.nulls == Nulls::Count,
                });
            }
            let compared = self.compared(&case, prepared, words).await;
            turn += 1;
            if is_own || turn == TURNS || !matches!(compared, Compared::Refused(_)) {
                return (case, compared);
            }
        }
    }

    fn made_up(&self, mut arbitrary: Arbitrary<'_>) -> String {
        match (self.parameters.as_slice(), W::META.parameters) {
            ([shape], [_]) => arbitrary.value(shape),
            (shapes, names) => {
                let values = shapes.iter().map(|shape| arbitrary.value(shape));
                names.iter().map(|name| (*name).to_owned()).zip(values).collect::<Map<_, _>>().into()
            }
        }
        .to_string()
    }

    async fn compared(&self, case: &Case, prepared: &Prepared, words: &Arc<Words>) -> Compared {
        let stage = Arc::new(Stage {
            words: Arc::clone(words),
            seed: case.seed,
            real: self.executor.is_some(),
            longest: case.longest,
            faults: case.faults.clone(),
            seen: Mutex::new(Seen::default()),
        });
        let executor = self.executor.clone().unwrap_or_else(Executor::test);
        let executor = executor.stand_in(Arc::clone(&stage) as Arc<_>);
        let execution = executor.run(Start::<W>::from_json(case.input.clone())).await;
        let report = execution.report();
        match &report.aborted {
            Some(ExecutorError::Input(error)) => return Compared::Refused(error.to_string()),
            Some(ExecutorError::MissingState { .. } | ExecutorError::NoService { .. }) => {
                return Compared::Refused(report.outcome.cause.clone().unwrap_or_default());
            }
            Some(_) => return Compared::Unfinished,
            None if is_beyond(report) => return Compared::Beyond,
            None => {}
        }
        match compared(report, W::META.name, prepared, case.nulls) {
            Ok(Some(history)) => Compared::Agrees(history, std::mem::take(&mut stage.seen().possible)),
            Ok(None) => Compared::Unfinished,
            Err(mut disagreement) => {
                disagreement.faults = case.faults.iter().map(ToString::to_string).collect();
                Compared::Differs(disagreement)
            }
        }
    }

    /// The smallest case that differs as well, as far as some steps lead.
    async fn smallest(
        &self,
        mut case: Case,
        mut found: Box<Disagreement>,
        prepared: &Prepared,
        words: &Arc<Words>,
    ) -> Box<Disagreement> {
        let loose = Case { nulls: Nulls::AreNothing, ..case.clone() };
        if let Compared::Differs(disagreement) = self.compared(&loose, prepared, words).await {
            (case, found) = (loose, disagreement);
        }
        let mut steps = 0;
        'again: loop {
            for smaller in case.smaller() {
                steps += 1;
                if steps > MOST_STEPS {
                    return found;
                }
                if let Compared::Differs(disagreement) = self.compared(&smaller, prepared, words).await {
                    (case, found) = (smaller, disagreement);
                    continue 'again;
                }
            }
            return found;
        }
    }
}

impl Case {
    fn smaller(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for place in 0..self.faults.len() {
            let mut faults = self.faults.clone();
            faults.remove(place);
            smaller.push(Self { faults, ..self.clone() });
        }
        if let Some(longest) = self.longest.checked_sub(1) {
            smaller.push(Self { longest, ..self.clone() });
        }
        if let Ok(input) = serde_json::from_str(&self.input) {
            smaller.extend(
                simpler(&input, self.nulls == Nulls::AreNothing)
                    .into_iter()
                    .map(|input| Self { input: input.to_string(), ..self.clone() }),
            );
        }
        smaller
    }
}

/// Whether an execution failed since a number left the range of its type, or was divided by zero. A state
/// machine goes on there, or fails where it first needs the value.
fn is_beyond(report: &Report) -> bool {
    report.outcome.cause.as_deref().is_some_and(|cause| {
        cause.starts_with("The workflow panicked: attempt to ")
            && ["overflow", "divide by zero", "divisor of zero"].iter().any(|end| cause.ends_with(end))
    })
}

/// The function under `#[workflow]`: `refund` in `testing::agree(refund)`.
#[diagnostic::on_unimplemented(
    message = "this is not a `#[workflow]`",
    label = "not a `#[workflow]`",
    note = "give the function under `#[workflow]` itself, without calling it"
)]
pub trait WorkflowFn<Parameters> {
    /// The workflow behind the function.
    type Workflow: Workflow;
    /// The shapes of the parameters.
    fn shapes() -> Vec<Shape>;
}

macro_rules! workflow_fn {
    ($(($($ty:ident),*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<Fun, W, $($ty),*> WorkflowFn<($($ty,)*)> for Fun
        where
            Fun: Fn($($ty),*) -> Start<W>,
            W: Workflow,
            $($ty: Data,)*
        {
            type Workflow = W;
            fn shapes() -> Vec<Shape> {
                vec![$(<$ty as Data>::shape()),*]
            }
        }
    )*};
}

workflow_fn! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I) (A, B, C, D, E, F, G, H, I, J)
    (A, B, C, D, E, F, G, H, I, J, K) (A, B, C, D, E, F, G, H, I, J, K, L)
    (A, B, C, D, E, F, G, H, I, J, K, L, M) (A, B, C, D, E, F, G, H, I, J, K, L, M, N)
    (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O) (A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P)
}
