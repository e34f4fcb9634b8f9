//! The reporters of a run: the terminal, and one for each report that was asked for.

use std::io;

use console::Term;

use crate::{
    report::{Destination, ReportRequest, terminal::Terminal},
    run_event::{Reporter, RunEvent},
};

/// The reporters that the runner sends its events to. Files are written when the run has finished.
///
/// People read on standard output, or on standard error where a report takes standard output. `strict` as in the run.
///
/// # Errors
/// A report cannot go where it should: two to one place, or a folder that cannot be made. The error is a sentence.
pub fn reporters(requests: &[ReportRequest], strict: bool) -> io::Result<Vec<Box<dyn Reporter>>> {
    for (position, request) in requests.iter().enumerate() {
        request.destination.prepare()?;
        if requests[..position].iter().any(|earlier| earlier.destination.is_same(&request.destination)) {
            return Err(io::Error::other(format!("two reports cannot both go to {}", request.destination)));
        }
    }
    let taken = requests.iter().any(|request| request.destination == Destination::Stdout);
    let term = if taken { Term::stderr() } else { Term::stdout() };

    let mut reporters: Vec<Box<dyn Reporter>> = vec![Box::new(Terminal::new(term, strict))];
    reporters.extend(requests.iter().map(|request| Box::new(AtTheEnd(request.clone())) as Box<dyn Reporter>));
    Ok(reporters)
}

/// Writes one report when all is done.
struct AtTheEnd(ReportRequest);

impl Reporter for AtTheEnd {
    fn on_event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::Finished(result) => self.0.destination.write(&self.0.format.render(result)),
            RunEvent::Started { .. } | RunEvent::ScenarioStarted { .. } | RunEvent::ScenarioFinished(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, sample};

    #[test]
    fn each_report_is_written_when_the_run_has_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports/result.json");
        let mut report = AtTheEnd(ReportRequest { format: Format::Json, destination: Destination::File(path.clone()) });
        let events = sample::events(&sample::result());
        let (finished, before) = events.split_last().unwrap();
        before.iter().for_each(|event| report.on_event(event).unwrap());
        assert!(!path.exists());
        report.on_event(finished).unwrap();
        assert!(path.exists());
    }

    #[test]
    fn two_reports_to_one_place_are_refused() {
        let requests = ["json=-", "github=-"].map(|text| text.parse().unwrap());
        let error = reporters(&requests, false).err().unwrap();
        assert_eq!(error.to_string(), "two reports cannot both go to standard output");
        assert_eq!(reporters(&requests[..1], false).unwrap().len(), 2);
    }
}
