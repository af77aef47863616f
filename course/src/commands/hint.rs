//! `cargo course hint`: shows a question, then the idea, then the code.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::{Exercise, Layout};
use crate::progress::Change;
use crate::terminal::{self, Paint};

/// The hints to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The hint after the last one that was shown.
    Next,
    /// The hint with this number, from 1.
    Number(u8),
    /// All three hints.
    All,
}

/// Prints hints, and records that they were shown.
pub fn run(layout: &Layout, id: &str, which: Which) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let exercise = session.exercise(id)?.clone();
    print(&give(&mut session, &exercise, which, Paint::for_stdout()))?;
    Ok(ExitCode::SUCCESS)
}

/// The text of the hints. From now on they count as shown.
pub(super) fn give(
    session: &mut Session,
    exercise: &Exercise,
    which: Which,
    paint: Paint,
) -> String {
    let last = session.progress.hints(&exercise.id);
    // After the third hint, show all of them again.
    let (from, to) = match which {
        Which::Next if last < 3 => (last + 1, last + 1),
        Which::Number(n) => (n, n),
        Which::Next | Which::All => (1, 3),
    };
    let mut out = String::new();
    for (n, hint) in (1u8..)
        .zip(&exercise.hints)
        .filter(|(n, _)| (from..=to).contains(n))
    {
        let _ = writeln!(
            out,
            "{} {}",
            paint.bold(&format!("Hint {n} of 3:")),
            terminal::wrapped(&terminal::paragraphs(hint), 13, 2)
        );
    }
    session.record(&exercise.id, Change::Hinted(to));
    out
}
