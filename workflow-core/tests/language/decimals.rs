//! Decimals: amounts of money that are exact in both readings.

use super::*;

type Money = Decimal<2>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Position {
    price: Money,
    count: u32,
    discount: Option<Money>,
}

const SHIPPING: Money = Money::from_units(490);

#[pure]
impl Position {
    fn total(&self) -> Money {
        let full = self.price * i64::from(self.count);
        match self.discount {
            Some(discount) if discount < full => full - discount,
            Some(_) => Money::ZERO,
            None => full,
        }
    }
}

/// A third, rounded down.
#[pure]
fn third(amount: Money) -> Money {
    Money::from_units(amount.units() / 3)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Sums {
    total: Money,
    third: Money,
    owed: Money,
    size: Money,
    text: String,
    dear: bool,
    same: bool,
    listed: bool,
    rate: Decimal<4>,
    rate_text: String,
}

#[workflow]
async fn billed(positions: Vec<Position>, rate: Decimal<4>) -> Result<Sums, PlatformError> {
    let total: Money = positions.iter().map(Position::total).sum::<Money>() + SHIPPING;
    let owed = -total;
    send(format!("{total} due")).await?;
    Ok(Sums {
        total,
        third: third(total),
        owed,
        size: owed.abs(),
        text: format!("{owed} and {}", total - SHIPPING),
        dear: total > Money::from_units(10_000),
        same: total == SHIPPING,
        listed: [SHIPPING, Money::ZERO].contains(&total),
        rate: rate * 3 + rate,
        rate_text: rate.to_string(),
    })
}

#[tokio::test]
async fn amounts_are_exact() {
    snapshot!(billed);
    let position = |price: &str, count, discount| Position { price: price.parse().unwrap(), count, discount };
    let rate: Decimal<4> = "-0.0035".parse().unwrap();
    let given = vec![
        position("0.10", 3, None),
        position("19.99", 7, Some(Money::from_units(500))),
        position("1.00", 1, Some(Money::from_units(500))),
    ];
    let sums = crate::testing().run(billed(given, rate)).await.output().unwrap();
    assert_eq!(sums.total, "140.13".parse().unwrap());
    assert_eq!(sums.third.to_string(), "46.71");
    assert_eq!((sums.owed, sums.size), (-sums.total, sums.total));
    assert_eq!(sums.text, "-140.13 and 135.23");
    assert_eq!((sums.dear, sums.same, sums.listed), (true, false, false));
    assert_eq!((sums.rate.to_string(), sums.rate_text.as_str()), ("-0.0140".to_owned(), "-0.0035"));
    let none = crate::testing().run(billed(vec![], rate)).await.output().unwrap();
    assert_eq!((none.text.as_str(), none.same, none.listed), ("-4.90 and 0.00", true, true));
}
