//! The last look: whatever was done, history, dialogs and counters are what the model says, for every user.

use super::{
    judge::{Difference, Judge},
    player::Player,
};
use crate::{
    model::{Branch, RoomKey, Socket, Step, User},
    stop::{Outcome, Stop},
};

/// So many messages make a page, so that several are walked through.
const PAGE: usize = 3;

impl Player {
    /// Every user comes with one more socket and is shown its dialogs, then walks through each history.
    pub(super) async fn look_at_everything(&mut self) -> Outcome<Vec<Difference>> {
        for user in self.model.cast().collect::<Vec<_>>() {
            let socket = Socket { user, number: Socket::LAST_LOOK };
            let mut differences = self.take(&Step::Arrive(socket)).await?;
            if !differences.is_empty() {
                return Ok(differences);
            }
            for room in self.model.dialogs_of(user).collect::<Vec<_>>() {
                differences.extend(self.walk(socket, user, room).await?);
            }
            if !differences.is_empty() {
                return Ok(differences);
            }
        }
        Ok(Vec::new())
    }

    async fn walk(&mut self, socket: Socket, user: User, room: RoomKey) -> Outcome<Vec<Difference>> {
        let id = self.ledger.room(Some(room)).try_into();
        let id = id.map_err(|_| Stop::Harness("a room without an id was listed".into()))?;
        let walk = self.stage.client(socket)?.walk(id, PAGE as u64).await?;
        let now = Branch::new(self.model.clone());
        let mut judge = Judge::quiet(&now, &self.ledger);
        judge.compare_walk(user, room, PAGE, &walk);
        let (differences, checked) = judge.into_found();
        self.checked.extend(checked);
        Ok(differences)
    }
}
