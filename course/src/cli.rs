//! The arguments of `cargo course`. This is also the only place where an error becomes text and an
//! exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Args, Parser, Subcommand};

use crate::catalog::Layout;
use crate::commands::check::How;
use crate::commands::hint::Which;
use crate::commands::{self, CommandError};

/// Read the book, run its code, and solve its exercises.
///
/// Without a command, this serves the book on your machine and opens it in your browser.
#[derive(Debug, Parser)]
#[command(name = "cargo course", bin_name = "cargo course", version)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// The command. Without one, we serve the book.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options for serving the book without a command.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// The options for serving the book.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1. 0 chooses a free one
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub port: u16,

    /// Print the address instead of opening a browser
    #[arg(long)]
    pub no_open: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the book with interactive exercises (the default)
    Serve(ServeArgs),

    /// Work without a browser: run the current exercise after each save
    Watch {
        /// The exercise to start with, or a chapter such as `02`. Without it, the first unsolved one
        id: Option<String>,
    },

    /// List the exercises and your progress
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },

    /// Run the tests of some exercises, or of all of them
    Check {
        /// Ids of exercises, or a chapter such as `02`
        ids: Vec<String>,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
        /// The time limit for the tests of one exercise, in seconds: 10, or more if the exercise says so
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
        time_limit: Option<u64>,
        /// For teachers: run our own tests against a copy of `src/`, and record nothing
        #[arg(long)]
        grade: bool,
    },

    /// Show the next of an exercise's three hints
    Hint {
        /// The exercise
        id: String,
        /// Which hint: 1, 2 or 3
        #[arg(value_parser = clap::value_parser!(u8).range(1..=3), conflicts_with = "all")]
        number: Option<u8>,
        /// Show all hints
        #[arg(long)]
        all: bool,
    },

    /// Reset exercises or one file to their start, and keep your versions as copies
    #[command(group = ArgGroup::new("what").args(["ids", "file"]).required(true))]
    Reset {
        /// The exercises
        #[arg(value_name = "ID")]
        ids: Vec<String>,
        /// Only this file, such as a manifest: as cargo names it, or as this tool does
        #[arg(long, value_name = "PATH")]
        file: Option<PathBuf>,
    },

    /// Put our solution of a module of your runtime in place. Your version is kept
    Fill {
        /// The exercises
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },

    /// Run the meter server on your runtime
    #[command(disable_help_flag = true)]
    Meters {
        /// Arguments for the server
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },

    /// Compare your solution with ours, after your tests pass
    Diff {
        /// The exercise
        id: String,
        /// Compare even if the exercise is not solved
        #[arg(long)]
        anyway: bool,
        /// Show instead what an update of the course changed in the exercise after you began it
        #[arg(long, conflicts_with = "anyway")]
        skeleton: bool,
    },

    /// For maintainers: generate the skeletons from the solutions
    Gen {
        /// Write nothing, and fail if something would change
        #[arg(long)]
        check: bool,
    },

    /// For maintainers: check what the pages claim
    Verify {
        /// Chapters such as `02`. Without one, all chapters
        chapters: Vec<String>,
    },

    /// For maintainers: build the book for the web, without a server
    Site {
        /// The folder. Its old content is deleted
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },

    /// The preprocessor for mdBook. Only mdBook calls it
    #[command(hide = true)]
    Preprocess {
        /// mdBook's arguments: `supports <renderer>`, or nothing for a book on stdin
        args: Vec<String>,
    },
}

/// Parses the arguments, runs the command, and prints an error.
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
        Command::Serve(ServeArgs { port, no_open }) => {
            commands::serve::run(&layout, port, !no_open)
        }
        Command::Site { out } => commands::site::run(&layout, out),
        Command::Preprocess { args } => commands::preprocess::run(&layout, &args),
        Command::List { json } => commands::list::run(&layout, json),
        Command::Check {
            ids,
            json,
            time_limit: seconds,
            grade,
        } => {
            let how = How {
                json,
                grade,
                seconds,
            };
            commands::check::run(&layout, &ids, how)
        }
        Command::Hint { id, number, all } => commands::hint::run(&layout, &id, which(number, all)),
        Command::Reset {
            file: Some(file), ..
        } => commands::reset::file(&layout, &start, &file),
        Command::Reset { ids, file: None } => commands::reset::run(&layout, &ids),
        Command::Fill { ids } => commands::fill::run(&layout, &ids),
        Command::Meters { args } => commands::meters::run(&layout, &args),
        Command::Diff {
            id, skeleton: true, ..
        } => commands::diff::of_the_course(&layout, &id),
        Command::Diff { id, anyway, .. } => commands::diff::run(&layout, &id, anyway),
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
