//! Packets are read as the specification has them, and never trip the reader.

use proptest::prelude::*;

use super::*;

#[test]
fn reads_the_examples_of_the_specification() {
    for text in [
        "0",
        r#"0{"sid":"oSO0OpakMV_3jnilAAAA"}"#,
        r#"0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}"#,
        r#"4{"message":"Not authorized"}"#,
        r#"2["foo"]"#,
        r#"2/admin,["bar"]"#,
        r#"212["foo"]"#,
        "3/admin,13[]",
        r#"51-["baz",{"_placeholder":true,"num":0}]"#,
        r#"61-15[{"_placeholder":true,"num":0}]"#,
        "1",
    ] {
        let packet = Packet::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(packet.to_string(), text);
    }
    assert_eq!(Packet::parse("1/admin,").unwrap().namespace, "/admin");
}

#[test]
fn keeps_json_to_the_letter() {
    let text = r#"2["x",1e400,1.10,"\ud800"]"#;
    assert_eq!(Packet::parse(text).unwrap().to_string(), text);
}

#[test]
fn says_what_is_wrong_with_a_packet() {
    let refusal = |text: &str| Packet::parse(text).unwrap_err();
    assert_eq!(refusal(""), PacketError::Type);
    assert_eq!(refusal("7[]"), PacketError::Type);
    assert_eq!(refusal(r#"5["x"]"#), PacketError::Attachments);
    assert_eq!(refusal(r#"50-["x"]"#), PacketError::Attachments);
    assert_eq!(refusal(r#"599999999-["x"]"#), PacketError::Attachments);
    assert_eq!(refusal(r#"2/admin["x"]"#), PacketError::Namespace);
    assert_eq!(refusal(r#"3[]"#), PacketError::Id);
    assert_eq!(refusal("399999999999999999999[]"), PacketError::Id);
    assert!(matches!(refusal(r#"2["x""#), PacketError::Json(_)));
    assert!(matches!(refusal(r#"2{"x":1}"#), PacketError::Payload(_)));
    assert!(matches!(refusal("2"), PacketError::Payload(_)));
    assert!(matches!(refusal("1[]"), PacketError::Payload(_)));
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(
        kind in 0..7_usize,
        attachments in 1..50_usize,
        namespace in prop_oneof![Just("/".to_owned()), "/[a-z]{1,8}"],
        id in any::<u64>(),
        texts in prop::collection::vec(any::<String>(), 0..4),
    ) {
        let kind = Kind::ALL[kind];
        let array = serde_json::value::to_raw_value(&texts).unwrap();
        let data = match kind {
            Kind::Connect | Kind::ConnectError => Some(RawValue::from_string("{}".to_owned()).unwrap()),
            Kind::Disconnect => None,
            _ => Some(array),
        };
        let attachments = if kind.is_binary() { attachments } else { 0 };
        let written = Packet { kind, attachments, namespace, id: Some(id), data };
        let read = Packet::parse(&written.to_string()).unwrap();
        prop_assert_eq!(
            (read.kind, read.attachments, &read.namespace, read.id, read.data.as_ref().map(|data| data.get())),
            (kind, attachments, &written.namespace, Some(id), written.data.as_ref().map(|data| data.get()))
        );
    }

    #[test]
    fn no_text_is_too_odd(text in "[0-9]{0,2}-?(/[a-z,]{0,4})?[0-9]{0,25}\\PC*") {
        if let Ok(packet) = Packet::parse(&text) {
            prop_assert!(Packet::parse(&packet.to_string()).is_ok());
        }
    }
}
