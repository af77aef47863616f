//! `cargo course fill`: our solution of a module of the reader's runtime, so that later modules can be built.

use std::process::ExitCode;

use super::CommandError;
use super::session::{Session, print};
use crate::catalog::{Exercise, Layout};
use crate::progress::Change;
use crate::terminal::prose;
use crate::work;

/// Puts our solutions of these modules in place.
pub fn run(layout: &Layout, ids: &[String]) -> Result<ExitCode, CommandError> {
    let mut session = Session::open(layout)?;
    let mut chosen = Vec::new();
    // A wrong name changes nothing.
    for id in ids {
        let exercise = session.exercise(id)?.clone();
        let id = &exercise.id;
        if exercise.module.is_none() {
            return Err(CommandError::Said {
                message: format!(
                    "{id} is not a module of your runtime, so no other exercise needs it"
                ),
                advice: Some(format!(
                    "`cargo course diff {id} --anyway` shows our solution"
                )),
            });
        }
        chosen.push(exercise);
    }
    for exercise in &chosen {
        print(&prose(&fill(&mut session, exercise)?))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fill(session: &mut Session, exercise: &Exercise) -> Result<String, CommandError> {
    let (layout, id) = (session.layout, &exercise.id);
    let kept = work::fill(layout, exercise)?;
    session.record(id, Change::Filled);
    let file = layout.show(&exercise.path(layout));
    let kept = kept.map_or_else(String::new, |kept| {
        let kept = layout.show(&kept);
        format!(" Your version is kept as {kept}. To restore it, rename it to the old name.")
    });
    let counts = if session.progress.is_solved(id) {
        format!("{id} stays solved, because its tests have passed with your own version.")
    } else {
        format!(
            "{id} counts as filled, not as solved. `cargo course reset {id}` makes it an exercise again."
        )
    };
    Ok(format!("{file} is our solution now.{kept}\n{counts}\n"))
}
