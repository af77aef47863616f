//! What can be typed after `cargo course`, and the one place where an error
//! becomes text and an exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::catalog::Layout;
use crate::commands::hint::Which;
use crate::commands::{self, CommandError};

/// Read the book, run it, do its exercises.
///
/// Without a command: serves the book on this machine and opens it in a browser.
#[derive(Debug, Parser)]
#[command(name = "cargo course", bin_name = "cargo course", version)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without one, the book is served.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// How to serve the book when no command is given.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// How to serve the book.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub port: u16,

    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the book, with live exercises (the default)
    Serve(ServeArgs),

    /// Work without a browser: the current exercise is re-run when you save it
    Watch {
        /// The exercise to start with; without it, the first that is not solved
        id: Option<String>,
    },

    /// Show the exercises and how far you are
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },

    /// Run exercises' tests; without an ID, all of them
    Check {
        /// Exercises, or a chapter such as `02`
        ids: Vec<String>,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
        /// How long one exercise's tests may run, in seconds: 10 if the exercise does not say more
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
        time_limit: Option<u64>,
    },

    /// Give the next of an exercise's three hints
    Hint {
        /// The exercise
        id: String,
        /// Which hint: 1, 2 or 3
        #[arg(value_parser = clap::value_parser!(u8).range(1..=3), conflicts_with = "all")]
        number: Option<u8>,
        /// All of them
        #[arg(long)]
        all: bool,
    },

    /// Put an exercise back to how it was; your version is kept aside
    Reset {
        /// The exercise
        id: String,
    },

    /// Put our solution of a module of your runtime in place; your version is kept aside
    Fill {
        /// The exercise
        id: String,
    },

    /// Run the meters' server on your runtime
    Meters {
        /// Arguments for the server
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },

    /// Compare your solution with the book's, once your tests pass
    Diff {
        /// The exercise
        id: String,
        /// Also when the exercise is not solved yet
        #[arg(long)]
        anyway: bool,
    },

    /// For maintainers: regenerate the skeletons from the solutions
    Gen {
        /// Write nothing; fail if something would change
        #[arg(long)]
        check: bool,
    },

    /// For maintainers: prove what the pages claim
    Verify {
        /// Chapters such as `02`; without one, all
        chapters: Vec<String>,
    },

    /// mdBook's preprocessor; mdBook starts it, nobody types it
    #[command(hide = true)]
    Preprocess {
        /// What mdBook asks: `supports <renderer>`, or nothing for a book on stdin
        args: Vec<String>,
    },
}

/// Parses the arguments, runs the command, prints what went wrong.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::terminal::show_warnings();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            crate::terminal::print_error(&error, error.advice().as_deref());
            ExitCode::from(commands::USAGE)
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    let start = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let layout = Layout::find(&start)?;
    match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => commands::serve::run(&layout, &args),
        Command::Preprocess { args } => commands::preprocess::run(&layout, &args),
        Command::List { json } => commands::list::run(&layout, json),
        Command::Check {
            ids,
            json,
            time_limit,
        } => commands::check::run(&layout, &ids, json, time_limit),
        Command::Hint { id, number, all } => commands::hint::run(&layout, &id, which(number, all)),
        Command::Reset { id } => commands::reset::run(&layout, &id),
        Command::Fill { id } => commands::fill::run(&layout, &id),
        Command::Meters { args } => commands::meters::run(&layout, &args),
        Command::Diff { id, anyway } => commands::diff::run(&layout, &id, anyway),
        Command::Gen { check } => commands::generate::run(&layout, check),
        Command::Watch { id } => commands::watch::run(&layout, id.as_deref()),
        Command::Verify { chapters } => commands::verify::run(&layout, &chapters),
    }
}

fn which(number: Option<u8>, all: bool) -> Which {
    match number {
        Some(number) => Which::Number(number),
        None if all => Which::All,
        None => Which::Next,
    }
}
