//! Which requirement an event breaks that nobody expected, or that is not as verified.

/// What is known about an event that nobody expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unexpected<'a> {
    /// Its wire name.
    pub event: &'a str,
    /// Whether the very same event came to this socket before.
    pub repeated: bool,
    /// Whether the socket is authorised.
    pub authorised: bool,
    /// Whether the socket's user takes part in the dialog that the event is about, as far as the event tells.
    pub member: bool,
    /// Whether the same user has another socket, which the event could have been meant for.
    pub one_of_several: bool,
}

/// The requirement that an event breaks that nobody expected.
#[must_use]
pub fn of_unexpected(unexpected: Unexpected<'_>) -> &'static str {
    if !unexpected.authorised {
        return if unexpected.event == "on.user.online" { "PRES-4" } else { "SEC-1" };
    }
    if unexpected.repeated {
        return "EVT-1";
    }
    match unexpected.event {
        "on.chat.history" | "on.user.authorized" | "on.error" if unexpected.one_of_several => "AUTH-11",
        "on.message.new" if unexpected.member => "EVT-1",
        "on.message.new" => "SEND-3",
        "on.chat.read" if unexpected.member => "READ-4",
        "on.chat.history" => "HIST-1",
        "on.user.authorized" => "AUTH-1",
        "on.call.init" | "on.call.answer" => "CALL-4",
        _ if unexpected.member => "EVT-1",
        _ => "SEC-2",
    }
}

/// The requirement that an event breaks which is not as its schema says: a requirement of its own, where there is one for
/// just that.
#[must_use]
pub fn of_shape<'a>(event: &str, path: &str, message: &str, requirement: &'a str) -> &'a str {
    match (requirement, event) {
        ("TYPE-1", "on.message.new") if path == "/message" && message.contains("\"attachment\" is a required") => {
            "SEND-11"
        }
        ("TYPE-1", "on.chat.history") if path == "/messages" => "HIST-5",
        _ => requirement,
    }
}
