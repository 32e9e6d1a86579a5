//! Purchases and refunds that stand on their own: operations and transactions.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreUnavailable};

/// A transaction in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What identifies it.
    pub transaction_id: String,
    /// `PURCHASE` or `REFUND`.
    pub kind: String,
    /// How much it moved, in cents, where the transaction said so.
    pub cents: Option<i64>,
}

impl Store {
    /// Writes down an operation and the event that asked for it, once.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn record_operation(&self, operation: &str, event: &str) -> Result<(), StoreUnavailable> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO operations (operation, event) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                [operation, event],
            )?;
            Ok(())
        })
    }

    /// The operations so far, each with its event, in the order in which they were written down.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn operations(&self) -> Result<Vec<(String, String)>, StoreUnavailable> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT operation, event FROM operations ORDER BY rowid")?;
            let operations = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            operations?.collect()
        })
    }

    /// Enters a transaction into the ledger, once: what was entered before under the same id is the
    /// answer to every later call.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn enter(&self, entry: &Entry) -> Result<Entry, StoreUnavailable> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO transactions (transaction_id, type, cents, status) VALUES (?1, ?2, ?3, 'PROCESSED')
                 ON CONFLICT DO NOTHING",
                params![entry.transaction_id, entry.kind, entry.cents],
            )?;
            let query = "SELECT transaction_id, type, cents FROM transactions WHERE transaction_id = ?1";
            transaction.query_row(query, [&entry.transaction_id], |row| {
                Ok(Entry { transaction_id: row.get(0)?, kind: row.get(1)?, cents: row.get(2)? })
            })
        })
    }

    /// Marks a transaction as completed.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn complete(&self, transaction_id: &str) -> Result<(), StoreUnavailable> {
        self.write(|transaction| {
            let update = "UPDATE transactions SET status = 'COMPLETED' WHERE transaction_id = ?1";
            transaction.execute(update, [transaction_id])?;
            Ok(())
        })
    }

    /// The status of a transaction, such as `COMPLETED`; `None` where it is not in the ledger.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn transaction_status(&self, transaction_id: &str) -> Result<Option<String>, StoreUnavailable> {
        self.read(|connection| {
            let query = "SELECT status FROM transactions WHERE transaction_id = ?1";
            connection.query_row(query, [transaction_id], |row| row.get(0)).optional()
        })
    }
}
