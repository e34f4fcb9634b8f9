//! What the model says, in examples and for any session.

use proptest::{prelude::*, test_runner::Config};
use proptest_state_machine::ReferenceStateMachine;

use super::*;
use crate::{model::expected::Begun, properties::sessions::Machine};

const ALICE: User = User(0);
const BOB: User = User(1);
const CAROL: User = User(2);

fn pair() -> Pair {
    Pair::of(ALICE, BOB)
}

fn room() -> RoomName {
    RoomName::Of(pair())
}

fn by(user: User, action: Action) -> Step {
    Step::Act(user.first_socket(), action)
}

fn start() -> Step {
    by(ALICE, Action::Start(Someone::User(BOB), Text::Words))
}

fn send(user: User) -> Step {
    by(user, Action::Send(room(), Text::Words))
}

fn newest(back: u8) -> MessageName {
    MessageName { of: pair(), back }
}

/// The model after these steps, by a server that does as ours.
fn after(steps: &[Step]) -> Model {
    steps.iter().fold(Model::begin(3, false), |model, step| model.after(step))
}

fn unread(model: &Model) -> (u64, u64) {
    let room = model.room_of(pair()).unwrap();
    (model.unread(room, ALICE), model.unread(room, BOB))
}

/// The only branch of a step.
fn only(model: &Model, step: &Step) -> Branch {
    let mut branches = model.predict(step);
    assert_eq!(branches.len(), 1, "{step}");
    branches.remove(0)
}

/// The requirement that a step is refused by.
fn refused(model: &Model, step: &Step) -> Option<&'static str> {
    only(model, step).refused.map(|refused| refused.requirement)
}

#[test]
fn counters_count_what_the_other_side_has_not_read() {
    let mut steps = vec![start(), send(ALICE), send(BOB)];
    assert_eq!(unread(&after(&steps)), (1, 2));
    steps.push(by(BOB, Action::Read(room())));
    assert_eq!(unread(&after(&steps)), (1, 0));
    steps.extend([send(ALICE), by(ALICE, Action::Delete(newest(3)))]);
    assert_eq!(unread(&after(&steps)), (1, 1), "what was read does not count, deleted or not");
    steps.push(by(ALICE, Action::Delete(newest(0))));
    assert_eq!(unread(&after(&steps)), (1, 0), "what was not read lowers the counter when it is deleted");
    steps.push(by(BOB, Action::Clear(room())));
    assert_eq!(unread(&after(&steps)), (0, 0));
}

#[test]
fn a_deleted_dialog_begins_anew_in_another_room() {
    let dropped = after(&[start(), by(BOB, Action::Drop(room()))]);
    assert_eq!(dropped.dialogs_of(ALICE).count(), 0);
    assert_eq!(refused(&dropped, &send(ALICE)), Some("DROP-3"));
    assert_eq!(refused(&dropped, &by(BOB, Action::History(room(), None, None))), Some("DROP-2"));
    assert!(only(&dropped, &by(BOB, Action::Read(room()))).free_room.is_some(), "servers are free here");
    let anew = dropped.after(&start());
    assert_eq!((anew.dialogs_of(BOB).collect::<Vec<_>>(), anew.history(RoomKey(1)).len()), (vec![RoomKey(1)], 1));
}

#[test]
fn outsiders_and_strangers_are_refused_by_the_most_special_requirement() {
    let model = after(&[start(), Step::Connect(Socket { user: CAROL, number: 1 })]);
    for (action, requirement) in [
        (Action::Send(room(), Text::Words), "SEND-9"),
        (Action::Delete(newest(0)), "DEL-3"),
        (Action::History(room(), None, None), "HIST-6"),
        (Action::Read(room()), "READ-5"),
        (Action::Clear(room()), "CLEAR-5"),
        (Action::Drop(room()), "DROP-5"),
        (Action::Start(Someone::User(CAROL), Text::Words), "START-7"),
        (Action::Start(Someone::Unknown, Text::Words), "START-7"),
        (Action::Start(Someone::User(ALICE), Text::Empty), "START-10"),
        (Action::Call(Someone::User(CAROL), 0), "CALL-6"),
    ] {
        assert_eq!(refused(&model, &by(CAROL, action.clone())), Some(requirement), "{action}");
        let stranger = Step::Act(Socket { user: CAROL, number: 1 }, action);
        assert_eq!(refused(&model, &stranger), Some("SEC-1"), "{stranger}");
    }
    let spoilt = Step::Spoilt(ALICE.first_socket(), Action::Clear(room()), Spoil::IdZero);
    assert_eq!(refused(&model, &spoilt), Some("ROB-1"));
}

#[test]
fn where_servers_are_free_there_is_a_branch_for_each_reading() {
    let model = after(&[start()]);
    let by_the_other_side = model.predict(&by(BOB, Action::Delete(newest(0))));
    assert_eq!(by_the_other_side.iter().map(|branch| branch.refused.is_some()).collect::<Vec<_>>(), [true, false]);
    let second_user = model.predict(&Step::Authorise(BOB.first_socket(), Credentials::As(CAROL)));
    let users: Vec<_> = second_user.iter().map(|branch| branch.after.user_of(BOB.first_socket())).collect();
    assert_eq!(users, [Some(BOB), Some(CAROL)]);
}

#[test]
fn with_several_sockets_the_should_decides() {
    let second = Socket { user: BOB, number: 1 };
    let model = after(&[start(), Step::Arrive(second)]);
    let branch = only(&model, &send(ALICE));
    let key = MessageKey { room: RoomKey(0), place: 1 };
    let due = |socket| branch.events[&socket].clone();
    let expected =
        |requirement| vec![Expectation { event: Event::New(key, Begun::Sent), due: Due::Required(requirement) }];
    assert_eq!(due(ALICE.first_socket()), expected("SEND-1"));
    assert_eq!((due(BOB.first_socket()), due(second)), (expected("AUTH-11"), expected("AUTH-11")));
    assert!(!branch.events.contains_key(&CAROL.first_socket()));
}

#[test]
fn the_last_socket_that_goes_takes_its_user_offline() {
    let second = Socket { user: BOB, number: 1 };
    let model = after(&[Step::Arrive(second)]);
    let first = Step::Leave(BOB.first_socket(), Goodbye::Said);
    assert!(only(&model, &first).events.is_empty(), "one of two goes, and nobody hears it");
    let branch = only(&model.after(&first), &Step::Leave(second, Goodbye::Unsaid));
    let offline = Expectation { event: Event::Online(BOB, false), due: Due::Required("PRES-5") };
    assert_eq!(branch.events.len(), 3, "alice, carol and the onlooker hear it");
    assert!(branch.events.values().all(|heard| *heard == [offline.clone()]));
    assert_eq!(refused(&branch.after, &by(ALICE, Action::Call(Someone::User(BOB), 0))), Some("CALL-6"));
}

/// What holds in every state that a session comes to.
fn check(model: &Model) {
    for room in (0..model.rooms.len()).map(RoomKey) {
        let known = model.room(room);
        let listed = known.pair.users().iter().all(|user| model.dialogs_of(*user).any(|dialog| dialog == room));
        assert_eq!(listed, !known.dropped);
        assert!(!known.dropped || model.history(room).is_empty());
        let total: u64 = known.pair.users().iter().map(|user| model.unread(room, *user)).sum();
        assert!(total <= model.history(room).len() as u64);
    }
    let live = |pair| model.rooms.iter().filter(|room| room.pair == pair && !room.dropped).count();
    assert!(model.rooms.iter().all(|room| live(room.pair) <= 1), "one dialog a pair (D3)");
}

/// What holds for every branch of a step.
fn check_branch(before: &Model, step: &Step, branch: &Branch) {
    let open = |socket: &Socket| branch.after.open().any(|other| other == *socket);
    assert!(branch.events.keys().all(open), "{step}: only who is there hears something");
    let about_room = |expectation: &Expectation| match expectation.event {
        Event::New(MessageKey { room, .. }, _) | Event::Deleted(MessageKey { room, .. }) => Some(room),
        Event::Page(room, ..) | Event::Read(room) | Event::Cleared(room) | Event::Dropped(room) => Some(room),
        _ => None,
    };
    for (socket, heard) in &branch.events {
        for room in heard.iter().filter_map(about_room) {
            let user = branch.after.user_of(*socket).unwrap();
            assert!(branch.after.room(room).pair.has(user), "{step}: {user} hears of a room of others");
        }
    }
    if branch.refused.is_some() {
        assert_eq!(before.rooms, branch.after.rooms, "{step}: what is refused changes nothing");
    }
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_session_keeps_the_rules((begin, steps, _) in Machine::sequential_strategy(1..60)) {
        let mut model = begin;
        for step in &steps {
            for branch in model.predict(step) {
                check_branch(&model, step, &branch);
                check(&branch.after);
            }
            model = model.after(step);
        }
    }

    /// Shrinking leaves steps out: what is left must still make sense, or do nothing.
    #[test]
    fn any_part_of_a_session_can_be_played(
        (begin, steps, _) in Machine::sequential_strategy(1..40),
        kept in prop::collection::vec(any::<bool>(), 40),
    ) {
        let part = steps.iter().zip(kept).filter(|(_, kept)| *kept).map(|(step, _)| step);
        check(&part.fold(begin, |model, step| model.after(step)));
        let fewer = steps.iter().fold(Model::begin(2, true), |model, step| model.after(step));
        check(&fewer);
    }
}
