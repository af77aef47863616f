//! `cargo course verify`: checks what the pages claim, one line for each step.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::session::print;
use super::{CommandError, SOME_FAIL, stop};
use crate::catalog::{Catalog, Chapter, Layout};
use crate::terminal::{Paint, indented, prose};
use crate::verify::{self, Found, Observer, Summary};

/// Verifies the chapters that the words name, or all of them.
pub fn run(layout: &Layout, words: &[String]) -> Result<ExitCode, CommandError> {
    let catalog = Catalog::load(layout)?;
    let chapters: Vec<&Chapter> = if words.is_empty() {
        catalog.chapters.iter().collect()
    } else {
        words
            .iter()
            .map(|word| catalog.chapter(word))
            .collect::<Result<_, _>>()?
    };
    let paint = Paint::for_stdout();
    let started = Instant::now();
    stop::block_on(async {
        let summary = verify::run(layout, &catalog, &chapters, &mut Lines { paint }).await?;
        print(&told(&summary, started.elapsed(), paint))?;
        let fine = summary.findings.is_empty();
        Ok(if fine {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(SOME_FAIL)
        })
    })
}

/// Prints one line for each step. The first half appears when the step starts.
struct Lines {
    paint: Paint,
}

impl Lines {
    fn print(text: &str) {
        let mut stdout = std::io::stdout().lock();
        // The pipe may be closed. The exit code still gives the result.
        let _ = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
    }
}

impl Observer for Lines {
    fn begin(&mut self, subject: &str) {
        Self::print(&format!("{}\n", self.paint.bold(subject)));
    }

    fn step(&mut self, name: &str) {
        Self::print(&format!("  {name:<34} "));
    }

    fn done(&mut self, found: &Found, took: Duration) {
        let verdict = match found.findings.len() {
            0 if found.proved.starts_with("0 ") => self.paint.dim("none  "),
            0 => self.paint.green("ok    "),
            _ => self.paint.red("FAILED"),
        };
        let proved = self.paint.dim(&found.proved);
        Self::print(&format!(
            "{verdict} {:>6.1} s  {proved}\n",
            took.as_secs_f64()
        ));
        for skipped in &found.skipped {
            Self::print(&prose(&format!(
                "    {} {skipped}\n",
                self.paint.yellow("skipped:")
            )));
        }
    }
}

fn told(summary: &Summary, took: Duration, paint: Paint) -> String {
    let mut out = String::from("\n");
    for finding in &summary.findings {
        let head = format!("{} · {}", finding.subject, finding.step);
        let _ = writeln!(out, "{} {}", paint.red("failed:"), paint.bold(&head));
        let _ = writeln!(out, "  {}", indented(&finding.what, 2));
        let help = format!("  {} {}\n\n", paint.bold("help:"), finding.advice);
        out.push_str(&prose(&help));
    }
    let skipped = match summary.skipped.len() {
        0 => String::new(),
        n => format!(", {n} skipped"),
    };
    let verdict = match summary.findings.len() {
        0 => paint.green("all proved"),
        1 => paint.red("1 claim is wrong"),
        n => paint.red(&format!("{n} claims are wrong")),
    };
    let _ = writeln!(
        out,
        "{verdict}{skipped}: {} steps in {:.1} s",
        summary.steps,
        took.as_secs_f64()
    );
    out
}
