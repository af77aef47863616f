//! Output files: what a command printed, stored next to the crate that printed it.
//!
//! The first line is the command: `$ cargo run …`, or `$~ …` if the figures vary from run to run.
//! The other lines are what it printed. A last line `[exit 101]` says that the command fails on
//! purpose, with this exit code.

/// The parts of an output file.
#[derive(Debug, PartialEq, Eq)]
pub struct Output<'a> {
    /// The command that printed it.
    pub command: &'a str,
    /// Whether the figures vary from run to run.
    pub varies: bool,
    /// What it printed.
    pub text: &'a str,
    /// The exit code that the command must end with.
    pub exit: i32,
}

impl<'a> Output<'a> {
    /// Splits a file into its parts. Returns `None` if the file does not start with a command.
    pub fn parse(file: &'a str) -> Option<Self> {
        let (first, rest) = file.split_once('\n').unwrap_or((file, ""));
        let first = first.trim_end().strip_prefix('$')?;
        let (varies, command) = match first.strip_prefix('~') {
            Some(command) => (true, command.trim()),
            None => (false, first.trim()),
        };
        let (text, exit) = split_exit(rest);
        (!command.is_empty()).then_some(Self {
            command,
            varies,
            text,
            exit,
        })
    }
}

fn split_exit(rest: &str) -> (&str, i32) {
    let body = rest.trim_end();
    let start = body.rfind('\n').map_or(0, |n| n + 1);
    let code = body[start..]
        .strip_prefix("[exit ")
        .and_then(|code| code.strip_suffix(']'));
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => (&body[..start], code),
        None => (rest, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_file_has_a_command_a_text_and_an_exit_code() {
        let output = Output::parse("$ cargo run\none\n\ntwo\n[exit 101]\n").unwrap();
        assert_eq!(
            output,
            Output {
                command: "cargo run",
                varies: false,
                text: "one\n\ntwo\n",
                exit: 101
            }
        );
        let output = Output::parse("$~ cargo bench\n7 ns\n").unwrap();
        assert_eq!(
            output,
            Output {
                command: "cargo bench",
                varies: true,
                text: "7 ns\n",
                exit: 0
            }
        );
    }

    #[test]
    fn an_output_file_without_a_command_is_rejected() {
        assert_eq!(Output::parse("one\n"), None);
        assert_eq!(Output::parse("$ \n"), None);
    }
}
