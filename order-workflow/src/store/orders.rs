//! Orders from the shelf to the parcel: stock, status, payments and shipments.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreUnavailable};

/// How much there is of an item, and what one costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// How many can be shipped.
    pub quantity: i64,
    /// The price of one, in cents.
    pub unit_cents: i64,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// It can be fulfilled.
    Valid,
    /// Its payment was taken.
    Paid,
    /// Its parcel is on the way.
    Shipped,
    /// The customer knows.
    Completed,
    /// Its payment was given back.
    Refunded,
    /// Something went wrong, and people look into it.
    Failed,
}

impl OrderStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Paid => "PAID",
            Self::Shipped => "SHIPPED",
            Self::Completed => "COMPLETED",
            Self::Refunded => "REFUNDED",
            Self::Failed => "FAILED",
        }
    }
}

/// A payment that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What identifies it.
    pub payment_id: String,
    /// How much was taken, in cents.
    pub cents: i64,
}

/// What became of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// It is on the way under this tracking number.
    Under(String),
    /// There was not enough of this item; nothing has left the shelf.
    OutOfStock(String),
}

/// The orders of one system.
#[derive(Clone, Copy)]
pub struct Orders<'a> {
    pub(super) store: &'a Store,
    pub(super) system: &'static str,
}

impl Store {
    /// What there is of an item; `None` where there is no such item.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn stock(&self, item: &str) -> Result<Option<Stock>, StoreUnavailable> {
        self.read(|connection| {
            let query = "SELECT quantity, unit_cents FROM stock WHERE item_id = ?1";
            let stock =
                |row: &rusqlite::Row<'_>| Ok(Stock { quantity: row.get(0)?, unit_cents: row.get(1)? });
            connection.query_row(query, [item], stock).optional()
        })
    }
}

impl Orders<'_> {
    /// The status of an order, such as `PAID`; `None` where the order was never seen.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn status(self, order: &str) -> Result<Option<String>, StoreUnavailable> {
        self.store.read(|connection| {
            let query = "SELECT status FROM orders WHERE system = ?1 AND order_id = ?2";
            connection.query_row(query, [self.system, order], |row| row.get(0)).optional()
        })
    }

    /// Writes down how far an order has come.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn set_status(self, order: &str, status: OrderStatus) -> Result<(), StoreUnavailable> {
        self.store.write(|transaction| self.put_status(transaction, order, status))
    }

    /// The payment of an order, if it was taken.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn payment(self, order: &str) -> Result<Option<Payment>, StoreUnavailable> {
        self.store.read(|connection| self.find_payment(connection, order).optional())
    }

    /// Takes the payment of an order, once: the payment that was taken before is the answer to
    /// every later call.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn pay(self, order: &str, payment_id: &str, cents: i64) -> Result<Payment, StoreUnavailable> {
        self.store.write(|transaction| {
            transaction.execute(
                "INSERT INTO payments (system, order_id, payment_id, cents) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (system, order_id) DO NOTHING",
                params![self.system, order, payment_id, cents],
            )?;
            self.put_status(transaction, order, OrderStatus::Paid)?;
            self.find_payment(transaction, order)
        })
    }

    /// Takes the items of an order from stock and sends them, once: the parcel that was sent before
    /// is the answer to every later call.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn ship<'i>(
        self,
        order: &str,
        items: impl IntoIterator<Item = (&'i str, i64)>,
        tracking_number: &str,
    ) -> Result<Shipped, StoreUnavailable> {
        let mut connection = self.store.connection();
        let transaction = super::begin(&mut connection)?;
        let sent = "SELECT tracking_number FROM shipments WHERE system = ?1 AND order_id = ?2";
        let sent = transaction.query_row(sent, [self.system, order], |row| row.get(0)).optional()?;
        if let Some(tracking_number) = sent {
            return Ok(Shipped::Under(tracking_number));
        }
        for (item, quantity) in items {
            let taken = transaction.execute(
                "UPDATE stock SET quantity = quantity - ?2 WHERE item_id = ?1 AND quantity >= ?2",
                params![item, quantity],
            )?;
            if taken == 0 {
                // Dropping the transaction puts back what the items before this one took.
                return Ok(Shipped::OutOfStock(item.to_owned()));
            }
        }
        transaction.execute(
            "INSERT INTO shipments (system, order_id, tracking_number) VALUES (?1, ?2, ?3)",
            params![self.system, order, tracking_number],
        )?;
        self.put_status(&transaction, order, OrderStatus::Shipped)?;
        transaction.commit()?;
        Ok(Shipped::Under(tracking_number.to_owned()))
    }

    fn find_payment(self, connection: &Connection, order: &str) -> Result<Payment, rusqlite::Error> {
        let query = "SELECT payment_id, cents FROM payments WHERE system = ?1 AND order_id = ?2";
        connection.query_row(query, [self.system, order], |row| {
            Ok(Payment { payment_id: row.get(0)?, cents: row.get(1)? })
        })
    }

    fn put_status(
        self,
        connection: &Connection,
        order: &str,
        status: OrderStatus,
    ) -> Result<(), rusqlite::Error> {
        connection.execute(
            "INSERT INTO orders (system, order_id, status) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET status = excluded.status",
            [self.system, order, status.as_str()],
        )?;
        Ok(())
    }
}
