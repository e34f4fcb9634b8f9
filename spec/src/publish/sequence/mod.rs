//! Sequence pictures of the [conversations](crate::conversations): as Mermaid text, and drawn as SVG.

pub mod mermaid;
pub mod svg;
