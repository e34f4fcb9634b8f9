//! Packets that are too large: they cost at most the connection that sends them (ROB-5).

use serde_json::json;

use super::bystanders::Bystanders;
use crate::{
    scenario::scenarios,
    stop::{Outcome, Stop},
    wire::{Connection, sender::event_text},
    world::World,
};

/// The largest packet that is tried, in bytes.
const LARGEST: usize = 8 << 20;

scenarios! { "robustness";
    oversized_packets ["ROB-5"]
        "Packets over the announced `maxPayload`, up to 8 MiB, cost at most the connection that sends them.";
    oversized_packets_at_once ["ROB-5"]
        "Several connections that send oversized packets at the same time disturb nobody else.";
}

/// The sizes that are tried, by what the server announces.
async fn sizes(world: &World) -> Outcome<Vec<usize>> {
    let connection =
        Connection::open(&world.subject().target, world.open_options()).await.map_err(Stop::not_evaluable)?;
    let announced = usize::try_from(connection.handshake().max_payload).unwrap_or(LARGEST);
    drop(connection.close().await);
    let mut sizes: Vec<usize> = [announced.saturating_add(1), announced.saturating_mul(2), LARGEST]
        .into_iter()
        .filter(|size| (2..=LARGEST).contains(size))
        .collect();
    sizes.dedup();
    Ok(sizes)
}

async fn oversized_packets(world: &World) -> Outcome {
    let [mallory, alice, bob] = world.users(["mallory", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-5").await?;
    world.no_transcript();
    let account = mallory.account().clone();
    mallory.close().await;
    for size in sizes(world).await? {
        for kind in ["text of a message", "text that is no packet", "binary packet", "name of an event"] {
            let what = format!("a {kind} of {size} bytes");
            let client = others.open(&account, &what).await?;
            let filler = "x".repeat(size);
            // That the connection is lost on the way is right.
            let sent = match kind {
                "text of a message" => {
                    let payload = json!({"room_id": others.room, "text": filler});
                    client.wire().send_text(event_text("message.send", &[payload])).await
                }
                "text that is no packet" => client.wire().send_text(filler).await,
                "binary packet" => client.wire().send_binary(filler.into_bytes()).await,
                _ => client.wire().send_text(event_text(&filler, &[])).await,
            };
            drop(sent);
            client.responds().await;
            client.abort().await;
            drop((client.errors(), client.leftovers()));
            others.go_on(&what).await?;
        }
    }
    others.newcomer(&account, "oversized packets").await
}

async fn oversized_packets_at_once(world: &World) -> Outcome {
    const CONNECTIONS: usize = 4;
    let [mallory, alice, bob] = world.users(["mallory", "alice", "bob"]).await?;
    let others = Bystanders::new(world, &alice, &bob, "ROB-5").await?;
    world.no_transcript();
    let account = mallory.account().clone();
    mallory.close().await;
    let size = sizes(world).await?.last().copied().unwrap_or(LARGEST);
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(others.connect(&account, world.open_options(), "connections").await?);
    }
    for client in &clients {
        drop(client.wire().send_text(event_text("message.send", &[json!({"text": "x".repeat(size)})])).await);
    }
    for round in 1..=3 {
        others.go_on(&format!("{CONNECTIONS} oversized packets at once, {round}")).await?;
    }
    for client in &clients {
        client.responds().await;
        client.abort().await;
        drop((client.errors(), client.leftovers()));
    }
    others.go_on("oversized packets at once").await?;
    others.newcomer(&account, "oversized packets at once").await
}
