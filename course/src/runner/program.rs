//! The programs on the reader's runtime: `cargo course meters`, and the button on the page.

use std::path::PathBuf;

use super::unfit::Unfit;
use super::{Limits, RunError, built, cargo};
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
    let call = cargo::Call {
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
    };
    let built = built::build(layout, Runtime::FOLDER, &runtime.package, &call).await?;
    Ok(built.report.program(&runtime.package, &program.name))
}

/// Raises this process's limit for descriptors as far as the user may. A server with 200 meters and their
/// load needs 400, and a shell of macOS allows 256. Only makes system calls, so it may run after a fork.
#[cfg(unix)]
pub(crate) fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// macOS accepts no more. 20,000 meters, the most that the program allows, need 40,000.
    const MOST: u64 = if cfg!(target_os = "macos") {
        10_240
    } else {
        1 << 16
    };
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(MOST, |most| most.min(MOST));
    if limit.current.is_some_and(|current| current < most) {
        let raised = Rlimit {
            current: Some(most),
            ..limit
        };
        // Without it, the program says which meters failed.
        let _ = setrlimit(Resource::Nofile, raised);
    }
}
