//! Colours, where they can be seen and are wanted.

use std::io::{self, IsTerminal};

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// For what is printed to stdout.
    pub fn for_stdout() -> Self {
        Self::wanted(io::stdout().is_terminal())
    }

    /// For what is printed to stderr.
    pub fn for_stderr() -> Self {
        Self::wanted(io::stderr().is_terminal())
    }

    /// Leaves all words as they are.
    pub const fn plain() -> Self {
        Self { on: false }
    }

    fn wanted(terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Self {
            on: terminal && !dumb && set("NO_COLOR").is_none() && understood(),
        }
    }

    /// Good news.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// Bad news.
    pub fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// What is under way or half done.
    pub fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// What the eye should find.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What the eye may skip.
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

/// Windows' console must be asked to understand the codes.
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
    fn words_are_painted_only_where_it_is_on() {
        assert_eq!(Paint::plain().red("no"), "no");
        assert_eq!(Paint { on: true }.red("no"), "\x1b[31mno\x1b[0m");
    }
}
