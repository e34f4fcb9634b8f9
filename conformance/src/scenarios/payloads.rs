//! Payloads that are derived from the published schemas: at the edges of what is right, and with one thing wrong.

use crate::{
    properties::payloads::{accepted, credentials, refused},
    scenario::scenarios,
    stop::Outcome,
    world::World,
};

scenarios! { "payloads";
    edges_are_accepted ["SEND-1", "SEND-4", "SEND-10", "START-1", "START-10", "DEL-1", "HIST-1", "HIST-2", "HIST-9",
        "HIST-12", "READ-1", "CLEAR-1", "DROP-1", "CALL-1", "CALL-2", "CALL-3", "EVT-3", "ROB-3"]
        "Payloads at the edges of each action's schema are accepted and have their documented effect.";
    one_thing_wrong_is_refused ["ROB-1", "ROB-9", "HIST-10", "SEND-10", "START-10"]
        "Payloads with one thing wrong change nothing and are told to nobody, and everybody goes on.";
    credentials_are_judged_by_their_schema ["AUTH-1", "ROB-1", "ROB-3", "ROB-9"]
        "Right credentials are accepted with whatever stands beside them; malformed ones authorise nobody.";
}

async fn edges_are_accepted(world: &World) -> Outcome {
    accepted(world).await
}

async fn one_thing_wrong_is_refused(world: &World) -> Outcome {
    refused(world).await
}

async fn credentials_are_judged_by_their_schema(world: &World) -> Outcome {
    credentials(world).await
}
