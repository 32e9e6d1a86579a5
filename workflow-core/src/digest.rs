//! The hash functions that both query languages offer.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash in hexadecimal; none where Step Functions knows no algorithm of this name.
pub(crate) fn hex(algorithm: &str, data: &[u8]) -> Option<String> {
    Some(match algorithm {
        "MD5" => text(&Md5::digest(data)),
        "SHA-1" => text(&Sha1::digest(data)),
        "SHA-256" => text(&Sha256::digest(data)),
        "SHA-384" => text(&Sha384::digest(data)),
        "SHA-512" => text(&Sha512::digest(data)),
        _ => return None,
    })
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
