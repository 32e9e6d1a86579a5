//! The bank of the demonstration: which payments it takes.
//!
//! Nothing is left to chance, so that every outcome can be asked for: `CreditCard`, `DebitCard` and
//! `PayPal` pay, `DeclinedCard` is a card without funds, and no payment may exceed [`LIMIT`].

/// The most that one payment may move, in cents: 10,000.00.
pub const LIMIT: i64 = 1_000_000;

/// The ways to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A card, or an account that behaves like one.
    Funded,
    /// The card to test with: it exists, and has no funds.
    Declined,
}

/// The way to pay that goes by this name, if the bank knows it.
pub fn method(name: &str) -> Option<Method> {
    match name {
        "CreditCard" | "DebitCard" | "PayPal" => Some(Method::Funded),
        "DeclinedCard" => Some(Method::Declined),
        _ => None,
    }
}

/// Asks the bank to pay so many cents.
///
/// # Errors
///
/// The bank's reason for not paying.
pub fn authorize(method: &str, cents: i64) -> Result<(), String> {
    match self::method(method) {
        None => Err(format!("`{method}` is not a way to pay; use CreditCard, DebitCard or PayPal")),
        Some(Method::Declined) => Err("insufficient funds".to_owned()),
        Some(Method::Funded) if cents > LIMIT => Err(format!(
            "{} is over the limit of {}",
            crate::money::decimal(cents),
            crate::money::decimal(LIMIT)
        )),
        Some(Method::Funded) => Ok(()),
    }
}
