//! How far the run has come: a bar on a terminal, plain lines elsewhere.

use std::{io, time::Duration};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    report::{
        summary::{Counts, Shown},
        text::counted,
    },
    result::ScenarioResult,
    verdict::Verdict,
};

/// How far the run has come.
pub(crate) struct Progress {
    how: How,
    /// The scenarios that run at this moment.
    running: Vec<String>,
    counts: Counts,
    all: usize,
    done: usize,
}

enum How {
    /// A person watches.
    Bar(ProgressBar),
    /// A file or a build log.
    Lines,
}

impl Progress {
    /// A bar where `term` is a terminal, and no build server runs us; else lines.
    pub(crate) fn new(term: &Term) -> Self {
        let watched = term.features().is_attended() && std::env::var_os("CI").is_none();
        let how = if watched { How::Bar(bar(term)) } else { How::Lines };
        Self { how, running: Vec::new(), counts: Counts::default(), all: 0, done: 0 }
    }

    /// The run begins.
    pub(crate) fn start(&mut self, term: &Term, target: &str, scenarios: usize) -> io::Result<()> {
        self.all = scenarios;
        term.write_line(&format!("{} against {target}", counted(scenarios, "scenario", "scenarios")))?;
        if let How::Bar(bar) = &self.how {
            bar.set_length(scenarios as u64);
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Ok(())
    }

    /// One scenario begins.
    pub(crate) fn scenario_started(&mut self, id: &str) {
        self.running.push(id.to_owned());
        self.draw();
    }

    /// One scenario ended.
    pub(crate) fn scenario_finished(&mut self, term: &Term, scenario: &ScenarioResult) -> io::Result<()> {
        self.running.retain(|id| *id != scenario.id);
        self.counts.add(scenario.verdict);
        self.done += 1;
        self.draw();
        match &self.how {
            How::Lines if self.quarter(self.done) > self.quarter(self.done - 1) => {
                term.write_line(&format!("{} of {}: {}", self.done, self.all, self.counts.sentence()))
            }
            How::Lines | How::Bar(_) => Ok(()),
        }
    }

    /// Prints a line above the bar, as long as the terminal is wide; a file takes all of it.
    pub(crate) fn print(&self, term: &Term, line: &str) -> io::Result<()> {
        match &self.how {
            How::Bar(bar) => {
                let (_rows, columns) = term.size();
                bar.println(console::truncate_str(line, columns.into(), "…"));
                Ok(())
            }
            How::Lines => term.write_line(line),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }

    fn quarter(&self, done: usize) -> usize {
        (done * 4).checked_div(self.all).unwrap_or(0)
    }

    fn draw(&self) {
        if let How::Bar(bar) = &self.how {
            bar.set_position(self.done as u64);
            let trouble = [Verdict::Violation, Verdict::HarnessError, Verdict::Warning].into_iter();
            let trouble = trouble.filter(|verdict| self.counts.get(*verdict) > 0);
            let mut words: Vec<_> = trouble.map(|verdict| verdict.counted(self.counts.get(verdict))).collect();
            words.extend(self.running.iter().rev().cloned());
            bar.set_message(words.join(" · "));
        }
    }
}

fn bar(term: &Term) -> ProgressBar {
    let target = ProgressDrawTarget::term(term.clone(), 15);
    let style = ProgressStyle::with_template("{spinner:.green} {bar:24.green/dim} {pos}/{len} {elapsed} {wide_msg}")
        .expect("the template is right, as a test shows")
        .progress_chars("━━─");
    ProgressBar::with_draw_target(None, target).with_style(style)
}
