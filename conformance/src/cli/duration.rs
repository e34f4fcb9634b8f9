//! Times as people write them.

use std::time::Duration;

/// A duration as people write it.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is no time: write it as 60s, 5m or 1h 30m"))?;
    span.try_into().map_err(|_| format!("`{text}` is a time in the past"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_do() {
        for (text, seconds) in [("60s", 60), ("5m", 300), ("1h 30m", 5_400)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "60", "soon", "-5s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
