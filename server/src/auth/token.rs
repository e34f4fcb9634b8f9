//! Tokens and their hashes.

use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The SHA-256 of a token.
///
/// A token is a random string that a machine made, so that there is nothing to guess and no need of a slow hash as
/// with passwords. The hash keeps a stolen database from being a list of working tokens.
#[derive(Debug, Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// A hash that was stored.
    #[must_use]
    pub const fn from_bytes(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash's bytes, to be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its first bytes.
    #[must_use]
    pub const fn prefix(&self) -> HashPrefix {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        HashPrefix([a, b, c, d, e, f, g, h])
    }

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The first bytes of a token's hash, by which a store finds whose the token may be.
///
/// A store looks things up in a time that depends on what it compares. So it is asked for these bytes alone, and the
/// rest is compared in constant time ([`TokenHash::matches`]): whoever measures it learns nothing of that rest.
#[derive(Debug, Clone, Copy)]
pub struct HashPrefix([u8; 8]);

impl HashPrefix {
    /// The least and the greatest hash that begin so.
    #[must_use]
    pub fn range(self) -> [TokenHash; 2] {
        [0x00, 0xff].map(|rest| {
            let mut hash = [rest; 32];
            hash[..self.0.len()].copy_from_slice(&self.0);
            TokenHash(hash)
        })
    }
}

/// A new token: 32 random bytes, in hexadecimal.
#[must_use]
pub fn new_token() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_matches_its_own_hash_alone() {
        let (one, other) = (new_token(), new_token());
        assert_eq!(one.len(), 64);
        assert!(TokenHash::of(&one).matches(&TokenHash::of(&one)));
        assert!(!TokenHash::of(&one).matches(&TokenHash::of(&other)));
    }

    #[test]
    fn a_prefix_is_of_its_first_bytes_alone() {
        let hash = TokenHash::of("a token");
        let [first, last] = hash.prefix().range();
        assert_eq!(first.as_bytes()[..8], hash.as_bytes()[..8]);
        assert!(first.as_bytes() < hash.as_bytes() && hash.as_bytes() < last.as_bytes());
        let mut other = *hash.as_bytes();
        other[31] ^= 1;
        assert!(!hash.matches(&TokenHash::from_bytes(other)), "the last byte counts");
    }
}
