//! The objects that payloads are made of. One file a type.

mod any_json;
mod attachment;
mod chat;
mod count;
mod date;
mod dialog;
mod error;
mod file;
mod ids;
mod limit;
mod message;
pub(crate) mod nullable;
mod room;
mod user;

pub use any_json::AnyJson;
pub use attachment::Attachment;
pub use chat::Chat;
pub use date::{Date, ParseDateError};
pub use dialog::Dialog;
pub use error::{Acknowledgement, ErrorCode, Refusal};
pub use file::File;
pub use ids::{AttachmentId, FileId, IdOutOfRange, MAX_ID, MessageId, RoomId, UserId};
pub use limit::Limit;
pub use message::Message;
pub use room::Room;
pub use user::User;
