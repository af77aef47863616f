//! `cargo course gen`: writes the skeletons from the solutions.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::session::{Session, print};
use super::{CommandError, SOME_FAIL};
use crate::catalog::Layout;
use crate::skeleton::{self, Difference, Regenerated};
use crate::terminal::prose;

/// Brings `exercises/` up to date, or only lists what would change.
pub fn run(layout: &Layout, check: bool) -> Result<ExitCode, CommandError> {
    let session = Session::read(layout)?;
    let tree = skeleton::generate(layout, &session.catalog.crates)?;
    if check {
        let different = skeleton::differences(layout, &tree)?;
        let different: Vec<_> = different
            .into_iter()
            .map(|difference| Regenerated {
                difference,
                kept: None,
            })
            .collect();
        print(&told(layout, &different, "out of date"))?;
        return Ok(if different.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(SOME_FAIL)
        });
    }
    let mut written = Vec::new();
    let done = skeleton::regenerate(layout, &tree, &mut |one| written.push(one));
    // After a failure, the list still says where the reader's files are.
    if done.is_ok() || !written.is_empty() {
        print(&told(layout, &written, "written"))?;
    }
    done?;
    Ok(ExitCode::SUCCESS)
}

fn told(layout: &Layout, files: &[Regenerated], done: &str) -> String {
    let mut out = String::new();
    for Regenerated { difference, kept } in files {
        let what = match difference {
            Difference::Missing(_) => "new",
            Difference::Changed(_) => "changed",
            Difference::Stale(_) => "no longer in the solutions",
        };
        let path = layout.exercises().join(difference.path());
        let _ = write!(out, "{}: {what}", layout.show(&path));
        if let Some(kept) = kept {
            let _ = write!(out, "; yours is kept as {}", layout.show(kept));
        }
        out.push('\n');
    }
    if files.is_empty() {
        out.push_str("the skeletons are up to date\n");
    } else {
        let _ = writeln!(
            out,
            "{} {done}{}",
            files.len(),
            if done == "out of date" {
                ". `cargo course gen` updates them"
            } else {
                ""
            }
        );
    }
    prose(&out)
}
