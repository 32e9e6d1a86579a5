//! What people are told: mails to customers and to the support team, and the log of incidents.

use super::{Orders, Store, StoreUnavailable};

/// A mail in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom it goes to.
    pub recipient: String,
    /// Its subject. The same subject goes to the same recipient once.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// An error that the support team looks into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The order that it befell.
    pub order_id: String,
    /// The error's name.
    pub error: String,
    /// What a person reads of it.
    pub cause: String,
}

impl Store {
    /// Every mail in the outbox, in the order in which they were written.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn mails(&self) -> Result<Vec<Mail>, StoreUnavailable> {
        self.read(|connection| {
            let mut query =
                connection.prepare("SELECT recipient, subject, body FROM mails ORDER BY rowid")?;
            let mails = query.query_map([], |row| {
                Ok(Mail { recipient: row.get(0)?, subject: row.get(1)?, body: row.get(2)? })
            });
            mails?.collect()
        })
    }

    /// Puts a mail into the outbox, once.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn send(&self, mail: &Mail) -> Result<(), StoreUnavailable> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO mails (recipient, subject, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                [&mail.recipient, &mail.subject, &mail.body],
            )?;
            Ok(())
        })
    }
}

impl Orders<'_> {
    /// Every incident of the system, in the order in which they were logged.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn incidents(self) -> Result<Vec<Incident>, StoreUnavailable> {
        self.store.read(|connection| {
            let mut query = connection
                .prepare("SELECT order_id, error, cause FROM incidents WHERE system = ?1 ORDER BY rowid")?;
            let incidents = query.query_map([self.system], |row| {
                Ok(Incident { order_id: row.get(0)?, error: row.get(1)?, cause: row.get(2)? })
            });
            incidents?.collect()
        })
    }

    /// Logs an incident, once.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn log(self, incident: &Incident) -> Result<(), StoreUnavailable> {
        self.store.write(|transaction| {
            transaction.execute(
                "INSERT INTO incidents (system, order_id, error, cause) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                [self.system, &incident.order_id, &incident.error, &incident.cause],
            )?;
            Ok(())
        })
    }
}
