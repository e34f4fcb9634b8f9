//! A smaller program that fails alike: half of the steps, a socket less, a pair less, a step less.

use super::program::Program;

/// Programs that are smaller than this one, the smallest first.
pub(crate) fn smaller(program: &Program) -> Vec<Program> {
    let mut candidates = Vec::new();
    candidates.extend([half(program, true), half(program, false)]);
    candidates.extend((2..program.sockets.len()).rev().map(|place| without_socket(program, place)));
    candidates.extend(program.pairs.iter().filter(|pair| **pair != [0, 1]).map(|pair| without_pair(program, *pair)));
    for (place, socket) in program.sockets.iter().enumerate() {
        candidates.extend((0..socket.steps.len()).map(|step| without_step(program, place, step)));
    }
    candidates.retain(|candidate| candidate.len() < program.len());
    candidates
}

/// Of each socket's steps the first or the second half.
fn half(program: &Program, first: bool) -> Program {
    let mut program = program.clone();
    for socket in &mut program.sockets {
        let middle = socket.steps.len().div_ceil(2);
        let second = socket.steps.split_off(middle);
        if !first {
            socket.steps = second;
        }
    }
    program
}

/// Without what one socket does.
fn without_socket(program: &Program, place: usize) -> Program {
    let mut program = program.clone();
    program.sockets.remove(place);
    program
}

/// Without what two users do with each other.
fn without_pair(program: &Program, pair: [usize; 2]) -> Program {
    let mut smaller = program.clone();
    for socket in &mut smaller.sockets {
        let user = socket.user;
        socket.steps.retain(|step| {
            program.partner(user, step).is_none_or(|partner| [user.min(partner), user.max(partner)] != pair)
        });
    }
    // The pair itself stays where others count around it.
    smaller
}

fn without_step(program: &Program, place: usize, step: usize) -> Program {
    let mut program = program.clone();
    program.sockets[place].steps.remove(step);
    program
}
