//! How sessions are made up: the model as proptest's reference state machine.

use proptest::{prelude::*, sample::select, strategy::Union};
use proptest_state_machine::ReferenceStateMachine;

use super::ledger::SIGNALS;
use crate::model::{
    Action, Credentials, Goodbye, MessageName, Model, Pair, RoomName, Socket, Someone, Spoil, Step, Text, User,
};

/// The model, as proptest makes up steps from it.
#[derive(Debug)]
pub(crate) struct Machine;

impl ReferenceStateMachine for Machine {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        (2..=User::MOST).prop_map(|users| Model::begin(users, false)).boxed()
    }

    fn transitions(state: &Model) -> BoxedStrategy<Step> {
        let kinds = vec![
            (70, acting(state)),
            (8, arriving(state)),
            (5, unknown_socket(state).prop_map(Step::Connect).boxed()),
            (9, authorising(state)),
            (9, leaving(state)),
            (
                5,
                (open_socket(state), action(state), spoil())
                    .prop_map(|(who, what, how)| Step::Spoilt(who, what, how))
                    .boxed(),
            ),
        ];
        Union::new_weighted(kinds).boxed()
    }

    fn apply(state: Model, step: &Step) -> Model {
        state.after(step)
    }

    fn preconditions(state: &Model, step: &Step) -> bool {
        // A step that does nothing says nothing; where shrinking makes it so, it is left out.
        !state.predict(step).is_empty()
    }
}

/// Mostly somebody who may: what everybody does with rooms of others is tried, too, and is refused.
fn acting(state: &Model) -> BoxedStrategy<Step> {
    let anybody = (open_socket(state), action(state)).prop_map(|(socket, action)| Step::Act(socket, action));
    match inside(state) {
        Some(inside) => prop_oneof![5 => inside, 2 => anybody].boxed(),
        None => anybody.boxed(),
    }
}

/// A socket, its user, and a dialog that the user takes part in.
type Member = (Socket, User, Pair);

/// An action in a room by a socket of one of its users; `None` where there is no room.
fn inside(state: &Model) -> Option<BoxedStrategy<Step>> {
    let members = state.authorised().flat_map(|(socket, user)| {
        state.dialogs_of(user).map(move |room| (socket, user, state.room(room).pair)).collect::<Vec<_>>()
    });
    let members: Vec<Member> = members.collect();
    let details = (text(), back(), proptest::option::of(1_u8..=3));
    (!members.is_empty()).then(|| {
        let act = |(member, kind, details): (Member, u8, _)| Step::Act(member.0, in_room(member, kind, details));
        (select(members), 0_u8..42, details).prop_map(act).boxed()
    })
}

/// An action of a user in a room; the numbers are weights.
fn in_room((_, user, pair): Member, kind: u8, (text, back, limit): (Text, u8, Option<u8>)) -> Action {
    let (room, message) = (RoomName::Of(pair), MessageName { of: pair, back });
    match kind {
        0..16 => Action::Send(room, text),
        16..22 => Action::Delete(message),
        22..27 => Action::History(room, limit, (back > 2).then_some(message)),
        27..33 => Action::Read(room),
        33..36 => Action::Clear(room),
        36..38 => Action::Drop(room),
        _ => Action::Start(Someone::User(pair.other(user)), text),
    }
}

fn back() -> BoxedStrategy<u8> {
    prop_oneof![4 => Just(0_u8), 2 => Just(1_u8), 2 => 0_u8..6].boxed()
}

/// A user who has not all of its sockets open comes with one more.
fn arriving(state: &Model) -> BoxedStrategy<Step> {
    unknown_socket(state).prop_map(Step::Arrive).boxed()
}

/// Mostly a socket that is not authorised yet, where there is one.
fn authorising(state: &Model) -> BoxedStrategy<Step> {
    let strangers: Vec<Socket> = state.open().filter(|socket| state.user_of(*socket).is_none()).collect();
    let anybody = (open_socket(state), credentials(state, 3)).boxed();
    let who = match strangers.is_empty() {
        true => anybody,
        false => prop_oneof![4 => (select(strangers), credentials(state, 1)), 1 => anybody].boxed(),
    };
    who.prop_map(|(socket, credentials)| Step::Authorise(socket, credentials)).boxed()
}

fn credentials(state: &Model, right: u32) -> BoxedStrategy<Credentials> {
    prop_oneof![
        right => Just(Credentials::Right),
        2 => Just(Credentials::WrongToken),
        1 => Just(Credentials::UnknownUser),
        1 => user(state).prop_map(Credentials::TokenOf),
        1 => user(state).prop_map(Credentials::As),
    ]
    .boxed()
}

fn leaving(state: &Model) -> BoxedStrategy<Step> {
    let how = prop_oneof![2 => Just(Goodbye::Said), 1 => Just(Goodbye::Unsaid)];
    (open_socket(state), how).prop_map(|(socket, how)| Step::Leave(socket, how)).boxed()
}

/// A socket that is open; the first one of somebody where none is, so that there always is a strategy.
fn open_socket(state: &Model) -> BoxedStrategy<Socket> {
    let open: Vec<Socket> = state.open().filter(|socket| socket.user != User::ONLOOKER).collect();
    if open.is_empty() { any_socket(state) } else { select(open).boxed() }
}

/// A socket that is not open.
fn unknown_socket(state: &Model) -> BoxedStrategy<Socket> {
    let all = state.cast().flat_map(|user| (0..Socket::MOST).map(move |number| Socket { user, number }));
    let closed: Vec<Socket> = all.filter(|socket| !state.open().any(|open| open == *socket)).collect();
    if closed.is_empty() { any_socket(state) } else { select(closed).boxed() }
}

fn any_socket(state: &Model) -> BoxedStrategy<Socket> {
    (user(state), 0..Socket::MOST).prop_map(|(user, number)| Socket { user, number }).boxed()
}

fn user(state: &Model) -> BoxedStrategy<User> {
    select(state.cast().collect::<Vec<_>>()).boxed()
}

fn action(state: &Model) -> BoxedStrategy<Action> {
    let someone = || someone(state);
    let signal = 0..SIGNALS;
    prop_oneof![
        6 => (someone(), text()).prop_map(|(with, text)| Action::Start(with, text)),
        12 => (room(state), text()).prop_map(|(room, text)| Action::Send(room, text)),
        5 => message(state).prop_map(Action::Delete),
        4 => history(state),
        5 => room(state).prop_map(Action::Read),
        2 => room(state).prop_map(Action::Clear),
        2 => room(state).prop_map(Action::Drop),
        2 => (someone(), signal.clone()).prop_map(|(whom, signal)| Action::Call(whom, signal)),
        1 => (someone(), signal).prop_map(|(whom, signal)| Action::Answer(whom, signal)),
    ]
    .boxed()
}

fn history(state: &Model) -> BoxedStrategy<Action> {
    let limit = proptest::option::of(1_u8..=4);
    let last = proptest::option::of(message(state));
    (room(state), limit, last).prop_map(|(room, limit, last)| Action::History(room, limit, last)).boxed()
}

fn someone(state: &Model) -> BoxedStrategy<Someone> {
    prop_oneof![12 => user(state).prop_map(Someone::User), 1 => Just(Someone::Unknown)].boxed()
}

/// Mostly a room that was made; whoever acts, whether it is in it or not.
fn room(state: &Model) -> BoxedStrategy<RoomName> {
    prop_oneof![16 => pair(state).prop_map(RoomName::Of), 1 => Just(RoomName::Unknown)].boxed()
}

fn message(state: &Model) -> BoxedStrategy<MessageName> {
    (pair(state), back()).prop_map(|(of, back)| MessageName { of, back }).boxed()
}

/// Mostly a pair that has a room already: sessions that stay in few rooms get far.
fn pair(state: &Model) -> BoxedStrategy<Pair> {
    let users: Vec<User> = state.cast().collect();
    let all = users.iter().flat_map(|one| users.iter().map(|other| Pair::of(*one, *other)));
    let all: Vec<Pair> = all.filter(|pair| pair.users()[0] != pair.users()[1]).collect();
    let known: Vec<Pair> = all.iter().copied().filter(|pair| state.room_of(*pair).is_some()).collect();
    if known.is_empty() { select(all).boxed() } else { prop_oneof![5 => select(known), 1 => select(all)].boxed() }
}

fn text() -> BoxedStrategy<Text> {
    prop_oneof![
        12 => Just(Text::Words),
        5 => (0..Text::SPECIAL).prop_map(Text::Special),
        1 => Just(Text::Empty),
        1 => Just(Text::Long),
    ]
    .boxed()
}

fn spoil() -> BoxedStrategy<Spoil> {
    select(Spoil::ALL.to_vec()).boxed()
}
