//! What cargo and the compiler said in one call, and what the reader needs of it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// How much of the compiler's text we show. The first errors are the ones to fix first.
const SHOWN: usize = 64 << 10;

/// What Linux, macOS and Windows say about a disk without room, and Linux about a quota.
const DISK_IS_FULL: [&str; 3] = [
    "No space left on device",
    "There is not enough space on the disk",
    "Disk quota exceeded",
];

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
    /// What belongs to the packages of this clone.
    pub artifacts: Vec<Artifact>,
    /// The messages of cargo itself.
    pub stderr: String,
    /// How long the call took.
    pub took: Duration,
}

/// A library or a program of a package in this clone.
#[derive(Debug)]
pub(crate) struct Artifact {
    /// Cargo's name for the package.
    pub package: String,
    /// The directory of the package.
    pub dir: PathBuf,
    /// The files of the artifact.
    pub files: Vec<PathBuf>,
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

#[cfg(test)]
mod tests {
    use super::*;

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
