//! All users at once, without waiting: programs that are generated from the seed, and a history that is checked as a
//! whole.

use crate::{
    properties::concurrent::{Mix, Share, explore},
    scenario::scenarios,
    stop::Outcome,
    world::World,
};

scenarios! { "concurrent";
    everybody_talks_at_once ["SEND-1", "SEND-2", "SEND-3", "SEND-4", "SEND-5", "SEND-6", "SEND-7", "SEND-8", "SEND-12",
        "EVT-1", "START-3", "AUTH-5", "AUTH-6", "AUTH-7", "HIST-1", "HIST-2", "HIST-3", "HIST-4", "HIST-11"]
        "All users send at once: nothing is lost, doubled, leaked or altered, and there is one order.";
    several_devices_talk_at_once ["AUTH-11", "EVT-1", "SEND-1", "SEND-2", "SEND-3", "SEND-5", "SEND-6", "SEND-7", "SEND-8"]
        "Several sockets of each user send at once: all of them hear the same.";
    strangers_start_at_once ["START-1", "START-3", "START-4", "START-5", "START-6", "START-8", "START-9", "SEND-6"]
        "Users who have no dialog yet start it from both sides at once: one room, with all of it in it.";
    messages_are_deleted_meanwhile ["DEL-1", "DEL-2", "DEL-4", "DEL-5", "SEND-5", "SEND-8", "EVT-1"]
        "Messages are deleted while others are sent: they are gone, the others are not, and the counters are right.";
    rooms_are_read_meanwhile ["READ-1", "READ-2", "READ-4", "READ-6", "SEND-2", "SEND-8"]
        "Rooms are read while messages are sent: what was heard before is read, and what came after is not.";
    rooms_are_cleared_meanwhile ["CLEAR-1", "CLEAR-2", "CLEAR-3", "SEND-5", "SEND-8"]
        "Rooms are cleared while messages are sent: what was heard before is gone, and what came after is not.";
}

async fn everybody_talks_at_once(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "everybody talks",
        sockets: 1..=3,
        devices: false,
        strangers: false,
        share: Share { delete: 0, read: 0, history: 6, clear: 0, listen: 4 },
    };
    explore(world, &MIX).await
}

async fn several_devices_talk_at_once(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "several devices",
        sockets: 2..=6,
        devices: true,
        strangers: false,
        share: Share { delete: 2, read: 2, history: 2, clear: 0, listen: 4 },
    };
    explore(world, &MIX).await
}

async fn strangers_start_at_once(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "strangers",
        sockets: 1..=2,
        devices: false,
        strangers: true,
        share: Share { delete: 0, read: 0, history: 0, clear: 0, listen: 0 },
    };
    explore(world, &MIX).await
}

async fn messages_are_deleted_meanwhile(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "deleting",
        sockets: 1..=2,
        devices: false,
        strangers: false,
        share: Share { delete: 25, read: 5, history: 5, clear: 0, listen: 5 },
    };
    explore(world, &MIX).await
}

async fn rooms_are_read_meanwhile(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "reading",
        sockets: 1..=2,
        devices: false,
        strangers: false,
        share: Share { delete: 0, read: 20, history: 0, clear: 0, listen: 15 },
    };
    explore(world, &MIX).await
}

async fn rooms_are_cleared_meanwhile(world: &World) -> Outcome {
    static MIX: Mix = Mix {
        name: "clearing",
        sockets: 1..=2,
        devices: false,
        strangers: false,
        share: Share { delete: 0, read: 4, history: 4, clear: 12, listen: 15 },
    };
    explore(world, &MIX).await
}
