//! What most recorders of the chapters share: they look lines up, and write JSON. Each
//! of these `examples/*_trace.rs` includes this file by its path.

/// The number of the only line of code in `source` that contains `text`.
///
/// # Panics
///
/// If there is no such line, or more than one. The message names `path`.
pub fn line_of(path: &str, source: &str, text: &str) -> usize {
    let lines = source.lines().enumerate();
    let mut found = lines
        .filter(|(_, line)| line.contains(text) && !line.trim_start().starts_with("//"));
    let (Some((index, _)), None) = (found.next(), found.next()) else {
        panic!(
            "{path} should have exactly one line of code with `{text}`. If you changed \
             that line, change the text in this recorder too."
        )
    };
    index + 1
}

/// The text as a string of JSON.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
