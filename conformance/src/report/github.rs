//! Annotations of a GitHub workflow: one line for each broken requirement, gravest first, since only ten are shown.

use crate::{
    report::{
        headline::Headline,
        summary::{Shown, fails},
        text::{counted, cut, visible},
    },
    result::{RequirementResult, RunResult},
    verdict::Verdict,
};

/// How much of a message is shown.
const LONGEST_MESSAGE: usize = 1_000;

/// All lines.
pub(crate) fn render(result: &RunResult) -> String {
    let headline = Headline::of(result);
    let kind = if fails(headline.tone, result.strict) { "error" } else { "notice" };
    let mut lines = line(kind, headline.title, &format!("{}: {}", result.target, headline.detail));

    for verdict in [Verdict::Violation, Verdict::HarnessError, Verdict::Warning] {
        for requirement in result.requirements.iter().filter(|requirement| requirement.verdict == verdict) {
            let kind = match &requirement.known {
                Some(_) => "notice",
                None if fails(verdict, result.strict) => "error",
                None => "warning",
            };
            let title = format!("{} {}: {}", requirement.id, requirement.level, verdict.words());
            lines += &line(kind, &title, &message(result, requirement));
        }
    }
    for expectation in result.expectations.iter().filter(|expectation| expectation.outcome.is_stale()) {
        lines += &line("error", "A known failure is out of date", &expectation.sentence());
    }
    lines
}

/// What is wrong, what is required, and how to see it again.
fn message(result: &RunResult, requirement: &RequirementResult) -> String {
    let found = result.scenarios.iter().filter_map(|scenario| {
        let mut findings = scenario.findings.iter();
        findings.find(|finding| finding.requirement == requirement.id).map(|finding| (scenario, finding))
    });
    let found: Vec<_> = found.collect();
    let Some((scenario, finding)) = found.first() else {
        return requirement.reason.clone().unwrap_or_else(|| requirement.text.clone());
    };
    let more = match found.len() - 1 {
        0 => String::new(),
        more => format!(", and in {} more", counted(more, "scenario", "scenarios")),
    };
    let what = cut(&finding.message, LONGEST_MESSAGE);
    let command = result.command_for(&scenario.id);
    format!("{what}\nRequired: {}\nIn {}{more}: {command}", requirement.text, scenario.id)
}

/// One workflow command.
fn line(kind: &str, title: &str, message: &str) -> String {
    format!("::{kind} title={}::{}\n", property(title), data(message))
}

/// A text as the value of a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A text as the message of a workflow command.
fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn looks_as_documented() {
        insta::assert_snapshot!(render(&sample::result()));
    }

    #[test]
    fn what_a_server_says_gives_no_command_of_its_own() {
        for text in render(&sample::result()).lines() {
            assert!(["::error title=", "::warning title="].iter().any(|start| text.starts_with(start)), "{text}");
        }
        assert_eq!(line("error", "a:b,c%", "x\ny: 100%"), "::error title=a%3Ab%2Cc%25::x%0Ay: 100%25\n");
    }

    #[test]
    fn a_good_server_gets_a_notice() {
        let text = render(&sample::all_well());
        assert!(text.starts_with("::notice title=Conformant::ws://chat.example"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}
