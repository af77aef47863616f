//! The code in a text, for tests that compare a text with the sources.

/// The words of a text that are code: those between backticks.
pub fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
