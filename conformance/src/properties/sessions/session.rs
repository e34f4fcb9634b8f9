//! A session: what is played, saved and shrunk.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Model, Step, User};

/// A session, in names that mean the same in every run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How many users act. Each is there from the beginning with one authorised socket.
    pub users: u8,
    /// What is done.
    pub steps: Vec<Step>,
}

impl Session {
    /// Whether there is something to play, as in a file that somebody wrote or cut short there need not be.
    ///
    /// # Errors
    /// Why there is not.
    pub(super) fn check(&self) -> Result<(), String> {
        let most = User::MOST;
        if !(2..=most).contains(&self.users) {
            return Err(format!("`users` is {}: expected 2 to {most}", self.users));
        }
        if self.steps.is_empty() {
            return Err("it has no steps".to_owned());
        }
        let nobody_did_anything = Model::begin(self.users, false);
        let can_be_taken = |step: &Step| !nobody_did_anything.predict(step).is_empty();
        // Until one is taken, nothing changes for those behind it.
        if self.steps.iter().any(can_be_taken) { Ok(()) } else { Err("none of its steps can be taken".to_owned()) }
    }
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
