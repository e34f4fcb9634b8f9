//! All users at once, without waiting; then the recorded history is checked as a whole, in the way of Elle.
//!
//! * `program`: what is generated: who has how many sockets, and what each does. `shrink`: a smaller program that fails
//!   alike.
//! * `perform`: carries a program out against a server, and `record` writes down what everybody said and heard.
//! * `history`: that record, as plain data.
//! * `check`: what is wrong in a history, each time with the two or three events that show it. Knows no server.
//! * `explore`: generated programs, one after the other: what scenarios call.

mod check;
mod explore;
mod history;
mod perform;
mod program;
mod record;
mod shrink;
#[cfg(test)]
mod simulation;

pub(crate) use self::{
    explore::explore,
    program::{Mix, Share},
};
