//! Randomness that a seed repeats.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A generator of its own for each property and case, from the seed of the run: the same seed gives the same cases,
/// whichever other properties are tried and in whichever order.
pub(crate) fn generator(seed: u64, property: &str, case: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&case.to_le_bytes());
    bytes[16..24].copy_from_slice(&hash(property).to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// FNV-1a: the same in every build, unlike the hashes of the standard library.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
