//! chat-spec
