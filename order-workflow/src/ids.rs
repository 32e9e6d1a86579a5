//! Identifiers that handlers give out: payments, tracking numbers, transactions.
//!
//! An identifier follows from the seed and from what it names. A handler that is tried again
//! therefore draws the same one, in whatever order handlers run, and a seed repeats a whole
//! execution.

/// The source of identifiers. Share it with the handlers as `State<Ids>`.
///
/// ```
/// use order_workflow::ids::Ids;
///
/// let ids = Ids::seeded(7);
/// assert_eq!(ids.name("payment", "12345"), Ids::seeded(7).name("payment", "12345"));
/// assert_ne!(ids.name("payment", "12345"), ids.name("payment", "12346"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    seed: u64,
}

impl Ids {
    /// Identifiers that nobody can foretell.
    pub fn random() -> Self {
        Self::seeded(fastrand::u64(..))
    }

    /// The same identifiers for the same seed.
    pub const fn seeded(seed: u64) -> Self {
        Self { seed }
    }

    /// The identifier of what `key` tells apart among its kind, such as `payment-53ac…`.
    pub fn name(self, kind: &str, key: &str) -> String {
        // A byte that no UTF-8 text holds separates kind and key, so that `ab`, `c` and `a`, `bc` differ.
        let bytes = [&self.seed.to_le_bytes(), kind.as_bytes(), &[0xff], key.as_bytes()].concat();
        format!("{kind}-{:016x}", mix(fnv1a(&bytes)))
    }
}

/// FNV-1a. The standard library's hasher may change from release to release, and identifiers of a
/// seed must not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The last step of SplitMix64: similar keys get identifiers that look nothing alike.
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_identifier_in_every_release() {
        assert_eq!(Ids::seeded(1).name("payment", "12345"), "payment-417b6103fa338b21");
    }

    #[test]
    fn kind_and_key_do_not_run_together() {
        let ids = Ids::seeded(1);
        assert_ne!(ids.name("ab", "c")[3..], ids.name("a", "bc")[2..]);
    }
}
