//! The programs on the reader's runtime: `cargo course meters`, and the button on the page.

use std::path::PathBuf;

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

/// The result of a build: the program, and the compiler's text for people.
#[derive(Debug)]
pub struct Built {
    /// The program, if it compiled.
    pub program: Option<PathBuf>,
    /// The compiler's text for people, without colours.
    pub diagnostics: String,
}

/// Builds a program. Drop the future to cancel.
pub async fn build(
    layout: &Layout,
    runtime: &Runtime,
    program: &Program,
    limits: &Limits,
) -> Result<Built, RunError> {
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
    let mut diagnostics = report.rendered(&runtime.package);
    if !report.success && diagnostics.is_empty() {
        diagnostics = report.complaint();
    }
    let mut built = report.executables.into_iter();
    let path = built.rfind(|(target, _)| *target == program.name);
    Ok(Built {
        program: path.map(|(_, path)| path).filter(|_| report.success),
        diagnostics,
    })
}
