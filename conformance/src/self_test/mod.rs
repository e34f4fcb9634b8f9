//! Whether the suite sees: seeded faults, each of which the check that is named for it must find, and correct servers
//! that it must not accuse.
//!
//! * [`catalogue`]: the faults, what an implementer got wrong in each, and the requirement that it breaks.
//! * [`proxy`]: makes most of them of a correct server, between it and the suite. The others are decorators of the
//!   reference server's own parts: `server/examples/faulty/`.
//! * [`stage`]: servers with a fault, each its own process. `examine`: one fault, one verdict. `innocent`: the correct
//!   servers. `surroundings`: bad networks and busy machines, which no server is to be accused of.
//! * [`run`], [`command`]: all of it. [`matrix`]: what came of it, as data. [`report`]: the matrix for people.
//!
//! A fault that never showed itself was not tested: whoever makes it counts that, the proxy or the faulty server, and
//! never the check that is to find it.

pub mod catalogue;
pub mod command;
mod examine;
pub mod fault;
pub mod frame;
mod innocent;
pub mod known;
pub mod matrix;
pub mod passage;
pub mod proxy;
pub mod report;
pub mod run;
pub mod stage;
mod surroundings;
