//! The reader's own runtime: one package, of which each *build* exercise is a module.

/// The reader's runtime as `solutions/my-runtime/exercises.toml` states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// The package that the reader edits: `my-runtime`.
    pub package: String,
    /// All its modules, in the order of the book. Some come with later chapters.
    pub modules: Vec<String>,
    /// Programs on top of it: `meters`.
    pub programs: Vec<Program>,
}

/// A program in `src/bin/`, which is no exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The name that cargo knows: `meters`.
    pub name: String,
    /// The exercises whose modules it needs.
    pub uses: Vec<String>,
    /// What the runtime can do when it runs this program: `serve meters over TCP`.
    pub can: Option<String>,
}

impl Runtime {
    /// The folder's name under `solutions/`, `exercises/` and `work/`.
    pub const FOLDER: &str = "my-runtime";
}
