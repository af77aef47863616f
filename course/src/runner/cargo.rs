//! Runs `cargo … --message-format=json` and reads its messages.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::RunError;
use super::child::{self, Ended, Spec, Stream};
pub(crate) use super::report::{Artifact, CompilerMessage, Report};
use crate::catalog::Exercise;

/// The limit for cargo's messages, which only this program reads. It protects our memory.
const OUTPUT: usize = 16 << 20;

/// One call of cargo.
pub(crate) struct Call<'a> {
    /// The arguments: `test`, `build` and so on.
    pub args: &'a [&'a str],
    /// The working directory. Cargo uses the nearest manifest.
    pub dir: &'a Path,
    /// The target directory.
    pub target: &'a Path,
    /// Variables to add to the inherited environment.
    pub env: &'a [(&'a str, &'a str)],
    /// The time limit.
    pub time: Duration,
}

/// One line of cargo's stdout.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerMessage {
        package_id: String,
        message: CompilerMessage,
    },
    CompilerArtifact {
        package_id: String,
        #[serde(default)]
        manifest_path: PathBuf,
        target: Target,
        #[serde(default)]
        filenames: Vec<PathBuf>,
        executable: Option<PathBuf>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The arguments with which cargo builds an exercise's test without running it.
pub(crate) fn test_args(exercise: &Exercise) -> Vec<String> {
    let target = exercise.test_target();
    let fixed = ["test", "--no-run", "--message-format=json", "--package"];
    let mut args: Vec<String> = fixed
        .into_iter()
        .chain([&*exercise.package, "--test", &*target])
        .map(str::to_owned)
        .collect();
    args.extend(exercise.settings.cargo_args());
    args
}

/// The cargo that started this program, or the one in the PATH.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// Runs cargo and reads its messages. Drop the future to kill it.
pub(crate) async fn run(call: &Call<'_>) -> Result<Report, RunError> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut env: Vec<_> = call.env.iter().copied().map(owned).collect();
    env.push(owned((
        "CARGO_TARGET_DIR",
        &call.target.display().to_string(),
    )));
    env.push(owned(("CARGO_TERM_COLOR", "never")));
    env.push(owned(("CARGO_TERM_PROGRESS_WHEN", "never")));
    let spec = Spec {
        program: program(),
        args: call.args.iter().map(|&arg| arg.to_owned()).collect(),
        dir: call.dir.to_owned(),
        env,
        time: call.time,
        output: OUTPUT,
        memory: None,
        many_descriptors: false,
    };
    let started = Instant::now();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut collect = |stream, bytes: &[u8]| match stream {
        Stream::Stdout => stdout.extend_from_slice(bytes),
        Stream::Stderr => stderr.extend_from_slice(bytes),
    };
    let ended = child::run(&spec, &mut collect).await?;
    let mut report = parse(&String::from_utf8_lossy(&stdout));
    report.stderr = String::from_utf8_lossy(&stderr).into_owned();
    report.success = matches!(ended, Ended::Exited(status) if status.success());
    report.timed_out = ended == Ended::TimedOut;
    report.took = started.elapsed();
    Ok(report)
}

fn parse(stdout: &str) -> Report {
    let mut report = Report::default();
    // The output of a build script may appear between cargo's lines.
    for line in stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
    {
        match line {
            Line::CompilerMessage {
                package_id,
                mut message,
            } => {
                message.package = package_id;
                report.messages.push(message);
            }
            Line::CompilerArtifact {
                package_id,
                manifest_path,
                target,
                filenames,
                executable,
            } => {
                let dir = manifest_path.parent().unwrap_or(Path::new(""));
                // Packages of a registry never change.
                if package_id.starts_with("path+") {
                    report.artifacts.push(Artifact {
                        package: package_id,
                        dir: dir.to_owned(),
                        files: filenames,
                    });
                }
                if let Some(path) = executable {
                    report.executables.push((target.name, path));
                }
            }
            Line::Other => {}
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that cargo 1.95 printed, shortened.
    const STDOUT: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///c#fix-exercises@0.1.0","manifest_path":"/c/Cargo.toml","target":{"kind":["lib"],"crate_types":["lib"],"name":"fix_exercises","src_path":"/c/src/lib.rs","edition":"2024","doc":true,"doctest":true,"test":true},"profile":{"opt_level":"0","debuginfo":2,"debug_assertions":true,"overflow_checks":true,"test":false},"features":[],"filenames":["/t/libfix.rlib"],"executable":null,"fresh":true}
a build script says hello
{"reason":"compiler-message","package_id":"path+file:///c#fix-exercises@0.1.0","manifest_path":"/c/Cargo.toml","target":{"kind":["lib"],"crate_types":["lib"],"name":"fix_exercises","src_path":"/c/src/lib.rs","edition":"2024","doc":true,"doctest":true,"test":true},"message":{"$message_type":"diagnostic","message":"mismatched types","code":{"code":"E0308","explanation":"…"},"level":"error","spans":[{"file_name":"02-fix/src/one.rs","byte_start":0,"byte_end":1,"line_start":1,"line_end":1,"column_start":1,"column_end":2,"is_primary":true,"text":[],"label":null,"suggested_replacement":null,"suggestion_applicability":null,"expansion":null}],"children":[],"rendered":"error[E0308]: mismatched types\n --> 02-fix/src/one.rs:1:1\n\n"}}
{"reason":"compiler-message","package_id":"path+file:///c#fix-exercises@0.1.0","target":{"name":"fix_exercises"},"message":{"message":"aborting due to 1 previous error","code":null,"level":"error","spans":[],"children":[],"rendered":"error: aborting due to 1 previous error\n\n"}}
{"reason":"compiler-artifact","package_id":"p","target":{"name":"one"},"profile":{"test":true},"executable":"/t/deps/one-0123"}
{"reason":"build-finished","success":false}
"#;

    #[test]
    fn messages_and_programs_are_read_and_other_lines_are_skipped() {
        let report = parse(STDOUT);
        assert_eq!(report.messages.len(), 2);
        assert_eq!(report.messages[0].code(), Some("E0308"));
        assert_eq!(
            report.messages[0].files().collect::<Vec<_>>(),
            ["02-fix/src/one.rs"]
        );
        assert_eq!(
            report.executables,
            [("one".to_owned(), PathBuf::from("/t/deps/one-0123"))]
        );
        assert_eq!(
            report.rendered("fix-exercises"),
            "error[E0308]: mismatched types\n --> 02-fix/src/one.rs:1:1"
        );
        assert!(!report.gave_up(), "the compiler did run");
    }
}
