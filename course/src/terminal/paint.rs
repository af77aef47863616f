//! Colours, if the terminal shows them and the reader wants them.

use std::io::{self, IsTerminal};

/// Colours words, or leaves them unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours for stdout.
    pub fn for_stdout() -> Self {
        Self::wanted(io::stdout().is_terminal())
    }

    /// Colours for stderr.
    pub fn for_stderr() -> Self {
        Self::wanted(io::stderr().is_terminal())
    }

    /// Leaves all words unchanged.
    pub const fn plain() -> Self {
        Self { on: false }
    }

    /// Colours in every case, for tests.
    #[cfg(test)]
    pub(super) const fn coloured() -> Self {
        Self { on: true }
    }

    /// Whether words are coloured.
    pub fn is_on(self) -> bool {
        self.on
    }

    fn wanted(terminal: bool) -> Self {
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            on: terminal && !is_dumb() && colours && understood(),
        }
    }

    /// For success.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// For failure.
    pub fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// For work in progress.
    pub fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// For what should stand out.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// For what matters less.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether the terminal obeys no escape sequences, as in a shell inside Emacs.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// The console of Windows understands colour codes only after we ask for it.
#[cfg(windows)]
fn understood() -> bool {
    crossterm::ansi_support::supports_ansi()
}

#[cfg(not(windows))]
fn understood() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::Paint;

    #[test]
    fn words_are_coloured_only_if_colours_are_on() {
        assert_eq!(Paint::plain().red("no"), "no");
        assert_eq!(Paint { on: true }.red("no"), "\x1b[31mno\x1b[0m");
    }
}
