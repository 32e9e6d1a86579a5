//! Bad luck, for demonstrations: payments that cannot be verified, items that ran out.
//!
//! Nothing goes wrong unless a seed asks for it, and then the same for the same order on every run.

/// How the dice fall. Give it to the handlers as `State<Chance>`.
///
/// ```
/// use order_workflow::chance::Chance;
///
/// assert!(!Chance::none().strikes(1, "anything"));
/// assert!(Chance::seeded(3).strikes(1, "anything"));
/// assert_eq!(Chance::seeded(3).strikes(4, "a card"), Chance::seeded(3).strikes(4, "a card"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    seed: Option<u64>,
}

impl Chance {
    /// Everything goes well.
    pub const fn none() -> Self {
        Self { seed: None }
    }

    /// What goes wrong depends on this seed.
    pub const fn seeded(seed: u64) -> Self {
        Self { seed: Some(seed) }
    }

    /// Whether something happens that does one time in `times`. `what` says what it is about: the same
    /// answer for the same thing, however often it is asked for.
    pub fn strikes(self, times: u64, what: &str) -> bool {
        let Some(seed) = self.seed else { return false };
        // FNV-1a, the same on every machine.
        let mixed = what.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        fastrand::Rng::with_seed(mixed).u64(..times.max(1)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fourth_of_many_is_struck() {
        let struck = (0..4_000).filter(|number| Chance::seeded(1).strikes(4, &number.to_string())).count();
        assert!((900..1_100).contains(&struck), "{struck}");
    }
}
