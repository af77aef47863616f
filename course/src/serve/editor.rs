//! The reader's editor.
//!
//! An editor with windows of its own can be started from here; one that lives in a terminal
//! cannot, because the terminal is the server's. Then the page says which file to open.

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

/// How the reader's editor is found.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// `$VISUAL`, then `$EDITOR`, as far as they are set.
    pub wishes: Vec<String>,
    /// `$PATH`.
    pub path: OsString,
}

impl Editor {
    /// As the environment says.
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

    /// Opens `file`; answers with which program, or why with none.
    pub fn open(&self, file: &Path, root: &Path) -> Result<String, String> {
        let Some((program, arguments)) = self.choose() else {
            return Err(match self.wishes.first() {
                Some(wish) => {
                    format!("Your editor `{wish}` lives in a terminal, and this one is taken.")
                }
                None => "No editor is set in $VISUAL or $EDITOR, and `code` is not there.".into(),
            });
        };
        let mut command = Command::new(&program);
        command.args(arguments).arg(file).current_dir(root);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Ctrl-C in the server's terminal is not meant for the editor.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|e| format!("`{}` could not be started: {e}.", program.display()))?;
        // Somebody must wait for it, nobody needs to know, and it may outlive the server.
        std::thread::spawn(move || child.wait());
        Ok(program
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned())
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
    fn a_terminal_editor_is_never_started_in_the_servers_terminal() {
        let nothing = tempfile::tempdir().unwrap();
        let said = editor(&["vim"], nothing.path())
            .open(Path::new("x.rs"), nothing.path())
            .unwrap_err();
        assert!(said.contains("`vim` lives in a terminal"), "{said}");
        let said = editor(&[], nothing.path())
            .open(Path::new("x.rs"), nothing.path())
            .unwrap_err();
        assert!(said.contains("$VISUAL"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn the_first_windowed_editor_that_is_there_is_chosen_with_its_arguments() {
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
