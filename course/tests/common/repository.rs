//! The course as a git repository, and as a clone that follows it.

use std::process::Command;

use course::catalog::Layout;

use super::{Course, stderr, stdout};

impl Course {
    /// A clone of another one that is a git repository, as a reader has it.
    pub fn clone_of(upstream: &Self) -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let layout = Layout::at(dir.path().canonicalize().unwrap());
        let course = Self { dir, layout };
        course.git(&[
            "clone",
            "--quiet",
            &upstream.root().display().to_string(),
            ".",
        ]);
        course
    }

    /// Makes a git repository of the course, and the clone of a reader who has begun.
    pub fn first_clone_of(upstream: &Self) -> Self {
        upstream.write(
            ".gitignore",
            "target/\n/work/\n/progress.txt*\nCargo.lock\n",
        );
        upstream.git(&["init", "--quiet", "--initial-branch=main"]);
        upstream.commit();
        let course = Self::clone_of(upstream);
        course.told();
        course
    }

    /// Replaces a text in a file.
    pub fn change(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// What a command says of `work/`: on stderr, so that stdout stays what was asked for.
    pub fn told(&self) -> String {
        let list = self.command(&["list", "--json"]);
        assert_eq!(list.status.code(), Some(0), "{}", stderr(&list));
        stderr(&list)
    }

    /// Commits all that changed.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=Change"]);
    }

    /// Runs git in it, apart from what this machine has configured; what it printed.
    pub fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Reader",
                "-c",
                "user.email=reader@example.org",
            ])
            .args(args)
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", self.path("no-such-file"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", stderr(&output));
        stdout(&output)
    }
}
