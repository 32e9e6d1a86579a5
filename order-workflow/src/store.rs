//! What the handlers remember: an embedded SQLite database.
//!
//! One connection behind a mutex, and only short statements under it. A handler calls them directly
//! rather than from a thread pool: they take microseconds, and a database that another process has
//! locked answers [`StoreUnavailable`] soon. Longer waits are the business of the retry policy,
//! which holds no thread meanwhile.
//!
//! Every write is keyed by what it is about, so that a handler which is tried again after its work
//! was done finds that work instead of doing it twice.

mod ledger;
mod orders;
mod outbox;
mod reservations;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use self::{
    ledger::Entry,
    orders::{OrderStatus, Orders, Payment, Shipped, Stock},
    outbox::{Incident, Mail},
};

/// The tables, and the goods that are in stock in a new store.
const SCHEMA: &str = include_str!("store/schema.sql");

/// How long a statement waits for another process to finish its own.
const PATIENCE: Duration = Duration::from_millis(100);

/// A handle to the database; clones share it. Give it to the handlers as `State<Store>`.
///
/// ```
/// use order_workflow::store::Store;
///
/// # fn main() -> Result<(), order_workflow::store::StoreUnavailable> {
/// let store = Store::in_memory()?;
/// let price = store.stock("item1")?.map(|stock| stock.unit_cents);
/// assert_eq!(price, Some(4_000));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

/// The database cannot be read or written; trying again later may help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is unavailable: {reason}")]
pub struct StoreUnavailable {
    /// What SQLite says.
    pub reason: String,
}

impl From<rusqlite::Error> for StoreUnavailable {
    fn from(error: rusqlite::Error) -> Self {
        Self { reason: error.to_string() }
    }
}

impl Store {
    /// Opens the database in this file, which is created where it does not exist.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for writing, or is no database.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreUnavailable> {
        let connection = Connection::open(path)?;
        // Readers go on while a handler writes.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Self::prepare(connection)
    }

    /// A database that is gone when its last handle is dropped.
    ///
    /// # Errors
    ///
    /// When SQLite has no memory.
    pub fn in_memory() -> Result<Self, StoreUnavailable> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreUnavailable> {
        connection.busy_timeout(PATIENCE)?;
        let transaction = begin(&mut connection)?;
        transaction.execute_batch(SCHEMA)?;
        transaction.commit()?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// The orders of one system. Two systems may number their orders alike.
    pub fn orders(&self, system: &'static str) -> Orders<'_> {
        Orders { store: self, system }
    }

    /// Does all of `work`, or none of it.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreUnavailable> {
        let mut connection = self.connection();
        let transaction = begin(&mut connection)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreUnavailable> {
        Ok(work(&self.connection())?)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic under the lock leaves no half-done transaction: dropping one rolls it back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins a transaction that holds the write lock from its start, so that it never fails half way
/// for want of it. It is undone unless it is committed.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, rusqlite::Error> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}
