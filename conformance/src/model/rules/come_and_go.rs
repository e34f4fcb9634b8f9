//! Sockets that connect and go, and who is told.

use super::super::{Branch, Due, Event, Goodbye, Model, Socket, User, state::Connected};

impl Model {
    pub(super) fn connect(&self, socket: Socket) -> Vec<Branch> {
        if self.sockets.contains_key(&socket) || !self.has(socket.user) {
            return Vec::new();
        }
        let mut after = self.clone();
        after.sockets.insert(socket, Connected::default());
        vec![Branch::new(after)]
    }

    pub(super) fn leave(&self, socket: Socket, how: Goodbye) -> Vec<Branch> {
        if !self.sockets.contains_key(&socket) || socket.user == User::ONLOOKER {
            return Vec::new();
        }
        let user = self.user_of(socket);
        let mut after = self.clone();
        after.sockets.remove(&socket);
        let mut branch = Branch::new(after);
        branch.presence = "PRES-3";
        if let Some(user) = user
            && !branch.after.is_online(user)
        {
            branch.presence = "PRES-9";
            let requirement = if how == Goodbye::Said { "PRES-2" } else { "PRES-5" };
            branch.announce(user, false, requirement);
        }
        vec![branch]
    }
}

impl Branch {
    /// A user came or went: everybody else is told, as far as authorised.
    pub(super) fn announce(&mut self, user: User, online: bool, requirement: &'static str) {
        self.tell_others(user, online, |several| Due::Required(if several { "AUTH-11" } else { requirement }));
    }

    /// A second socket of a user came, or it authorised again: whether that is announced is free (PRES-7).
    pub(super) fn may_announce(&mut self, user: User, online: bool) {
        self.tell_others(user, online, |_| Due::FreePresence);
    }

    fn tell_others(&mut self, user: User, online: bool, due: impl Fn(bool) -> Due) {
        let others: Vec<(Socket, User)> = self.after.authorised().filter(|(_, other)| *other != user).collect();
        for (socket, other) in others {
            let several = self.after.has_several(other);
            self.hears(socket, Event::Online(user, online), due(several));
        }
    }

    /// Whether a user hears of its own coming is free (PRES-6).
    pub(super) fn may_echo(&mut self, user: User, online: bool) {
        let own: Vec<Socket> = self.after.sockets_of(user).collect();
        for socket in own {
            self.hears(socket, Event::Online(user, online), Due::FreePresence);
        }
    }
}
