//! The soak, in a few seconds.

use std::process::{Command, Output};

fn soak(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wakeful-soak"))
        .args(arguments)
        .output()
        .expect("the soak starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output, said)
}

#[test]
fn nothing_is_lost_by_connections_that_behave_badly() {
    let (output, said) = soak(&["--connections", "300", "--seconds", "2"]);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("nothing was lost"), "{said}");
    // Each kind of bad behaviour was there, in every round, at both ends.
    for row in [
        "half-closes",
        "cut off",
        "resets",
        "timeouts",
        "aborts",
        "panics",
    ] {
        let lines: Vec<_> = said.lines().filter(|line| line.starts_with(row)).collect();
        assert_eq!(lines.len(), 3, "{said}");
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
fn connections_beyond_the_limit_are_refused_with_the_number_that_fits() {
    let (output, said) = soak(&["--connections", "100000000"]);
    assert!(!output.status.success());
    assert!(said.contains("ulimit"), "{said}");
    assert!(said.contains("say `--connections "), "{said}");
}

#[test]
fn what_is_not_understood_is_answered_with_help() {
    let (output, said) = soak(&["--for-ever"]);
    assert!(!output.status.success());
    assert!(said.contains("--minutes N"), "{said}");
}
