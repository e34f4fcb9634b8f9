//! A session: what is played, saved and shrunk.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Step;

/// A session, in names that mean the same in every run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How many users act. Each is there from the beginning with one authorised socket.
    pub users: u8,
    /// What is done.
    pub steps: Vec<Step>,
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("nothing at all");
        }
        for (index, step) in self.steps.iter().enumerate() {
            let comma = if index == 0 { "" } else { "; " };
            write!(f, "{comma}{}. {step}", index + 1)?;
        }
        Ok(())
    }
}
