//! A terminal, with a program in it.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A terminal. It needs no Enter after a key.
pub struct Terminal {
    /// Its keys and its screen.
    pub ours: File,
    name: String,
}

impl Terminal {
    pub fn new(rows: u16, columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&ours, size).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        Self {
            ours: ours.into(),
            name: name.into_string().unwrap(),
        }
    }

    /// The side of the program.
    pub fn open(&self) -> File {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        options.open(&self.name).unwrap()
    }

    /// The program with this terminal as its stdin and stdout. It asks `/dev/tty` for the size, so it needs a
    /// session of its own. Without one, that is the terminal that the test runs in.
    pub fn with(&self, program: &Command) -> Command {
        let mut command = Command::new("setsid");
        let changed = program.get_envs();
        command
            .arg("--ctty")
            .arg(program.get_program())
            .args(program.get_args())
            .envs(changed.filter_map(|(key, value)| Some((key, value?))))
            .stdin(self.open())
            .stdout(self.open());
        if let Some(dir) = program.get_current_dir() {
            command.current_dir(dir);
        }
        command
    }

    /// Runs a program with all its output in the terminal. Returns the lines on the screen without colours.
    pub fn lines_of(mut self, program: &Command) -> Vec<String> {
        let mut command = self.with(program);
        let mut child = command.stderr(self.open()).spawn().unwrap();
        // The output ends when no program has the terminal open.
        drop(command);
        let mut said = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = self.ours.read(&mut buffer) {
            said.extend_from_slice(&buffer[..read]);
        }
        child.wait().unwrap();
        let said = String::from_utf8(said).unwrap();
        without_colours(&said).lines().map(Into::into).collect()
    }
}

/// The text without the codes of its colours.
pub fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + piece.split_once('m').map_or(piece, |(_, rest)| rest)
    })
}
