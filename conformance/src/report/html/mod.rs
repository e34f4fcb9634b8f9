//! One self-contained HTML page: verdict first, requirements by group, and behind each its scenarios.
//!
//! * [`shell`]: the head, the style and the script that every page has.
//! * [`page`]: what stands on this one, from top to bottom.
//! * [`requirement`], [`scenario`], [`transcript`], [`diff`]: its parts, one component each.
//! * [`markup`]: texts of others on a page.
//!
//! The page can be read without its script, which only filters, opens and copies. Whatever a server said is escaped by
//! the templates; nothing but the style and the script is put into a page as it is.

mod diff;
pub(crate) mod markup;
mod page;
mod requirement;
mod scenario;
pub(crate) mod shell;
mod transcript;

use crate::result::RunResult;

/// The whole file.
pub(crate) fn render(result: &RunResult) -> String {
    page::page(result).into_string()
}

#[cfg(test)]
mod tests;
