//! The matrix for people and programs, one format a file.

mod html;
mod list;
mod markdown;
mod terminal;

use crate::report::{Format, ReportRequest};

use super::matrix::Matrix;
pub use list::list;
pub use terminal::{fault_line, server_line, table};

/// The formats that the matrix can be written in.
const FORMATS: [Format; 3] = [Format::Json, Format::Markdown, Format::Html];

/// Sees that the reports can be written, before the faults are tried rather than after.
///
/// # Errors
/// A format that the matrix does not have, or a place where no file can be; the error is a sentence.
pub fn prepare(requests: &[ReportRequest]) -> Result<(), String> {
    for request in requests {
        if !FORMATS.contains(&request.format) {
            let name = request.format.entry().name;
            return Err(format!("the matrix is written as json, markdown or html, not as {name}"));
        }
        request.destination.prepare().map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Writes the reports that were asked for.
///
/// # Errors
/// One cannot be written.
pub fn write(matrix: &Matrix, requests: &[ReportRequest]) -> std::io::Result<()> {
    for request in requests {
        let text = match request.format {
            Format::Json => serde_json::to_string_pretty(matrix)? + "\n",
            Format::Html => html::page(matrix).into_string(),
            _ => markdown::text(matrix),
        };
        request.destination.write(&text)?;
    }
    Ok(())
}
