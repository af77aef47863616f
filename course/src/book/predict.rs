//! Predictions: questions that the reader answers before the page does. The form works without a
//! server.
//!
//! The fence holds TOML. One choice is right, and it names the test that proves it. Every wrong
//! choice names the belief that leads to it, because finding that belief is the purpose of the
//! question.

use std::fmt::Write;

use serde::Deserialize;

use super::{
    claims::{Prediction, TestRef},
    figures::{attribute, phrase, test_link},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    question: String,
    choice: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    text: String,
    #[serde(default)]
    right: bool,
    because: String,
    belief: Option<String>,
    checked_by: Option<String>,
}

/// Reads the fence on `line` and creates its form. The error says what to change.
pub fn read(toml: &str, line: usize) -> Result<(Prediction, String), String> {
    let written: Written = toml::from_str(toml).map_err(|e| e.to_string().trim_end().to_owned())?;
    let right: Vec<_> = written.choice.iter().filter(|c| c.right).collect();
    let [right] = right[..] else {
        return Err(format!(
            "`{}` has {} right choices. It needs exactly one",
            written.id,
            right.len()
        ));
    };
    if written.choice.len() < 2 {
        return Err(format!("`{}` needs at least two choices", written.id));
    }
    if let Some(choice) = written
        .choice
        .iter()
        .find(|c| !c.right && c.belief.is_none())
    {
        return Err(format!(
            "the wrong choice \"{}\" needs a `belief`, the idea that leads to it",
            choice.text
        ));
    }
    let checked_by = right
        .checked_by
        .as_deref()
        .and_then(|test| TestRef::parse(test, line))
        .ok_or_else(|| {
            format!(
                "the right choice of `{}` needs `checked_by = \"path.rs#test\"`",
                written.id
            )
        })?;
    let html = form(&written, &test_link(&checked_by, ""));
    Ok((
        Prediction {
            id: written.id,
            checked_by: vec![checked_by],
            line,
        },
        html,
    ))
}

fn form(written: &Written, test: &str) -> String {
    let id = attribute(&written.id);
    let mut html = format!(
        "<form class=\"predict\" data-id=\"{id}\"><fieldset><legend>{}</legend>\n",
        phrase(&written.question)
    );
    for (value, choice) in written.choice.iter().enumerate() {
        let right = if choice.right { " data-right" } else { "" };
        let belief = choice.belief.as_deref().map_or_else(String::new, |belief| {
            format!(
                "<span class=\"belief\">The belief: {}.</span> ",
                phrase(belief.trim_end_matches('.'))
            )
        });
        let held = if choice.right {
            format!(" <span class=\"held\">Proved by {test}.</span>")
        } else {
            String::new()
        };
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            "<label><input type=\"radio\" name=\"predict-{id}\" value=\"{value}\"{right}> <span>{}</span></label>\n\
             <p class=\"because\" hidden>{belief}{}{held}</p>\n",
            phrase(&choice.text),
            phrase(&choice.because),
        );
    }
    html + "</fieldset></form>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "sizes"
question = "How many bytes is `Tree`?"
[[choice]]
text = "8"
because = "A pointer has 8."
belief = "that a generator is a pointer to a stack"
[[choice]]
text = "24"
right = true
because = "Its locals & its state."
checked_by = "tests/sizes.rs#tree_is_24"
"#;

    fn read_it(toml: &str) -> Result<(Prediction, String), String> {
        read(toml, 7)
    }

    #[test]
    fn a_prediction_is_a_form_that_hides_its_reasons() {
        let (prediction, html) = read_it(GOOD).unwrap();
        let test = TestRef {
            path: "tests/sizes.rs".into(),
            name: "tree_is_24".into(),
            line: 7,
        };
        assert_eq!(prediction.checked_by, [test]);
        for part in [
            "<form class=\"predict\" data-id=\"sizes\">",
            "<legend>How many bytes is <code>Tree</code>?</legend>",
            "name=\"predict-sizes\" value=\"1\" data-right>",
            "<p class=\"because\" hidden>Its locals &amp; its state.",
            "The belief: that a generator is a pointer to a stack.",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn a_form_has_no_blank_line_that_would_end_its_html() {
        assert!(!read_it(GOOD).unwrap().1.contains("\n\n"));
    }

    #[test]
    fn a_prediction_needs_one_right_choice_with_a_test_and_wrong_choices_with_beliefs() {
        let refuse = |from: &str, to: &str| read_it(&GOOD.replace(from, to)).unwrap_err();
        assert!(refuse("right = true\n", "belief = \"x\"\n").contains("0 right choices"));
        assert!(refuse("checked_by", "#").contains("checked_by"));
        assert!(refuse("belief", "#").contains("belief"));
        assert!(refuse("question", "qestion").contains("qestion"));
    }
}
