//! Identifiers that handlers give out: payments, tracking numbers, transactions.
//!
//! An identifier follows from the seed and from what it names. A handler that is tried again
//! therefore draws the same one, in whatever order handlers run, and a seed repeats a whole
//! execution.

use std::hash::Hasher;

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
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.write(&self.seed.to_le_bytes());
        hash.write(kind.as_bytes());
        // A byte that no UTF-8 text holds, so that `ab`, `c` and `a`, `bc` differ.
        hash.write(&[0xff]);
        hash.write(key.as_bytes());
        format!("{kind}-{:016x}", fastrand::Rng::with_seed(hash.finish()).u64(..))
    }
}

/// FNV-1a. The standard library's hasher may change from release to release, and identifiers of a
/// seed must not.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_identifier_in_every_release() {
        assert_eq!(Ids::seeded(1).name("payment", "12345"), "payment-");
    }

    #[test]
    fn kind_and_key_do_not_run_together() {
        let ids = Ids::seeded(1);
        assert_ne!(ids.name("ab", "c")[3..], ids.name("a", "bc")[2..]);
    }
}
