//! The programs on the reader's runtime: `cargo course meters`, and the button on the page.

use std::path::PathBuf;

use super::unfit::Unfit;
use super::{Limits, RunError, cargo};
use crate::catalog::{Catalog, Exercise, Layout, Program, Runtime};
use crate::skeleton;

/// The program to run, or why none can run.
#[derive(Debug)]
pub enum Choice<'a> {
    /// The last program whose modules are finished, in this package.
    Run(&'a Runtime, &'a Program),
    /// The unfinished modules that the first program needs.
    Unfinished(Vec<&'a Exercise>),
    /// The course has no program.
    None,
}

/// Chooses the program.
pub fn choose<'a>(layout: &Layout, catalog: &'a Catalog) -> Choice<'a> {
    let runtime = catalog.runtime.as_ref();
    let first = runtime.and_then(|runtime| Some((runtime, runtime.programs.first()?)));
    let Some((runtime, first)) = first else {
        return Choice::None;
    };
    let open = |program: &Program| skeleton::open(layout, catalog, &program.uses);
    let finished = |program: &&Program| open(program).is_empty();
    match runtime.programs.iter().rfind(finished) {
        Some(program) => Choice::Run(runtime, program),
        None => Choice::Unfinished(open(first)),
    }
}

/// Builds a program. Returns it if it compiled, and the compiler's text for people, without colours. Drop
/// the future to cancel.
pub async fn build(
    layout: &Layout,
    runtime: &Runtime,
    program: &Program,
    limits: &Limits,
) -> Result<(Option<PathBuf>, String), RunError> {
    if let Some(unfit) = Unfit::find(layout, Runtime::FOLDER) {
        let text = format!("{}\nhelp: {}", unfit.told(layout), unfit.advice(layout));
        return Ok((None, text));
    }
    let report = cargo::run(&cargo::Call {
        args: &[
            "build",
            "--message-format=json",
            "--package",
            &runtime.package,
            "--bin",
            &program.name,
        ],
        dir: &layout.yours().join(Runtime::FOLDER),
        target: &layout.exercises_target(),
        env: &[],
        time: limits.build_time,
    })
    .await?;
    Ok(report.program(&runtime.package, &program.name))
}
