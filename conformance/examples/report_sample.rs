//! Shows a run that never was: for those who work on the reports.
//!
//! `cargo run -p chat-conformance --example report_sample -- [--report FORMAT=FILE]…`

use std::{error::Error, thread::sleep, time::Duration};

use chat_conformance::report::{self, ReportRequest, sample};

fn main() -> Result<(), Box<dyn Error>> {
    let requests = std::env::args().skip(1).filter(|argument| argument != "--report");
    let requests: Vec<ReportRequest> = requests.map(|argument| argument.parse()).collect::<Result<_, _>>()?;
    let mut reporters = report::reporters(&requests, false)?;
    for event in sample::events(&sample::result()) {
        for reporter in &mut reporters {
            reporter.on_event(&event)?;
        }
        sleep(Duration::from_millis(200));
    }
    Ok(())
}
