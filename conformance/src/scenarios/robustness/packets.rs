//! Packets that are malformed, or well formed and hostile: they cost at most the connection that sends them (ROB-4).

use super::bystanders::{Bystanders, Sibling};
use crate::{
    accounts::Account,
    scenario::scenarios,
    stop::Outcome,
    wire::OpenOptions,
    world::{Client, World},
};

scenarios! { "robustness";
    malformed_engine_packets ["ROB-4"]
        "Malformed Engine.IO packets cost at most the connection that sends them.";
    malformed_socket_packets ["ROB-4"]
        "Malformed Socket.IO packets cost at most the connection that sends them.";
    malformed_binary_packets ["ROB-4"]
        "Binary packets without their attachments, and the other way round, cost at most the connection that sends them.";
    hostile_json ["ROB-4"]
        "JSON that is broken, deep, or hard to read costs at most the connection that sends it.";
    packets_before_joining ["ROB-4"]
        "Packets of a connection that did not join the namespace cost at most that connection.";
    deep_calls ["ROB-4"]
        "A call whose fields are nested thousands deep harms neither the server nor anybody else.";
}

/// A frame to be sent.
#[derive(Debug, Clone)]
enum Frame {
    Text(String),
    Binary(Vec<u8>),
}

/// Frames, and what is wrong with them.
type Case = (String, Vec<Frame>);

fn texts(frames: &[&str]) -> Vec<Case> {
    frames.iter().map(|text| (format!("the packet {text:?}"), vec![Frame::Text((*text).to_owned())])).collect()
}

fn engine() -> Vec<Case> {
    let mut cases = texts(&[
        "",
        " ",
        "0",
        "0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":1}",
        "2",
        "2probe",
        "3",
        "3probe",
        "5",
        "6",
        "7",
        "9",
        "x",
        "😀",
        "\u{0}",
        "-1",
        "4",
        "bAAAA",
        "b4AAAA",
        "40\u{1e}40",
        "\u{1e}\u{1e}",
        "GET / HTTP/1.1\r\n\r\n",
        "1",
        "1x",
        "11",
    ]);
    cases.push(("an empty binary frame".into(), vec![Frame::Binary(Vec::new())]));
    cases.push(("a binary frame nobody announced".into(), vec![Frame::Binary(vec![4; 100])]));
    cases.push(("a binary frame of all bytes".into(), vec![Frame::Binary((0..=255).collect())]));
    cases.push(("a hundred unasked pongs".into(), vec![Frame::Text("3".into()); 100]));
    cases
}

fn socket() -> Vec<Case> {
    texts(&[
        "40",
        "40{\"token\":1}",
        "40[",
        "40/unknown,",
        "40/unknown,{}",
        "40/,{}",
        "4040",
        "42",
        "42[]",
        "42{}",
        "42null",
        "42\"x\"",
        "42true",
        "421",
        "42[null]",
        "42[7]",
        "42[7,{}]",
        "42[true]",
        "42[{}]",
        "42[[]]",
        "42[[\"chat.read\"],{}]",
        "42/unknown,[\"chat.read\",{}]",
        "42/,[\"x\"]",
        "42/unknown",
        "42-1[\"x\"]",
        "420[\"chat.read\",{}]",
        "4299999999999999999999999[\"chat.read\",{}]",
        "4218446744073709551616[\"chat.read\",{}]",
        "421.5[\"x\"]",
        "43[]",
        "430[]",
        "430[{}]",
        "4399999999999999999999999[]",
        "43",
        "430",
        "430{}",
        "44",
        "44{}",
        "44\"no\"",
        "45",
        "46",
        "47",
        "48",
        "4x",
        "4 2[\"x\"]",
        "42 [\"x\"]",
        "41/unknown,",
        "41{}",
        "41",
        "4141",
    ])
}

fn binary() -> Vec<Case> {
    let read = "[\"chat.read\",{\"_placeholder\":true,\"num\":0}]";
    let header = |text: &str| Frame::Text(text.to_owned());
    let mut cases = texts(&[
        "45[]",
        "45-[\"x\"]",
        "450-[\"x\"]",
        "451-[\"x\"]",
        "451-",
        "451",
        "45-1-[\"x\"]",
        "451.5-[\"x\"]",
        "45x-[\"x\"]",
        "45999999999-[\"x\"]",
        "4599999999999999999999-[\"x\"]",
        "451-/unknown,[\"x\",{\"_placeholder\":true,\"num\":0}]",
        "461-[{\"_placeholder\":true,\"num\":0}]",
        "461-0[{\"_placeholder\":true,\"num\":0}]",
    ]);
    cases.push(("a binary event whose attachment never comes".into(), vec![header(&format!("451-{read}"))]));
    for (what, num) in
        [("5", "5"), ("-1", "-1"), ("a string", "\"x\""), ("null", "null"), ("1e99", "1e99"), ("0.5", "0.5")]
    {
        let text = format!("451-[\"chat.read\",{{\"_placeholder\":true,\"num\":{num}}}]");
        cases.push((format!("a placeholder with the number {what}"), vec![header(&text), Frame::Binary(vec![1, 2])]));
    }
    for (what, text) in [
        ("a placeholder for a name", "451-[{\"_placeholder\":true,\"num\":0},{}]"),
        ("an attachment without a placeholder", "451-[\"chat.read\",{}]"),
        (
            "two placeholders for one attachment",
            "451-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
        ),
    ] {
        cases.push((what.into(), vec![header(text), Frame::Binary(vec![1, 2])]));
    }
    let interrupted =
        vec![header(&format!("451-{read}")), header("42[\"chat.read\",{\"room_id\":1}]"), Frame::Binary(vec![1])];
    cases.push(("a text packet where an attachment should come".into(), interrupted));
    let twice = vec![header(&format!("451-{read}")), header(&format!("451-{read}")), Frame::Binary(vec![1])];
    cases.push(("a binary event inside a binary event".into(), twice));
    let many =
        vec![header(&format!("451-{read}")), Frame::Binary(vec![1]), Frame::Binary(vec![2]), Frame::Binary(vec![3])];
    cases.push(("more attachments than announced".into(), many));
    cases
}

fn json_texts() -> Vec<Case> {
    let mut cases = texts(&[
        "42[",
        "42]",
        "42[\"x\"",
        "42[\"x",
        "42[\"chat.read\",]",
        "42[\"chat.read\",{]",
        "42[\"chat.read\",{\"room_id\"}]",
        "42[\"chat.read\",{\"room_id\":}]",
        "42[\"chat.read\",{room_id:1}]",
        "42['chat.read',{}]",
        "42[\"chat.read\",NaN]",
        "42[\"chat.read\",Infinity]",
        "42[\"chat.read\",undefined]",
        "42[\"chat.read\",{\"room_id\":1e400}]",
        "42[\"chat.read\",{\"room_id\":-1e400}]",
        "42[\"chat.read\",{\"room_id\":01}]",
        "42[\"chat.read\",{\"room_id\":+1}]",
        "42[\"chat.read\",{\"room_id\":1}]x",
        "42[\"chat.read\",{\"room_id\":1}][]",
        "42[\"chat.read\",{\"room_id\":1,\"room_id\":\"x\"}]",
        "42[\"\\ud800\",{}]",
        "42[\"chat.read\",{\"room_id\":\"\\udc00\"}]",
        "42[\"chat.read\",\"\\x41\"]",
        "42[\"chat.read\",\"\u{1}\"]",
        "42[\"chat.read\",{\"__proto__\":{\"room_id\":1}}]",
        "42[\"chat.read\",{\"constructor\":{\"prototype\":{\"x\":1}}}]",
        "42[\"message.send\",{\"room_id\":1,\"text\":{\"toString\":null}}]",
        "42[\"user.auth\",{\"id\":{\"valueOf\":1},\"token\":[]}]",
        "42\u{FEFF}[\"x\"]",
    ]);
    let mut add = |what: &str, text: String| cases.push((what.to_owned(), vec![Frame::Text(text)]));
    for depth in [200, 5_000, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        add(&format!("arrays nested {depth} deep"), format!("42[\"chat.read\",{open}{close}]"));
        add(&format!("arrays nested {depth} deep and never closed"), format!("42[\"chat.read\",{open}"));
        let (open, close) = ("{\"a\":".repeat(depth), "}".repeat(depth));
        add(&format!("objects nested {depth} deep"), format!("42[\"chat.read\",{{\"room_id\":{open}1{close}}}]"));
    }
    add("a number of 100,000 digits", format!("42[\"chat.read\",{{\"room_id\":{}}}]", "9".repeat(100_000)));
    add("a fraction of 100,000 digits", format!("42[\"chat.read\",{{\"room_id\":0.{}}}]", "1".repeat(100_000)));
    add("200,000 spaces", format!("42[\"chat.read\",{}{{}}]", " ".repeat(200_000)));
    add("1,000 arguments", format!("42[\"chat.read\"{}]", ",1".repeat(1_000)));
    let fields: Vec<String> = (0..20_000).map(|number| format!("\"f{number}\":1")).collect();
    add("20,000 fields", format!("42[\"chat.read\",{{{}}}]", fields.join(",")));
    cases
}

async fn malformed_engine_packets(world: &World) -> Outcome {
    survives(world, engine()).await
}

async fn malformed_socket_packets(world: &World) -> Outcome {
    survives(world, socket()).await
}

async fn malformed_binary_packets(world: &World) -> Outcome {
    survives(world, binary()).await
}

async fn hostile_json(world: &World) -> Outcome {
    survives(world, json_texts()).await
}

async fn packets_before_joining(world: &World) -> Outcome {
    let (account, others) = bystanders(world).await?;
    let mut cases = texts(&[
        "",
        "1",
        "2",
        "3",
        "9",
        "41",
        "42[\"user.auth\",{\"id\":1,\"token\":\"x\"}]",
        "42[\"message.send\",{\"room_id\":1,\"text\":\"x\"}]",
        "42[",
        "43[]",
        "44{}",
        "451-[\"x\",{\"_placeholder\":true,\"num\":0}]",
        "40/unknown,",
        "40[",
        "40{",
        "40null",
        "40\"x\"",
        "4",
    ]);
    cases.push(("a binary frame".into(), vec![Frame::Binary(vec![0; 10])]));
    cases.push(("joining a hundred times".into(), vec![Frame::Text("40".into()); 100]));
    cases.push((
        "joining and leaving".into(),
        ["40", "41"].repeat(20).into_iter().map(|text| Frame::Text(text.into())).collect(),
    ));
    for (what, frames) in &cases {
        let what = format!("{what} before joining");
        let options = OpenOptions { auto_connect: false, ..world.open_options() };
        let client = others.connect(&account, options, &what).await?;
        send(&client, frames).await;
        client.closed(world.patience().quiet).await;
        client.abort().await;
        drop((client.errors(), client.leftovers()));
        others.go_on(&what).await?;
    }
    others.newcomer(&account, "packets before joining").await
}

async fn deep_calls(world: &World) -> Outcome {
    let [mallory, carol, alice, bob] = world.users(["mallory", "carol", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-4").await?;
    world.no_transcript();
    let account = mallory.account().clone();
    mallory.close().await;
    for depth in [1_000, 10_000] {
        let what = format!("a call nested {depth} deep");
        let client = others.open(&account, &what).await?;
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let call = format!(
            "42[\"call.start\",{{\"user_id\":{},\"ice_candidate\":{deep},\"session_description\":null}}]",
            carol.id()
        );
        send(&client, &[Frame::Text(call)]).await;
        client.responds().await;
        client.abort().await;
        drop((client.errors(), client.leftovers()));
        others.go_on(&what).await?;
        // Whether so deep a call is relayed is free; the user called must not lose its connection by it.
        carol.barrier().await?;
        drop(carol.leftovers());
        world.check("ROB-4", carol.is_open(), || format!("{what} costs the user called its connection"));
    }
    others.newcomer(&account, "deep calls").await
}

/// The account of who misbehaves, and two who must not notice.
async fn bystanders(world: &World) -> Outcome<(Account, Bystanders)> {
    let [mallory, alice, bob] = world.users(["mallory", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-4").await?;
    mallory.close().await;
    Ok((mallory.account().clone(), others))
}

/// Sends each case on a connection of its own, which may be lost, and sees that everybody else goes on.
async fn survives(world: &World, cases: Vec<Case>) -> Outcome {
    let (account, others) = bystanders(world).await?;
    let mut sibling = Sibling::of(&others, &account).await?;
    for (what, frames) in &cases {
        // A connection may be lost by chance, and is not lost by chance twice.
        for is_last in [false, true] {
            let client = others.open(&account, what).await?;
            send(&client, frames).await;
            client.responds().await;
            client.abort().await;
            drop((client.errors(), client.leftovers()));
            others.go_on(what).await?;
            if !sibling.is_lost() {
                break;
            }
            world.check("ROB-4", !is_last, || format!("{what} costs the user's other connections, too"));
            sibling = Sibling::of(&others, &account).await?;
        }
    }
    if sibling.is_refused() {
        others.other.close().await;
        return others.newcomer(others.other.account(), "malformed packets").await;
    }
    others.newcomer(&account, "malformed packets").await
}

/// Sends frames as they are. A connection that is lost on the way may be lost.
async fn send(client: &Client, frames: &[Frame]) {
    for frame in frames {
        let sent = match frame {
            Frame::Text(text) => client.wire().send_text(text.clone()).await,
            Frame::Binary(bytes) => client.wire().send_binary(bytes.clone()).await,
        };
        if sent.is_err() {
            return;
        }
    }
}
