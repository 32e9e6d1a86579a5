//! Goods that are put aside for an order until they are sent, or back on the shelf.

use rusqlite::params;

use super::{Orders, StoreUnavailable};

impl Orders<'_> {
    /// Puts the items of an order aside, once: an order that has its items already is left alone. Gives
    /// the first item of which there is not enough, and then puts nothing aside.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn reserve<'i>(
        self,
        order: &str,
        items: impl IntoIterator<Item = (&'i str, i64)>,
    ) -> Result<Option<String>, StoreUnavailable> {
        let mut connection = self.store.connection();
        let transaction = super::begin(&mut connection)?;
        let known = "SELECT EXISTS (SELECT 1 FROM reservations WHERE system = ?1 AND order_id = ?2)";
        if transaction.query_row(known, [self.system, order], |row| row.get(0))? {
            return Ok(None);
        }
        for (item, quantity) in items {
            let taken = transaction.execute(
                "UPDATE stock SET quantity = quantity - ?2 WHERE item_id = ?1 AND quantity >= ?2",
                params![item, quantity],
            )?;
            if taken == 0 {
                // Dropping the transaction puts back what the items before this one took.
                return Ok(Some(item.to_owned()));
            }
            transaction.execute(
                "INSERT INTO reservations (system, order_id, item_id, quantity) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
                params![self.system, order, item, quantity],
            )?;
        }
        transaction.commit()?;
        Ok(None)
    }

    /// Puts what is aside for an order back on the shelf. Nothing happens where nothing is.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn release(self, order: &str) -> Result<(), StoreUnavailable> {
        self.store.write(|transaction| {
            transaction.execute(
                "UPDATE stock SET quantity = stock.quantity + reservations.quantity FROM reservations
                 WHERE stock.item_id = reservations.item_id AND system = ?1 AND order_id = ?2",
                [self.system, order],
            )?;
            self.forget(transaction, order)
        })
    }

    /// Sends what is aside for an order.
    ///
    /// # Errors
    ///
    /// When the store is unavailable.
    pub fn send_reserved(self, order: &str) -> Result<(), StoreUnavailable> {
        self.store.write(|transaction| self.forget(transaction, order))
    }

    fn forget(self, transaction: &rusqlite::Transaction<'_>, order: &str) -> Result<(), rusqlite::Error> {
        let forget = "DELETE FROM reservations WHERE system = ?1 AND order_id = ?2";
        transaction.execute(forget, [self.system, order]).map(drop)
    }
}
