//! The reader's editor.
//!
//! The server can start an editor that opens its own window. It cannot start one that runs in a
//! terminal, because the server uses the terminal. The page then says which file to open.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Editors that open a window, by the name of their program.
const WINDOWED: [&str; 22] = [
    "code",
    "code-insiders",
    "codium",
    "vscodium",
    "cursor",
    "windsurf",
    "zed",
    "zeditor",
    "subl",
    "rustrover",
    "idea",
    "clion",
    "fleet",
    "gedit",
    "gnome-text-editor",
    "kate",
    "kwrite",
    "gvim",
    "mate",
    "bbedit",
    "xed",
    "notepad",
];

/// Where to look for the reader's editor.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// The values of `$VISUAL` and `$EDITOR`, in this order, if they are set. An empty value names no
    /// editor.
    pub wishes: Vec<String>,
    /// `$PATH`.
    pub path: OsString,
}

impl Editor {
    /// Reads the environment.
    pub fn from_env() -> Self {
        let wishes = ["VISUAL", "EDITOR"]
            .iter()
            .filter_map(|name| env::var(name).ok())
            .collect();
        Self {
            wishes,
            path: env::var_os("PATH").unwrap_or_default(),
        }
    }

    /// Opens `file` at a line. Returns the program's name, or the reason why no program can open it.
    pub fn open(&self, file: &Path, line: usize, root: &Path) -> Result<String, String> {
        let Some((program, arguments)) = self.choose() else {
            return Err(self.refusal());
        };
        let mut command = Command::new(&program);
        command.args(arguments).args(at_line(&program, file, line));
        command.current_dir(root);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Ctrl-C in the server's terminal must not reach the editor.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|e| format!("cannot start `{}`: {e}.", program.display()))?;
        // A thread waits for the editor, so that it leaves no zombie. The editor may outlive the
        // server.
        std::thread::spawn(move || child.wait());
        Ok(program
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned())
    }

    /// Why no program can open the file.
    fn refusal(&self) -> String {
        let mut wishes = self.wishes.iter();
        let Some(wish) = wishes.find(|wish| !wish.trim().is_empty()) else {
            return "No editor is set in $VISUAL or $EDITOR, and `code` is not installed.".into();
        };
        let program = wish.split_whitespace().next().unwrap_or_default();
        if self.locate(Path::new(program)).is_none() {
            return format!("Your editor `{wish}` is not installed, or not in the PATH.");
        }
        format!("Your editor `{wish}` may run in a terminal, and this server uses the terminal.")
    }

    fn choose(&self) -> Option<(PathBuf, Vec<String>)> {
        let code = String::from("code");
        self.wishes.iter().chain([&code]).find_map(|wish| {
            let mut words = wish.split_whitespace().map(str::to_owned);
            let program = PathBuf::from(words.next()?);
            let name = program.file_stem()?.to_str()?;
            let windowed = WINDOWED.contains(&name);
            windowed
                .then(|| self.locate(&program))
                .flatten()
                .map(|program| (program, words.collect()))
        })
    }

    fn locate(&self, program: &Path) -> Option<PathBuf> {
        if program.components().count() > 1 {
            return program.is_file().then(|| program.to_owned());
        }
        let suffixes: &[&str] = if cfg!(windows) {
            &[".exe", ".cmd", ".bat"]
        } else {
            &[""]
        };
        env::split_paths(&self.path)
            .flat_map(|dir| {
                suffixes.iter().map(move |suffix| {
                    let mut name = program.as_os_str().to_owned();
                    name.push(suffix);
                    dir.join(name)
                })
            })
            .find(|candidate| candidate.is_file())
    }
}

/// The arguments that open a file at a line. For a program whose way we do not know, only the file.
fn at_line(program: &Path, file: &Path, line: usize) -> Vec<OsString> {
    let colon = || {
        let mut place = file.as_os_str().to_owned();
        place.push(format!(":{line}"));
        place
    };
    let file = || file.as_os_str().to_owned();
    let name = program.file_stem().unwrap_or_default();
    match name.to_str().unwrap_or_default() {
        "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf" => {
            vec!["--goto".into(), colon()]
        }
        "zed" | "zeditor" | "subl" => vec![colon()],
        "gedit" | "gvim" => vec![format!("+{line}").into(), file()],
        "rustrover" | "idea" | "clion" | "kate" | "mate" => {
            vec!["--line".into(), line.to_string().into(), file()]
        }
        _ => vec![file()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(wishes: &[&str], path: &Path) -> Editor {
        Editor {
            wishes: wishes.iter().map(ToString::to_string).collect(),
            path: path.into(),
        }
    }

    #[test]
    fn the_server_never_starts_a_terminal_editor() {
        let bin = tempfile::tempdir().unwrap();
        std::fs::write(bin.path().join("vim"), "").unwrap();
        let said = |wishes: &[&str]| {
            let editor = editor(wishes, bin.path());
            editor.open(Path::new("x.rs"), 1, bin.path()).unwrap_err()
        };
        let vim = said(&["vim -p"]);
        assert!(vim.contains("`vim -p` may run in a terminal"), "{vim}");
        let missing = said(&["nosuch"]);
        assert!(missing.contains("`nosuch` is not installed"), "{missing}");
        let windowed = said(&["subl"]);
        assert!(windowed.contains("`subl` is not installed"), "{windowed}");
        let none = said(&[]);
        assert!(none.contains("$VISUAL"), "{none}");
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let bin = tempfile::tempdir().unwrap();
        let said = |wishes: &[&str]| {
            let editor = editor(wishes, bin.path());
            editor.open(Path::new("x.rs"), 1, bin.path()).unwrap_err()
        };
        assert_eq!(said(&["", " "]), said(&[]));
        assert_eq!(said(&["", "vim"]), said(&["vim"]));
    }

    #[test]
    fn an_editor_opens_the_file_at_the_line_if_it_can() {
        let said = |program: &str| at_line(Path::new(program), Path::new("x.rs"), 7);
        assert_eq!(said("/usr/bin/code"), ["--goto", "x.rs:7"]);
        assert_eq!(said("zed"), ["x.rs:7"]);
        assert_eq!(said("rustrover"), ["--line", "7", "x.rs"]);
        assert_eq!(said("xed"), ["x.rs"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_first_editor_that_opens_a_window_is_chosen_with_its_arguments() {
        let bin = tempfile::tempdir().unwrap();
        std::fs::write(bin.path().join("zed"), "").unwrap();
        let (program, arguments) = editor(&["nano", "zed --wait"], bin.path())
            .choose()
            .unwrap();
        assert_eq!(
            (program, arguments),
            (bin.path().join("zed"), vec!["--wait".to_owned()])
        );
        assert!(editor(&["subl"], bin.path()).choose().is_none());
    }
}
