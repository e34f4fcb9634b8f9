//! Shows a run that never was on the terminal: for those who work on the reports.
//!
//! `cargo run -p chat-conformance --example report_sample`

use std::{thread::sleep, time::Duration};

use chat_conformance::{
    report::{sample, terminal::Terminal},
    run_event::Reporter as _,
};

fn main() -> std::io::Result<()> {
    let mut terminal = Terminal::new(console::Term::stdout(), false);
    for event in sample::events(&sample::result()) {
        terminal.on_event(&event)?;
        sleep(Duration::from_millis(200));
    }
    Ok(())
}
