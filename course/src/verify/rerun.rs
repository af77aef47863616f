//! Checks that recorded outputs and traces are what their commands print today.

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

/// A benchmark can take long.
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
                format!("{}: the first line is not `$ command`", used.path),
                "write the command into the first line",
            );
            continue;
        };
        let Some(ran) = command(layout, recorded.command).await? else {
            found.skipped.push(format!(
                "{} was not compared, because its command needs a toolchain that this machine does not have",
                used.path
            ));
            continue;
        };
        done += 1;
        let again = format!("`{}`, the command in {}", recorded.command, used.path);
        if ran.code != Some(recorded.exit) {
            let said = start_of(&ran.all(), 20);
            let exit = ran
                .code
                .map_or("a signal".into(), |code| format!("exit code {code}"));
            found.add(
                format!(
                    "{}: the command ended with {exit} instead of {}\n{said}",
                    used.path, recorded.exit
                ),
                format!("run {again}. If its new output is right, record it"),
            );
        } else if let Some(difference) = differs(recorded.text, &ran.all(), recorded.varies) {
            found.add(
                format!("{}: the command prints another text now\n{difference}", used.path),
                "run the command in the first line, and if its output is right, put it below that line",
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
                    format!("{name} is not a trace: {error}"),
                    "a trace is JSON with the `command` that prints it",
                );
                continue;
            }
        };
        let advice = format!("run `{} > {name}` to record it again", trace.command);
        match command(layout, &trace.command).await? {
            None => found.skipped.push(format!(
                "{name} was not compared, because its command needs a toolchain that this machine does not have"
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

/// The output of a command.
struct Printed {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Printed {
    /// The text that the pages show. Our commands print to stdout or to stderr, never to both.
    /// Cargo's progress changes from run to run, so no page shows it.
    fn all(&self) -> String {
        let said = self
            .stderr
            .lines()
            .filter(|line| !is_progress(line))
            .map(|line| format!("{line}\n"));
        format!("{}{}", self.stdout, said.collect::<String>())
    }
}

/// Whether a line is cargo's progress: `   Compiling fix v0.1.0`, where the verb ends in column
/// twelve.
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

/// Runs a command in the root. Returns `None` if it needs a toolchain that is not installed.
async fn command(layout: &Layout, command: &str) -> Result<Option<Printed>, RunError> {
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_default();
    let args: Vec<String> = words.collect();
    let toolchain = args.first().filter(|arg| arg.starts_with('+')).cloned();
    if let Some(toolchain) = &toolchain {
        let miri = args.get(1).is_some_and(|command| command == "miri");
        // Miri is a component that may be missing. Its first run also prints messages of its own.
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
    // Only rustup understands `+nightly`, so we use the `cargo` in the PATH, which belongs to
    // rustup.
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
        many_descriptors: false,
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

/// The difference of two texts as a diff, or `None` if they match. If the figures vary, we ignore
/// them and their width.
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

/// Turns `a line   2.4 ns` into `a line # ns`.
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
    fn progress_of_cargo_is_not_part_of_an_output() {
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
    fn varying_figures_are_ignored_and_words_are_compared() {
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
