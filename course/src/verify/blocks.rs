//! Runs the blocks of a page and compares their output, or their error, with the page.

use std::path::Path;
use std::time::Duration;

use super::report::{Found, VerifyError, count, start_of};
use super::rerun::differs;
use crate::book::PageFacts;
use crate::catalog::{Chapter, Layout};
use crate::runner::child::{self, Ended, Spec};
use crate::runner::{Limits, snippet};

/// The build directory for these blocks. ▶ uses another one.
const SLOT: &str = "verify";
const TIME: Duration = Duration::from_secs(10);
const OUTPUT: usize = 1 << 20;

/// Every `rust,run` block compiles and runs. If an `output` block follows, it shows the real
/// output.
pub(super) async fn run(
    layout: &Layout,
    chapter: &Chapter,
    facts: &PageFacts,
) -> Result<Found, VerifyError> {
    let mut found = Found::proved(count(facts.runs.len(), "block"));
    for block in &facts.runs {
        let place = format!("{}:{}", facts.page, block.line);
        let built = snippet::build(layout, chapter, SLOT, &block.code, &Limits::default()).await?;
        let Some(program) = built.program else {
            let what = format!(
                "{place}: the block does not compile\n{}",
                start_of(&built.diagnostics, 30)
            );
            found.add(what, "fix it, or mark it `rust,compile_fail,E…`");
            continue;
        };
        let (printed, ended) = printed(layout, &program).await?;
        match (&block.output, ended) {
            (_, Ended::TimedOut) => {
                found.add(format!("{place}: the block never ends"), "make it end");
            }
            (_, Ended::TooMuchOutput) => found.add(
                format!("{place}: the block never stops printing"),
                "make it end",
            ),
            (Some(output), Ended::Exited(_)) => {
                if let Some(difference) = differs(output, &printed, false) {
                    let what = format!("{place}: the block prints another text\n{difference}");
                    found.add(
                        what,
                        "if the new output is right, put it into the `output` block below",
                    );
                }
            }
            (None, Ended::Exited(status)) if !status.success() => {
                let what = format!(
                    "{place}: the block ends with {status}\n{}",
                    start_of(&printed, 20)
                );
                found.add(
                    what,
                    "if this is intended, put its output into an `output` block below it",
                );
            }
            (None, Ended::Exited(_)) => {}
        }
    }
    Ok(found)
}

/// Runs the program of a block. Returns what it printed, and how it ended.
pub(super) async fn printed(
    layout: &Layout,
    program: &Path,
) -> Result<(String, Ended), VerifyError> {
    let spec = Spec {
        program: program.to_owned(),
        args: Vec::new(),
        dir: layout.root().to_owned(),
        env: vec![("RUST_BACKTRACE".into(), "0".into())],
        time: TIME,
        output: OUTPUT,
        memory: None,
        many_descriptors: false,
    };
    let mut printed = Vec::new();
    let ended = child::run(&spec, &mut |_, bytes| printed.extend_from_slice(bytes)).await?;
    Ok((String::from_utf8_lossy(&printed).into_owned(), ended))
}

/// Every `compile_fail` block fails with the error code that it names.
pub(super) async fn failing(
    layout: &Layout,
    chapter: &Chapter,
    facts: &PageFacts,
) -> Result<Found, VerifyError> {
    let mut found = Found::proved(count(facts.failing.len(), "block"));
    for block in &facts.failing {
        let place = format!("{}:{}", facts.page, block.line);
        let built = snippet::build(layout, chapter, SLOT, &block.code, &Limits::default()).await?;
        if built.program.is_some() {
            found.add(
                format!(
                    "{place}: the block compiles, but it should fail with {}",
                    block.error
                ),
                "correct the error code, or make it a `rust,run` block",
            );
        } else if built.codes.iter().any(|code| *code != block.error) || built.codes.is_empty() {
            let what = format!(
                "{place}: the block should fail only with {}, but it fails with {:?}\n{}",
                block.error,
                built.codes,
                start_of(&built.diagnostics, 30)
            );
            found.add(
                what,
                "change the block so that it has only the error that the page explains",
            );
        }
    }
    Ok(found)
}
