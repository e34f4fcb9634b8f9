//! chat-conformance
