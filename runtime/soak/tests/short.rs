//! The soak for a few seconds.

use std::process::{Command, Output};

fn soak(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wakeful-soak"))
        .args(arguments)
        .output()
        .expect("the soak can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output, text)
}

#[test]
fn nothing_is_lost_by_connections_that_behave_badly() {
    let (output, text) = soak(&["--connections", "300", "--seconds", "2"]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("nothing was lost"), "{text}");
    // Each kind of bad behaviour occurred in every round, at both ends.
    for row in [
        "half-closes",
        "cut off",
        "resets",
        "timeouts",
        "aborts",
        "panics",
    ] {
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with(row)).collect();
        assert_eq!(lines.len(), 3, "{text}");
        for line in lines {
            let numbers = line[row.len()..].split_whitespace();
            assert!(
                numbers.clone().count() == 2 && numbers.into_iter().all(|n| n != "0"),
                "{line}"
            );
        }
    }
}

#[test]
fn too_many_connections_are_rejected_with_the_number_that_fits() {
    let (output, text) = soak(&["--connections", "100000000"]);
    assert!(!output.status.success());
    assert!(text.contains("ulimit"), "{text}");
    assert!(text.contains("use `--connections "), "{text}");
}

#[test]
fn a_wrong_argument_is_answered_with_the_help_text() {
    let (output, text) = soak(&["--for-ever"]);
    assert!(!output.status.success());
    assert!(text.contains("--minutes N"), "{text}");
}
