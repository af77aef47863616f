//! A recorded run as text. Pages without JavaScript show it instead of a widget.

use serde::Deserialize;

use super::figures::{attribute, phrase};

#[derive(Deserialize)]
struct Trace {
    #[serde(default)]
    title: String,
    source: Option<Source>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Source {
    start: usize,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct Step {
    line: Option<usize>,
    state: Option<String>,
    note: Option<String>,
    #[serde(default)]
    locals: Vec<Local>,
}

#[derive(Deserialize)]
struct Local {
    name: String,
    value: String,
}

/// A `<details>` element with one row for each step. The error says what is wrong with the file.
pub fn details(json: &str) -> Result<String, String> {
    let trace: Trace = serde_json::from_str(json).map_err(|e| e.to_string())?;
    if trace.steps.is_empty() {
        return Err("it has no steps".into());
    }
    let mut html = format!(
        "<details class=\"steps\"><summary>{}{} steps of the recorded run</summary>\n<table>\n\
         <thead><tr><th>step</th><th>line</th><th>state</th><th>alive</th><th>what happens</th></tr></thead>\n<tbody>\n",
        phrase(&trace.title),
        if trace.title.is_empty() {
            format!("{}", trace.steps.len())
        } else {
            format!(": {}", trace.steps.len())
        },
    );
    for (index, step) in trace.steps.iter().enumerate() {
        html += &row(index + 1, step, trace.source.as_ref());
    }
    Ok(html + "</tbody>\n</table>\n</details>\n")
}

fn row(number: usize, step: &Step, source: Option<&Source>) -> String {
    let code = step
        .line
        .zip(source)
        .and_then(|(line, source)| source.lines.get(line.checked_sub(source.start)?));
    let line = match (step.line, code) {
        (Some(line), Some(code)) => format!("{line}: <code>{}</code>", attribute(code.trim())),
        (Some(line), None) => line.to_string(),
        (None, _) => String::new(),
    };
    let locals: Vec<_> = step
        .locals
        .iter()
        .map(|local| {
            format!(
                "<code>{} = {}</code>",
                attribute(&local.name),
                attribute(&local.value)
            )
        })
        .collect();
    format!(
        "<tr><td>{number}</td><td>{line}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        attribute(step.state.as_deref().unwrap_or("")).replace('\n', " "),
        locals.join("<br>").replace('\n', " "),
        phrase(step.note.as_deref().unwrap_or("")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_a_row_with_its_line_of_source() {
        let html = details(
            r#"{"title":"A walk","source":{"path":"lib.rs","start":7,"lines":["fn a() {","    b < c"]},
                "steps":[{"line":8,"state":"Left","note":"goes `left`","locals":[{"name":"n","type":"u8","value":"3"}]}]}"#,
        )
        .unwrap();
        assert!(html.contains("A walk: 1 steps"), "{html}");
        assert!(
            html.contains("<tr><td>1</td><td>8: <code>b &lt; c</code></td><td>Left</td><td><code>n = 3</code></td><td>goes <code>left</code></td></tr>"),
            "{html}"
        );
        assert!(!html.contains("\n\n"));
    }

    #[test]
    fn a_trace_without_steps_is_rejected() {
        assert!(details(r#"{"steps":[]}"#).is_err());
        assert!(details("{").is_err());
    }
}
