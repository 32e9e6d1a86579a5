//! Amounts of money as whole cents.
//!
//! Handlers calculate in cents alone. A decimal amount is read where it arrives, and written as
//! decimals only for people.

/// The cents in an amount such as `100.50`, if that is a whole number of them.
///
/// ```
/// use order_workflow::money::cents;
///
/// assert_eq!(cents(100.50), Some(10_050));
/// assert_eq!(cents(0.005), None);
/// assert_eq!(cents(f64::NAN), None);
/// ```
pub fn cents(amount: f64) -> Option<i64> {
    // Beyond this an `f64` no longer tells neighbouring cents apart.
    const LIMIT: f64 = 9_007_199_254_740_992.0 / 100.0;
    if !amount.is_finite() || amount.abs() >= LIMIT {
        return None;
    }
    let cents = (amount * 100.0).round();
    // 1.15 * 100.0 is 114.99999999999999: ask instead whether the cents give the amount back.
    #[expect(clippy::float_cmp, reason = "both sides are the `f64` nearest to the same decimal")]
    let whole = cents / 100.0 == amount;
    whole.then_some(cents as i64)
}

/// An amount as people read it.
///
/// ```
/// assert_eq!(order_workflow::money::decimal(10_050), "100.50");
/// assert_eq!(order_workflow::money::decimal(-5), "-0.05");
/// ```
pub fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cent_up_to_a_thousand_survives_the_trip_through_a_decimal() {
        for expected in 0..100_000 {
            let amount: f64 = decimal(expected).parse().unwrap();
            assert_eq!(cents(amount), Some(expected));
        }
    }

    #[test]
    fn an_amount_too_large_to_count_in_cents_is_refused() {
        assert_eq!(cents(1e300), None);
        assert_eq!(cents(f64::INFINITY), None);
    }
}
