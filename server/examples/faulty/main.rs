//! The reference server with a seeded fault, for the conformance suite's self-test. No part of the product: the faults
//! are decorators around the parts of a correct server, and the server itself has no switch for any.
//!
//! `faulty --fault ID --listen 127.0.0.1:3000 --database FILE --accounts FILE --trace FILE`; `faulty --list` prints the
//! ids. Each time that the fault shows itself, a line is appended to the trace: a fault that never did was not tested.

mod catalogue;
mod dialogs;
mod durability;
mod fanout;
mod pages;
mod store;
mod tokens;
mod trace;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context as _, anyhow};
use chat_server::{
    accounts,
    config::{Config, Database},
};
use clap::Parser;

use self::trace::Trace;

/// The reference server with a seeded fault.
#[derive(Debug, Parser)]
struct Arguments {
    /// Print the ids of all faults, and end.
    #[arg(long)]
    list: bool,
    /// The fault.
    #[arg(long, required_unless_present = "list")]
    fault: Option<String>,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The database file; in memory where it is left out.
    #[arg(long)]
    database: Option<PathBuf>,
    /// The accounts that may come in.
    #[arg(long, required_unless_present = "list")]
    accounts: Option<PathBuf>,
    /// The file that gets a line each time that the fault shows itself.
    #[arg(long)]
    trace: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        catalogue::FAULTS.iter().for_each(|(id, _)| println!("{id}"));
        return ExitCode::SUCCESS;
    }
    match serve(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let fault = arguments.fault.unwrap_or_default();
    let (_, seed) = catalogue::FAULTS
        .iter()
        .find(|(id, _)| *id == fault)
        .ok_or_else(|| anyhow!("there is no fault `{fault}`; --list shows them all"))?;
    let file = arguments.accounts.context("--accounts is missing")?;
    let accounts = accounts::parse(&std::fs::read_to_string(&file).context("failed to read the accounts")?)?;
    let config = Config {
        listen: arguments.listen,
        database: arguments.database.map_or(Database::Memory, Database::File),
        accounts: accounts.clone(),
        // As short as the heartbeats' own requirements need them to be seen in a few seconds.
        ping_interval: Duration::from_secs(1),
        ping_timeout: Duration::from_secs(2),
        join_timeout: Duration::from_secs(4),
        ..Config::default()
    };
    let trace = Trace::new(arguments.trace)?;
    let mut server = seed(config, &accounts, trace).start().await?;
    println!("listening on {}", server.url());
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        () = server.failed() => return Err(anyhow!("the server broke")),
    }
    server.shutdown().await
}
