//! SHA-256 as lower-case hexadecimal: the name of a photo, a model file, a specification.

use prost::bytes::Bytes;
use sha2::{Digest, Sha256};
use std::cell::OnceCell;
use std::ops::Deref;

/// The SHA-256 of `bytes` as 64 hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a file holds, with its digest. That is worked out when it is first asked for, unless whoever hands the file in
/// knows it: a browser has instructions for it that wasm has not.
#[derive(Clone, Debug)]
pub struct Content {
    bytes: Bytes,
    sha256: OnceCell<String>,
}

impl Content {
    /// Bytes whose digest is known.
    #[must_use]
    pub fn digested(bytes: Vec<u8>, sha256: String) -> Self {
        Self { bytes: bytes.into(), sha256: sha256.into() }
    }

    /// Its SHA-256.
    #[must_use]
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| sha256(&self.bytes))
    }

    /// The bytes alone; no copy is made unless they are `'static`.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into()
    }
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), sha256: OnceCell::new() }
    }
}

impl From<&'static [u8]> for Content {
    fn from(bytes: &'static [u8]) -> Self {
        Self { bytes: Bytes::from_static(bytes), sha256: OnceCell::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180.
    const KNOWN: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn known_answer_of_fips_180() {
        assert_eq!(sha256(b"abc"), KNOWN);
        assert_eq!(Content::from(b"abc".to_vec()).sha256(), KNOWN);
    }

    #[test]
    fn a_digest_that_is_known_is_not_worked_out() {
        assert_eq!(Content::digested(b"abc".to_vec(), "known".into()).sha256(), "known");
    }
}
