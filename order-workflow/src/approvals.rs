//! Decisions that people take: requests lie on a desk until somebody answers them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Notify;
use workflow_core::TaskToken;

/// A request for an approval. Whoever decides answers with its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the answer is sent with.
    pub token: TaskToken,
    /// What it is about.
    pub subject: String,
}

/// Where requests lie. Give it to the handlers as `State<Desk>`; clones share it.
#[derive(Clone, Default)]
pub struct Desk {
    requests: Arc<Mutex<VecDeque<Request>>>,
    arrived: Arc<Notify>,
}

impl Desk {
    /// Puts a request on the desk.
    pub fn put(&self, request: Request) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push_back(request);
        self.arrived.notify_one();
    }

    /// The oldest request, as soon as there is one.
    pub async fn next(&self) -> Request {
        loop {
            let oldest = self.requests.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match oldest {
                Some(request) => return request,
                None => self.arrived.notified().await,
            }
        }
    }
}
