//! Recorded outputs and traces are what their commands print today.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::report::{Found, VerifyError, count, start_of};
use crate::book::PageFacts;
use crate::book::output::Output;
use crate::catalog::Layout;
use crate::files;
use crate::runner::child::{self, Ended, Spec, Stream};
use crate::runner::{RunError, cargo};

/// A benchmark may take its time.
const TIME: Duration = Duration::from_mins(10);
const OUTPUT: usize = 4 << 20;

/// Runs the command of every output on the page again.
pub(super) async fn outputs(layout: &Layout, facts: &PageFacts) -> Result<Found, VerifyError> {
    let mut found = Found::default();
    let mut done = 0;
    for used in &facts.outputs {
        let file = files::read(&layout.root().join(&used.path))?;
        let Some(recorded) = Output::parse(&file) else {
            found.add(
                format!("{}: its first line is no `$ command`", used.path),
                "start it with the command",
            );
            continue;
        };
        let Some(ran) = command(layout, recorded.command).await? else {
            found.skipped.push(format!(
                "{} was not compared: its command needs a toolchain that is not on this machine",
                used.path
            ));
            continue;
        };
        done += 1;
        let again = format!(
            "`{}` is what {} says it prints",
            recorded.command, used.path
        );
        if ran.code != Some(recorded.exit) {
            let said = start_of(&ran.all(), 20);
            let exit = ran
                .code
                .map_or("a signal".into(), |code| format!("exit code {code}"));
            found.add(
                format!(
                    "{}: ended by {exit}, not {}\n{said}",
                    used.path, recorded.exit
                ),
                format!("run the command, and record what it prints if that is right: {again}"),
            );
        } else if let Some(difference) = differs(recorded.text, &ran.all(), recorded.varies) {
            found.add(
                format!("{}: the command prints something else now\n{difference}", used.path),
                "run the command in the file's first line and put what it prints below it, if that is right",
            );
        }
    }
    found.proved = count(done, "output");
    Ok(found)
}

#[derive(Deserialize)]
struct Trace {
    command: String,
}

/// Runs the command of every trace on the page again.
pub(super) async fn traces(layout: &Layout, facts: &PageFacts) -> Result<Found, VerifyError> {
    let mut found = Found::proved(count(facts.widgets.len(), "trace"));
    for widget in &facts.widgets {
        let path = layout.book().join(&widget.trace);
        let name = layout.show(&path);
        let text = files::read(&path)?;
        let trace: Trace = match serde_json::from_str(&text) {
            Ok(trace) => trace,
            Err(error) => {
                found.add(
                    format!("{name} is no trace: {error}"),
                    "it is JSON with a `command` that prints it",
                );
                continue;
            }
        };
        let advice = format!("`{} > {name}` records it again", trace.command);
        match command(layout, &trace.command).await? {
            None => found.skipped.push(format!(
                "{name} was not compared: its command needs a toolchain that is not on this machine"
            )),
            Some(ran) if ran.code != Some(0) => {
                found.add(
                    format!("{name}: its command fails\n{}", start_of(&ran.all(), 20)),
                    advice,
                );
            }
            Some(ran) => {
                if let Some(difference) = differs(&text, &ran.stdout, false) {
                    found.add(
                        format!("{name}: its command prints another trace now\n{difference}"),
                        advice,
                    );
                }
            }
        }
    }
    Ok(found)
}

/// What a command printed.
struct Printed {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Printed {
    /// On a terminal both stand below each other; commands here use one of them.
    /// What cargo says of its own progress differs from run to run and is on no page.
    fn all(&self) -> String {
        let said = self
            .stderr
            .lines()
            .filter(|line| !is_progress(line))
            .map(|line| format!("{line}\n"));
        format!("{}{}", self.stdout, said.collect::<String>())
    }
}

/// `   Compiling fix v0.1.0`: a verb that ends in the twelfth column.
fn is_progress(line: &str) -> bool {
    const VERBS: [&str; 11] = [
        "Adding",
        "Blocking",
        "Checking",
        "Compiling",
        "Downloaded",
        "Downloading",
        "Finished",
        "Fresh",
        "Locking",
        "Running",
        "Updating",
    ];
    line.split_at_checked(12)
        .is_some_and(|(verb, rest)| rest.starts_with(' ') && VERBS.contains(&verb.trim_start()))
}

/// Runs a command from the root, as a reader would; `None` if it asks for a toolchain that is not there.
async fn command(layout: &Layout, command: &str) -> Result<Option<Printed>, RunError> {
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_default();
    let args: Vec<String> = words.collect();
    let toolchain = args.first().filter(|arg| arg.starts_with('+')).cloned();
    if let Some(toolchain) = &toolchain {
        let miri = args.get(1).is_some_and(|command| command == "miri");
        // Miri is a component that may be missing, and says something of its own when it runs first.
        let probe: &[&str] = if miri {
            &["miri", "setup"]
        } else {
            &["--version"]
        };
        let words = std::iter::once(toolchain.as_str()).chain(probe.iter().copied());
        let words = words.map(str::to_owned).collect();
        let probe = run(layout, "cargo".into(), words).await;
        if !probe.is_ok_and(|probe| probe.code == Some(0)) {
            return Ok(None);
        }
    }
    // `+nightly` is rustup's to understand: its `cargo` is the one in the path.
    let program = if program == "cargo" && toolchain.is_none() {
        cargo::program()
    } else {
        program.into()
    };
    run(layout, program, args).await.map(Some)
}

async fn run(layout: &Layout, program: PathBuf, args: Vec<String>) -> Result<Printed, RunError> {
    let env = [
        ("CARGO_TERM_COLOR", "never"),
        ("RUST_BACKTRACE", "0"),
        ("RUSTUP_AUTO_INSTALL", "0"),
    ];
    let spec = Spec {
        program,
        args,
        dir: layout.root().to_owned(),
        env: env
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        time: TIME,
        output: OUTPUT,
        memory: None,
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut collect = |stream, bytes: &[u8]| match stream {
        Stream::Stdout => stdout.extend_from_slice(bytes),
        Stream::Stderr => stderr.extend_from_slice(bytes),
    };
    let ended = child::run(&spec, &mut collect).await?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let code = match ended {
        Ended::Exited(status) => status.code(),
        Ended::TimedOut | Ended::TooMuchOutput => None,
    };
    Ok(Printed {
        stdout: text(stdout),
        stderr: text(stderr),
        code,
    })
}

/// How two texts differ, as a diff; `None` if they do not. Where figures vary,
/// neither they nor the room they take count.
pub(super) fn differs(recorded: &str, printed: &str, varies: bool) -> Option<String> {
    let normal = |text: &str| {
        let lines = text.lines().map(|line| {
            if varies {
                without_figures(line)
            } else {
                line.trim_end().to_owned()
            }
        });
        lines.collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
    };
    let (recorded, printed) = (normal(recorded), normal(printed));
    if recorded == printed {
        return None;
    }
    let patch = diffy::DiffOptions::new()
        .set_original_filename("recorded")
        .set_modified_filename("printed now")
        .create_patch(&recorded, &printed)
        .to_string();
    Some(start_of(&patch, 30))
}

/// `a line   2.4 ns` → `a line # ns`.
fn without_figures(line: &str) -> String {
    let word = |word: &str| {
        let mut out = String::new();
        for c in word.chars() {
            let figure = c.is_ascii_digit() || (matches!(c, '.' | ',') && out.ends_with('#'));
            match figure {
                true if out.ends_with('#') => {}
                true => out.push('#'),
                false => out.push(c),
            }
        }
        out
    };
    line.split_whitespace()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_progress_is_no_output() {
        for line in [
            "   Compiling fix v0.1.0",
            "    Finished `dev` profile",
            "     Running `target/debug/two`",
        ] {
            assert!(is_progress(line), "{line}");
        }
        for line in [
            "Finished",
            "Running late is no excuse",
            "   Compiling",
            "error: no",
            "    finished in time",
        ] {
            assert!(!is_progress(line), "{line}");
        }
    }

    #[test]
    fn figures_that_vary_are_not_compared_but_words_are() {
        assert_eq!(
            differs("a    2.4 ns  1,000\n", "a  31.25 ns 7\n", true),
            None
        );
        assert!(differs("a 2 ns\n", "b 2 ns\n", true).is_some());
        let difference = differs("a 2 ns\n", "a 3 ns\n", false).unwrap();
        assert!(difference.contains("-a 2 ns\n+a 3 ns"), "{difference}");
        assert_eq!(differs("a \n\n", "a\n", false), None);
    }
}
