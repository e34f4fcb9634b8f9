//! What is served over plain HTTP: a page that says what this is, health, attachments, the published contract; and the
//! way to Socket.IO.

mod attachments;
mod contract;
mod failure;
mod files;
mod home;
mod places;
mod routes;

pub use files::Files;
pub(crate) use places::UploadPlaces;
pub use routes::is_taken;
pub(crate) use routes::{HttpState, router};
