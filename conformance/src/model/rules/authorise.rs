//! `user.auth`.

use super::super::{Branch, Credentials, Due, Event, Model, Refused, Socket, User};

/// A connection stays open for so many refusals (AUTH-8); one is left for the suite's own sentinel.
const REFUSALS: u8 = 3;

impl Model {
    pub(super) fn arrive(&self, socket: Socket) -> Vec<Branch> {
        let connected = self.connect(socket);
        connected.into_iter().flat_map(|branch| branch.after.authorise(socket, Credentials::Right)).collect()
    }

    pub(super) fn authorise(&self, socket: Socket, credentials: Credentials) -> Vec<Branch> {
        let Some(known) = self.sockets.get(&socket) else { return Vec::new() };
        let (own, now) = (socket.user, known.user);
        match credentials {
            Credentials::Right if now.is_none() => vec![self.welcomed(socket, own, "AUTH-1")],
            Credentials::Right if now == Some(own) => vec![self.welcomed(socket, own, "AUTH-9")],
            Credentials::As(user) if self.has(user) && now.is_none() => vec![self.welcomed(socket, user, "AUTH-1")],
            Credentials::As(user) if self.has(user) && now == Some(user) => {
                vec![self.welcomed(socket, user, "AUTH-9")]
            }
            Credentials::As(user) if self.has(user) && known.refusals < REFUSALS => self.second_user(socket, now, user),
            // Whether a wrong token costs a socket that is authorised its user is not said anywhere: not tried.
            Credentials::Right | Credentials::As(_) => Vec::new(),
            _ if now.is_some() || known.refusals >= REFUSALS => Vec::new(),
            Credentials::WrongToken => vec![self.unwelcome(socket, "AUTH-2")],
            Credentials::UnknownUser => vec![self.unwelcome(socket, "AUTH-3")],
            Credentials::TokenOf(user) if self.has(user) && user != own => vec![self.unwelcome(socket, "AUTH-4")],
            Credentials::TokenOf(_) => Vec::new(),
        }
    }

    /// A second user on one socket: refused, or, tolerated, the socket is only the second from then on (D9).
    fn second_user(&self, socket: Socket, now: Option<User>, user: User) -> Vec<Branch> {
        let mut refused = self.unwelcome(socket, "AUTH-10");
        refused.presence = "AUTH-10";
        let mut switched = self.welcomed(socket, user, "AUTH-10");
        if let Some(first) = now {
            if switched.after.is_online(first) {
                switched.may_announce(first, false);
            } else {
                switched.announce(first, false, "AUTH-10");
                switched.set_free(socket, &Event::Online(first, false));
            }
        }
        vec![refused, switched]
    }

    fn unwelcome(&self, socket: Socket, requirement: &'static str) -> Branch {
        let mut after = self.clone();
        if let Some(known) = after.sockets.get_mut(&socket) {
            known.refusals += 1;
        }
        let mut branch = Branch::new(after);
        branch.refused = Some(Refused { action: "user.auth", requirement, code: None });
        branch.presence = "PRES-8";
        branch.hears(socket, Event::Unwelcome, Due::Required(requirement));
        branch
    }

    fn welcomed(&self, socket: Socket, user: User, requirement: &'static str) -> Branch {
        let first = !self.is_online(user);
        let mut after = self.clone();
        if let Some(known) = after.sockets.get_mut(&socket) {
            known.user = Some(user);
            known.authorisations = known.authorisations.saturating_add(1);
        }
        let mut branch = Branch::new(after);
        // That a user may have several sockets is a SHOULD (AUTH-11), and so is all that is heard on a second one.
        let requirement = if first || requirement != "AUTH-1" { requirement } else { "AUTH-11" };
        branch.hears(socket, Event::Welcome(user), Due::Required(requirement));
        if first {
            branch.announce(user, true, "PRES-1");
        } else {
            branch.may_announce(user, true);
        }
        branch.may_echo(user, true);
        branch
    }
}
