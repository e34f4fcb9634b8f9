//! A session as a file, to be played again.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{player::Failure, session::Session};
use crate::subject::Subject;

/// A session as a file. `replay` needs the session alone; the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSession {
    /// The session.
    pub session: Session,
    /// Its steps in words.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What was found: requirement and sentence.
    #[serde(default)]
    pub found: Vec<String>,
    /// The server that it was found in.
    #[serde(default)]
    pub target: String,
    /// The seed of the run, and the number of the session in it.
    #[serde(default)]
    pub seed: u64,
    /// The number of the session in the run, before it was made smaller.
    #[serde(default)]
    pub number: u32,
}

impl SavedSession {
    pub(super) fn new(subject: &Subject, number: u32, session: &Session, failure: &Failure) -> Self {
        let numbered = session.steps.iter().enumerate().map(|(index, step)| format!("{}. {step}", index + 1));
        let found = failure.differences.iter();
        Self {
            session: session.clone(),
            steps: numbered.collect(),
            found: found.map(|difference| format!("{}: {}", difference.requirement, difference.sentence)).collect(),
            target: subject.target.to_string(),
            seed: subject.seed,
            number,
        }
    }

    /// Writes it into a folder; gives the file.
    pub(super) fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join(format!("chat-session-{}-{}.json", self.seed, self.number));
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    /// The file cannot be read, or holds no session.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let saved: Self = serde_path_to_error::deserialize(&mut deserializer).map_err(io::Error::other)?;
        saved.session.check().map_err(io::Error::other)?;
        Ok(saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Pair, RoomName, Someone, Spoil, Step, Text, User};

    #[test]
    fn what_is_written_can_be_read() {
        let alice = User(0).first_socket();
        let room = RoomName::Of(Pair::of(User(0), User(1)));
        let steps = vec![
            Step::Act(alice, Action::Start(Someone::User(User(1)), Text::Special(3))),
            Step::Act(alice, Action::History(room, Some(2), None)),
            Step::Spoilt(alice, Action::Clear(room), Spoil::IdZero),
        ];
        let session = Session { users: 2, steps };
        let saved =
            SavedSession { session, steps: Vec::new(), found: Vec::new(), target: String::new(), seed: 7, number: 3 };
        let folder = tempfile::tempdir().unwrap();
        let path = saved.write(folder.path()).unwrap();
        assert_eq!(SavedSession::read(&path).unwrap(), saved);
        std::fs::write(&path, r#"{"session": {"users": 2, "steps": [{"fly": 1}]}}"#).unwrap();
        let refused = SavedSession::read(&path).unwrap_err().to_string();
        assert!(refused.starts_with("session.steps[0]"), "{refused}");
        for (users, steps, why) in [
            (2, "", "it has no steps"),
            (9, "", "`users` is 9: expected 2 to 4"),
            (2, r#"{"leave": [{"user": 3, "number": 0}, "said"]}"#, "none of its steps can be taken"),
        ] {
            std::fs::write(&path, format!(r#"{{"session": {{"users": {users}, "steps": [{steps}]}}}}"#)).unwrap();
            assert_eq!(SavedSession::read(&path).unwrap_err().to_string(), why);
        }
    }
}
