//! What people ask for with `--report FORMAT=FILE`.

use std::str::FromStr;

use crate::report::{Destination, FORMATS, Format};

/// One report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRequest {
    /// Its format.
    pub format: Format,
    /// Where it goes.
    pub destination: Destination,
}

/// Why a text is not a request for a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// There is no `=`, or nothing after it.
    #[error("`{0}` names no file: write FORMAT=FILE, or FORMAT=- for standard output. Formats: {formats}", formats = names())]
    NoFile(String),
    /// Nobody writes that format.
    #[error("there is no report format `{0}`{hint}. Formats: {formats}", hint = hint(.0), formats = names())]
    UnknownFormat(String),
}

impl FromStr for ReportRequest {
    type Err = BadRequest;

    fn from_str(text: &str) -> Result<Self, BadRequest> {
        let (name, file) = text.split_once('=').unwrap_or((text, ""));
        let format = Format::find(name).ok_or_else(|| BadRequest::UnknownFormat(name.to_owned()))?;
        let destination = match file {
            "" => return Err(BadRequest::NoFile(text.to_owned())),
            "-" => Destination::Stdout,
            path => Destination::File(path.into()),
        };
        Ok(Self { format, destination })
    }
}

/// `json, junit, …`
fn names() -> String {
    FORMATS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
}

/// What was meant, where that can be guessed: another case, a usual short name, the two sides of `=` exchanged.
fn hint(name: &str) -> String {
    let name = name.to_lowercase();
    let meant = match name.as_str() {
        "xml" => "junit",
        "md" => "markdown",
        "annotations" | "gh" => "github",
        name => FORMATS.iter().map(|entry| entry.name).find(|known| name.contains(known)).unwrap_or(""),
    };
    if meant.is_empty() { String::new() } else { format!("; `{meant}` may be meant") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<ReportRequest, String> {
        text.parse().map_err(|error: BadRequest| error.to_string())
    }

    #[test]
    fn a_format_and_a_file() {
        let file = |path: &str| Destination::File(path.into());
        assert_eq!(
            parsed("json=out/a.json"),
            Ok(ReportRequest { format: Format::Json, destination: file("out/a.json") })
        );
        assert_eq!(parsed("junit=a=b.xml"), Ok(ReportRequest { format: Format::Junit, destination: file("a=b.xml") }));
        assert_eq!(parsed("github=-"), Ok(ReportRequest { format: Format::Github, destination: Destination::Stdout }));
    }

    #[test]
    fn each_format_is_found_by_its_name() {
        for entry in FORMATS {
            assert_eq!(Format::find(entry.name), Some(entry.format));
            assert_eq!(entry.format.entry().name, entry.name);
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_what_would_be_right() {
        let errors =
            ["json", "json=", "JSON=a", "xml=a.xml", "yaml=a", "a.json=json"].map(|text| parsed(text).unwrap_err());
        insta::assert_snapshot!(errors.join("\n"));
    }
}
