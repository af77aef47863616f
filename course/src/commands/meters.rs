//! `cargo course meters`: the reader's own server, on the reader's own runtime.

use std::fmt::Write as _;
use std::process::{Command, ExitCode};

use super::session::Session;
use super::{CommandError, SOME_FAIL};
use crate::catalog::{Layout, Runtime};
use crate::runner::cargo;
use crate::runner::program::{self, Choice};
use crate::runner::unfit::Unfit;
use crate::terminal;

/// The command, which is also the name of the first program.
const NAME: &str = "meters";

/// Builds and runs a program with these arguments: the last one whose modules are solved.
pub fn run(layout: &Layout, args: &[String]) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let (runtime, program) = match program::choose(layout, &session.catalog) {
        Choice::Run(runtime, program) => (runtime, program),
        Choice::Unfinished(open) => {
            let mut text =
                format!("{NAME} runs on modules of your runtime that are not solved yet:\n");
            for module in &open {
                let file = layout.show(&module.path(layout));
                let _ = writeln!(text, "  {}  {file}", module.id);
            }
            let ids: Vec<&str> = open.iter().map(|module| &*module.id).collect();
            let _ = write!(
                text,
                "Solve them, or put our solutions in place with `cargo course fill {}`. Then run `cargo course {NAME}` again.",
                ids.join(" ")
            );
            terminal::complain(&text);
            return Ok(ExitCode::from(SOME_FAIL));
        }
        Choice::None => {
            return Err(CommandError::Said {
                message: format!("this version of the course has no program `{NAME}` yet"),
                advice: Some("`git pull` fetches the newest version".into()),
            });
        }
    };
    if let Some(unfit) = Unfit::find(layout, Runtime::FOLDER) {
        return Err(CommandError::Said {
            message: unfit.told(layout),
            advice: Some(unfit.advice(layout)),
        });
    }
    let mut command = Command::new(cargo::program());
    command
        .args([
            "run",
            "--quiet",
            "--package",
            &runtime.package,
            "--bin",
            &program.name,
            "--",
        ])
        .args(args)
        .current_dir(layout.yours().join(Runtime::FOLDER))
        .env("CARGO_TARGET_DIR", layout.exercises_target());
    run_in_our_place(command)
}

/// Ctrl-C and the exit code are the program's.
#[cfg(unix)]
fn run_in_our_place(mut command: Command) -> Result<ExitCode, CommandError> {
    use std::os::unix::process::CommandExt;
    program::raise_descriptors();
    Err(cannot_start(command.exec()))
}

/// Ctrl-C reaches both, and the exit code is handed on.
#[cfg(not(unix))]
fn run_in_our_place(mut command: Command) -> Result<ExitCode, CommandError> {
    let status = command.status().map_err(cannot_start)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(SOME_FAIL)))
}

fn cannot_start(source: std::io::Error) -> CommandError {
    CommandError::Io {
        what: "cannot start cargo".into(),
        source,
    }
}
