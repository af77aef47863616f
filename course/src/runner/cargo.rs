//! Runs `cargo … --message-format=json` and reads its messages.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::RunError;
use super::child::{self, Ended, Spec, Stream};
use crate::catalog::Exercise;

/// The limit for cargo's messages, which only this program reads. It protects our memory.
const OUTPUT: usize = 16 << 20;
/// How much of the compiler's text we show. The first errors are the ones to fix first.
const SHOWN: usize = 64 << 10;

/// What Linux, macOS and Windows say about a disk without room, and Linux about a quota.
const DISK_IS_FULL: [&str; 3] = [
    "No space left on device",
    "There is not enough space on the disk",
    "Disk quota exceeded",
];

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

/// The result of a call.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Whether everything was built.
    pub success: bool,
    /// Whether we killed cargo after the time limit.
    pub timed_out: bool,
    /// The compiler's messages, in their order.
    pub messages: Vec<CompilerMessage>,
    /// The programs that cargo built: the target's name and the program's path.
    pub executables: Vec<(String, PathBuf)>,
    /// The targets that were already up to date.
    pub fresh: Vec<String>,
    /// The messages of cargo itself.
    pub stderr: String,
    /// How long the call took.
    pub took: Duration,
}

/// One message of the compiler.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CompilerMessage {
    /// `error`, `warning`, `failure-note` …
    pub level: String,
    /// The text for people, without colours.
    #[serde(default)]
    pub rendered: Option<String>,
    /// `E0499`, or a lint's name.
    #[serde(default)]
    code: Option<Code>,
    /// The places in the source.
    #[serde(default)]
    spans: Vec<Span>,
    /// The package. We take it from the line around the message.
    #[serde(skip)]
    pub package: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Span {
    file_name: String,
    is_primary: bool,
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
        target: Target,
        executable: Option<PathBuf>,
        #[serde(default)]
        fresh: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

impl CompilerMessage {
    /// Whether the message is an error.
    pub fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// The error code, if it has one: `E0499`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| &*code.code)
    }

    /// The files that the message points to, with the compiler's names.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.spans
            .iter()
            .filter(|span| span.is_primary)
            .map(|span| &*span.file_name)
    }
}

impl Report {
    /// The messages that are worth reading: all errors, or else the warnings of `package`.
    pub fn rendered(&self, package: &str) -> String {
        let failed = self.messages.iter().any(CompilerMessage::is_error);
        let wanted = |message: &&CompilerMessage| {
            if failed {
                message.is_error()
            } else {
                message.package.contains(package)
            }
        };
        // An error of the linker has no place in the source either, and the reader needs it.
        let told = |text: &&str| !text.starts_with("error: aborting due to ");
        let texts = self
            .messages
            .iter()
            .filter(wanted)
            .filter_map(|message| message.rendered.as_deref())
            .filter(told);
        // When cargo builds a library for its tests, it repeats the library's messages.
        let mut seen = HashSet::new();
        let mut out = String::new();
        let mut more = 0;
        for text in texts.map(str::trim_end).filter(|text| seen.insert(*text)) {
            if out.is_empty() {
                out.push_str(&text[..text.floor_char_boundary(SHOWN)]);
            } else if more == 0 && out.len() + text.len() <= SHOWN {
                out.push_str("\n\n");
                out.push_str(text);
            } else {
                more += 1;
            }
        }
        if more > 0 {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n\n… and {more} more");
        }
        out
    }

    /// The program of a target, if everything was built, and the text that the reader needs: the compiler's,
    /// or else the reason why there is no program.
    pub fn program(&self, package: &str, target: &str) -> (Option<PathBuf>, String) {
        let mut text = self.rendered(package);
        if !self.success && text.is_empty() {
            text = if self.timed_out {
                "the compiler took too long, so it was stopped".into()
            } else {
                self.complaint()
            };
        }
        let mut executables = self.executables.iter().filter(|_| self.success);
        let found = executables.find(|(name, _)| name == target);
        (found.map(|(_, path)| path.clone()), text)
    }

    /// Whether cargo stopped before it ran a compiler, because of a broken manifest or lock file.
    pub fn gave_up(&self) -> bool {
        !self.success
            && !self.timed_out
            && !self.messages.iter().any(CompilerMessage::is_error)
            && !self.stderr.contains("could not compile")
    }

    /// Whether cargo, a compiler or the linker found no room on the disk.
    pub fn disk_is_full(&self) -> bool {
        let full = |text: &str| DISK_IS_FULL.iter().any(|said| text.contains(said));
        // lld writes its result through a mapping, and the kernel ends it if a page finds no room.
        let killed =
            |text: &str| text.starts_with("error: linking with") && text.contains("Bus error");
        !self.success
            && (full(&self.stderr) || self.placeless().any(|text| full(text) || killed(text)))
    }

    /// Whether the system has no linker. On a new Linux it comes with the C compiler.
    pub fn lacks_linker(&self) -> bool {
        let lacks =
            |text: &str| text.starts_with("error: linker `") && text.contains("` not found");
        !self.success && self.placeless().any(lacks)
    }

    /// The messages without a place in the source. Others may quote any words from the reader's code.
    fn placeless(&self) -> impl Iterator<Item = &str> {
        let placeless = self.messages.iter().filter(|m| m.spans.is_empty());
        placeless.filter_map(|message| message.rendered.as_deref())
    }

    /// The error message of cargo itself, without its progress.
    pub fn complaint(&self) -> String {
        let start = self
            .stderr
            .lines()
            .position(|line| line.starts_with("error"));
        let lines: Vec<&str> = self.stderr.lines().skip(start.unwrap_or(0)).collect();
        lines.join("\n").trim().to_owned()
    }
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
                target,
                executable: Some(path),
                fresh,
            } => {
                if fresh {
                    report.fresh.push(target.name.clone());
                }
                report.executables.push((target.name, path));
            }
            Line::CompilerArtifact { .. } | Line::Other => {}
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

    /// What rustc 1.95 says of a system without `cc`, and of a function that no library has.
    #[test]
    fn an_error_of_the_linker_is_shown_although_it_has_no_place_in_the_source() {
        let message = |rendered: &str| CompilerMessage {
            level: "error".into(),
            rendered: Some(rendered.into()),
            code: None,
            spans: Vec::new(),
            package: "p".into(),
        };
        let missing =
            "error: linker `cc` not found\n  |\n  = note: No such file or directory (os error 2)\n";
        let aborting = "error: aborting due to 1 previous error\n";
        let mut report = Report {
            messages: vec![message(missing), message(aborting)],
            ..Report::default()
        };
        assert_eq!(report.rendered("p"), missing.trim_end());
        assert!(report.lacks_linker());
        let undefined =
            "error: linking with `cc` failed: exit status: 1\n  = note: undefined symbol: zz\n";
        report.messages[0] = message(undefined);
        assert_eq!(report.rendered("p"), undefined.trim_end());
        assert!(!report.lacks_linker() && !report.disk_is_full());
    }

    #[test]
    fn a_very_long_list_of_errors_is_cut_after_its_start() {
        let message = |n: usize| CompilerMessage {
            level: "error".into(),
            rendered: Some(format!("error {n}{}", " ä".repeat(5_000))),
            code: None,
            spans: vec![Span {
                file_name: "a.rs".into(),
                is_primary: true,
            }],
            package: String::new(),
        };
        let mut report = Report {
            messages: (0..10_000).map(message).collect(),
            ..Report::default()
        };
        let shown = report.rendered("a");
        assert!(shown.starts_with("error 0 ä") && shown.ends_with("… and 9996 more"));
        assert!(shown.len() < SHOWN + 100);
        report.messages = vec![message(1)];
        report.messages[0].rendered = Some("ä".repeat(SHOWN));
        assert_eq!(report.rendered("a").len(), SHOWN);
    }

    #[test]
    fn a_full_disk_is_recognised_but_not_in_the_readers_own_code() {
        let message = |spans| CompilerMessage {
            level: "error".into(),
            rendered: Some("error: No space left on device (os error 28)".into()),
            code: None,
            spans,
            package: String::new(),
        };
        let in_code = Span {
            file_name: "a.rs".into(),
            is_primary: true,
        };
        let full = |messages| {
            let report = Report {
                messages,
                ..Report::default()
            };
            report.disk_is_full()
        };
        assert!(full(vec![message(Vec::new())]));
        assert!(!full(vec![message(vec![in_code])]));
        assert!(!full(Vec::new()));
    }

    #[test]
    fn cargo_gives_up_if_no_compiler_ran() {
        let stderr = "   Updating something\nerror: failed to parse manifest at `/c/Cargo.toml`\n\nCaused by:\n  no\n";
        let report = Report {
            stderr: stderr.into(),
            ..Report::default()
        };
        assert!(report.gave_up());
        assert_eq!(
            report.complaint(),
            "error: failed to parse manifest at `/c/Cargo.toml`\n\nCaused by:\n  no"
        );
    }
}
