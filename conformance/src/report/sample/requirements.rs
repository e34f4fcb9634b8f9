//! The requirements of the run that never was: every level and every verdict.

use chat_spec::requirements::Level;

use crate::{result::RequirementResult, verdict::Verdict};

/// All of them.
pub(super) fn all() -> Vec<RequirementResult> {
    use Level::{May, Must, Should};
    use Verdict::{HarnessError, NotApplicable, NotEvaluable, Pass, Violation, Warning};

    let row = |id: &str, level, group: &str, verdict, scenarios: &[&str], reason: Option<&str>, text: &str| {
        RequirementResult {
            id: id.into(),
            level,
            group: group.into(),
            text: text.into(),
            verdict,
            scenarios: scenarios.iter().map(|id| (*id).to_owned()).collect(),
            reason: reason.map(Into::into),
            known: None,
        }
    };
    let patience = Some("the server's ping interval (25 s) is longer than the suite's patience (10 s)");
    let sent = "message.send/reaches_both_users_and_nobody_else";
    let kept = "message.send/keeps_every_text_exactly";
    vec![
        row(
            "CONN-1",
            Must,
            "Connection",
            Pass,
            &["connect/completes_the_handshake"],
            None,
            "A WebSocket connection to the documented path completes the Engine.IO handshake (`sid`, `pingInterval`, `pingTimeout`, `maxPayload`) and the default namespace connects",
        ),
        row(
            "CONN-2",
            Must,
            "Connection",
            NotEvaluable,
            &[],
            patience,
            "A client that answers pings stays connected for at least two ping intervals without sending anything else",
        ),
        row(
            "CONN-3",
            Should,
            "Connection",
            NotEvaluable,
            &[],
            patience,
            "A client that stops answering pings is disconnected within `pingInterval + pingTimeout`, and its user goes offline",
        ),
        row(
            "CONN-5",
            May,
            "Connection",
            Pass,
            &["connect/completes_the_handshake"],
            None,
            "The default path `/socket.io/` is served too",
        ),
        row(
            "PRES-1",
            Must,
            "Presence",
            Pass,
            &["user.auth/is_announced", sent],
            None,
            "When a user becomes authorised, every other authorised user gets `{id, online: true}`",
        ),
        row(
            "PRES-3",
            Should,
            "Presence",
            Warning,
            &["user.auth/is_announced"],
            Some("bob was announced offline while his phone was still connected"),
            "Closing one of several sockets of a user does not announce it offline",
        ),
        row(
            "SEND-1",
            Must,
            "Sending",
            Violation,
            &[sent],
            Some("bob never heard of the message"),
            "Both users get `on.message.new` with the same `message`, as in START-1 to START-3",
        ),
        row("SEND-3", Must, "Sending", Pass, &[sent], None, "Nobody outside the room gets the event"),
        row(
            "SEND-4",
            Must,
            "Sending",
            Violation,
            &[kept],
            Some("a text came back changed"),
            "`text` arrives and is stored exactly as sent: any Unicode scalar values (U+0000 may be refused instead), all planes, line ends, white space, quotes, HTML, SQL; not trimmed, not normalised, never cut",
        ),
        row(
            "SEND-12",
            Should,
            "Sending",
            HarnessError,
            &["message.send/time_does_not_run_backwards"],
            Some("the suite's own clock ran backwards"),
            "`created_at` does not run backwards in a room",
        ),
        row(
            "TYPE-5",
            Should,
            "Payload types",
            Warning,
            &[sent],
            Some("on.message.new has the undocumented field /message/edited"),
            "No fields beyond the documented ones",
        ),
        row(
            "DUR-1",
            Must,
            "Durability",
            NotEvaluable,
            &[],
            Some("it needs `--server-cmd`, so that the suite can restart the server"),
            "What was announced survives a restart of the server (only where the suite starts the server itself)",
        ),
        row(
            "ERR-1",
            Must,
            "Errors",
            NotApplicable,
            &[],
            Some("the server does not declare the profile `errors`"),
            "A refused action without an acknowledgement callback gets `on.error {action, code, message}` on the calling socket alone",
        ),
        row(
            "ERR-2",
            Must,
            "Errors",
            NotApplicable,
            &[],
            Some("the server does not declare the profile `errors`"),
            "An action with an acknowledgement callback gets `{ok: true}` or `{ok: false, error: {action, code, message}}` instead, after its events were sent",
        ),
    ]
}
