//! Faults of texts: SEND-4 and SEND-10, and START-10 where it speaks of them.

use std::collections::HashMap;

use serde_json::json;

use super::help::{FAR, announcement, edit, rule, stored_text, texts};
use crate::self_test::fault::{Condition, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault::on_the_wire(
        "send-4-replacement-patterns",
        "SEND-4",
        "A text goes through a template whose replacement patterns work in it.",
        || stored_text(|text| text.replace("$$", "$")),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-percent-decoded", "SEND-4", "Texts are decoded as if they came in a URL.", || {
        stored_text(|text| text.replace("%20", " "))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-emoticons", "SEND-4", "Emoticons are made emoji.", || {
        stored_text(|text| text.replace(":)", "🙂"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-long-texts-tidied",
        "SEND-4",
        "In a text of over a thousand characters, spaces in a row are made one.",
        || stored_text(|text| if text.chars().count() > 1_000 { text.replace("  ", " ") } else { text.to_owned() }),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-trimmed-in-lists",
        "SEND-4",
        "The newest message of a dialog is shown without line breaks in the list.",
        || edit("on.user.authorized", |payload| texts(payload, |text| text.replace('\n', " "))),
    )
    .only(Condition::AfterReconnect),
    Fault::on_the_wire("send-4-trims", "SEND-4", "Texts are trimmed.", || stored_text(|text| text.trim().to_owned()))
        .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-cuts-astral",
        "SEND-4",
        "A database column of three bytes a character loses what is outside of the first plane.",
        || stored_text(without_astral),
    )
    .only(Condition::AstralUnicode),
    Fault::on_the_wire(
        "send-4-history-cuts-astral",
        "SEND-4",
        "Messages are announced from memory and read back from a column that loses what is outside of the first plane.",
        || edit("on.chat.history", |payload| texts(payload, without_astral)),
    )
    .only(Condition::AstralUnicode),
    Fault::on_the_wire("send-4-composes-accents", "SEND-4", "Texts are normalised to NFC.", || {
        stored_text(|text| text.replace("e\u{301}", "é").replace("A\u{30A}", "Å"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-line-ends", "SEND-4", "Line ends are made uniform, as forms do.", || {
        stored_text(|text| text.replace("\r\n", "\n"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-escapes-html", "SEND-4", "Texts are escaped for HTML on the server.", || {
        stored_text(|text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire("send-4-strips-tags", "SEND-4", "A sanitiser strips what looks like a tag.", || {
        stored_text(|text| text.replace("<b>", "").replace("</b>", "").replace("<script>", ""))
    })
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-column-of-255",
        "SEND-4",
        "A column of 255 characters cuts longer texts silently.",
        || stored_text(|text| text.chars().take(255).collect()),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-cut-at-the-limit",
        "SEND-4",
        "A text over the maximum of 10,000 is cut to it instead of refused.",
        || {
            let mut cut: HashMap<u64, String> = HashMap::new();
            rule(move |passing| {
                let long = passing.payload()["text"].as_str().filter(|text| text.chars().count() > 10_000);
                if passing.is("message.send")
                    && let Some(text) = long
                {
                    let short: String = text.chars().take(10_000).collect();
                    cut.insert(passing.link, short.clone());
                    passing.edit(|payload| payload["text"] = short.into());
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-history-alone",
        "SEND-4",
        "Texts are announced as they came and stored with doubled quotes: only the history shows it.",
        || edit("on.chat.history", |payload| texts(payload, |text| text.replace('\'', "''"))),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-unprintable-stripped",
        "SEND-4",
        "Control characters and invisible ones are stripped.",
        || {
            stored_text(|text| {
                text.chars().filter(|letter| !matches!(letter, '\u{200B}' | '\u{FEFF}' | '\u{1}'..='\u{8}')).collect()
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-number-from-text",
        "SEND-4",
        "A text that looks like a number loses its leading zeros on the way through a loosely typed store.",
        || stored_text(|text| text.parse::<u64>().map_or_else(|_| text.to_owned(), |number| number.to_string())),
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-4-first-message-trimmed",
        "SEND-4",
        "chat.start trims its text, and message.send does not.",
        || {
            rule(|passing| {
                if passing.is("chat.start")
                    && let Some(text) = passing.payload()["text"].as_str()
                {
                    let trimmed = text.trim().to_owned();
                    if !trimmed.is_empty() {
                        passing.edit(|payload| payload["text"] = trimmed.into());
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-10-empty-accepted",
        "SEND-10",
        "An empty text without an attachment is announced.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                let payload = passing.payload();
                if passing.is("message.send") && payload["text"] == "" && payload["attachment_id"].is_null() {
                    for user in passing.known.rooms.get(&room).cloned().unwrap_or_default() {
                        let event = announcement(passing.known, room, me, user, "", FAR);
                        passing.tell_user(user, "on.message.new", &event);
                    }
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire("send-10-limit-of-1000", "SEND-10", "Texts over 1,000 characters are refused.", || {
        rule(|passing| {
            if passing.is("message.send")
                && passing.payload()["text"].as_str().is_some_and(|text| text.chars().count() > 1_000)
            {
                passing.swallow();
            }
        })
    }),
    Fault::on_the_wire(
        "send-10-limit-in-bytes",
        "SEND-10",
        "The limit of 4,000 counts UTF-16 units, so that 4,000 characters with emoji in them are refused.",
        || {
            rule(|passing| {
                if passing.is("message.send")
                    && passing.payload()["text"].as_str().is_some_and(|text| text.encode_utf16().count() > 4_000)
                {
                    passing.swallow();
                }
            })
        },
    )
    .only(Condition::RareInput),
    Fault::on_the_wire(
        "send-1-long-text-to-its-sender-alone",
        "SEND-1",
        "A text over the maximum is refused for the room and echoed to its sender all the same.",
        || {
            rule(|passing| {
                let (Some(room), Some(me)) = (passing.room(), passing.user()) else { return };
                let long = passing.payload()["text"].as_str().filter(|text| text.chars().count() > 10_000);
                if let Some(text) = long.filter(|_| passing.is("message.send")) {
                    let event = announcement(passing.known, room, me, me, text, FAR);
                    passing.tell(passing.link, "on.message.new", json!(event));
                }
            })
        },
    )
    .only(Condition::RareInput),
];

/// A text in which what is outside of the first plane is lost.
fn without_astral(text: &str) -> String {
    text.chars().map(|letter| if u32::from(letter) > 0xFFFF { '?' } else { letter }).collect()
}
