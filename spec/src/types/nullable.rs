//! Fields that are `null` where there is nothing, and never left out. For `#[serde(deserialize_with)]`, without which
//! serde would read a missing field as `None`.

use serde::{Deserialize, Deserializer};

pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer)
}
