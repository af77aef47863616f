//! `cargo course fill`: our solution of a module of the reader's runtime, so that later modules can be built.

use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::Layout;
use crate::progress::Change;
use crate::skeleton;

/// Puts our solution of one module in place.
pub fn run(layout: &Layout, id: &str) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let exercise = session.catalog.exercise(id)?.clone();
    let id = &exercise.id;
    if exercise.module.is_none() {
        return Err(CommandError::Said {
            message: format!("{id} is no module of your runtime, so no other exercise needs it"),
            advice: Some(format!(
                "`cargo course diff {id} --anyway` shows our solution"
            )),
        });
    }
    let kept = skeleton::fill(layout, &exercise)?;
    session.record(id, Change::Filled);
    let file = layout.show(&exercise.path(layout));
    let mut text = format!("{file} is our solution now.");
    if let Some(kept) = kept {
        let kept = layout.show(&kept);
        text += &format!(" Yours is kept as {kept}: give it its old name again to take it back.");
    }
    if session.progress.is_solved(id) {
        text += &format!("\n{id} stays solved, because you solved it before.\n");
    } else {
        text += &format!(
            "\n{id} counts as filled, not as solved. `cargo course reset {id}` makes it an exercise again.\n"
        );
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
