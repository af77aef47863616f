//! A block of code from a page, built against its chapter's crate: what ▶ runs and the verifier checks.

use std::fs;
use std::path::PathBuf;

use super::{Limits, RunError, cargo};
use crate::catalog::{Chapter, Layout};
use crate::files::FileError;

/// What the compiler and panics call the block.
const FILE: &str = "block.rs";

/// A block that was given to the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The program, if it compiled.
    pub program: Option<PathBuf>,
    /// What the compiler said, rendered for people, without colours.
    pub diagnostics: String,
    /// The codes of its errors: `E0499`.
    pub codes: Vec<String>,
}

/// Compiles `code` against the chapter's crate; without an `fn main` it is wrapped in one.
///
/// `slot` (a short name in lower case: `run`, `verify`) names the directory it
/// is built in; two at once need two slots. Drop the future to cancel.
pub async fn build(
    layout: &Layout,
    chapter: &Chapter,
    slot: &str,
    code: &str,
    limits: &Limits,
) -> Result<Built, RunError> {
    let blocks = layout.work().join("blocks");
    let dir = blocks.join(format!("{}-{slot}", chapter.dir));
    let name = format!("block-{slot}-{}", chapter.package);
    let write = |file: &str, text: &str| {
        let path = dir.join(file);
        fs::write(&path, text).map_err(FileError::new("write", path))
    };
    fs::create_dir_all(&dir).map_err(FileError::new("create", &dir))?;
    write("Cargo.toml", &manifest(layout, chapter, &name))?;
    write(FILE, &program(code))?;
    // The versions that the root has chosen; cargo drops what is not needed.
    let _ = fs::copy(layout.root().join("Cargo.lock"), dir.join("Cargo.lock"));

    let report = cargo::run(&cargo::Call {
        args: &["build", "--message-format=json"],
        dir: &dir,
        target: &blocks.join("target"),
        env: &[],
        time: limits.build_time,
    })
    .await?;
    let mut diagnostics = report.rendered(&name);
    if !report.success && diagnostics.is_empty() {
        diagnostics = if report.timed_out {
            "the compiler took too long: stopped".into()
        } else {
            report.complaint()
        };
    }
    let errors = report.messages.iter().filter(|message| message.is_error());
    let codes = errors
        .filter_map(|message| message.code().map(str::to_owned))
        .collect();
    let program = report
        .executables
        .into_iter()
        .find(|(target, _)| *target == name)
        .map(|(_, path)| path);
    Ok(Built {
        program: program.filter(|_| report.success),
        diagnostics,
        codes,
    })
}

/// A package outside every workspace; the literal strings keep a path with quotes or backslashes whole.
fn manifest(layout: &Layout, chapter: &Chapter, name: &str) -> String {
    let path = toml::Value::String(layout.chapters().join(&chapter.dir).display().to_string());
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\
         autobins = false\n\n[[bin]]\nname = \"{name}\"\npath = \"{FILE}\"\n\n[workspace]\n\n\
         [dependencies]\n{} = {{ path = {path} }}\n\n[lints.rust]\nunused = \"allow\"\n",
        chapter.package
    )
}

fn program(code: &str) -> String {
    let is_main = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("fn main")
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '<']))
    };
    if code.lines().any(is_main) {
        code.to_owned()
    } else {
        // On the block's own first line: an error's line is the one that the reader counts.
        format!("fn main() {{ {code}\n}}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn only_a_block_without_main_is_wrapped() {
        assert_eq!(program("let a = 1;"), "fn main() { let a = 1;\n}\n");
        assert_eq!(program("  fn main() {}"), "  fn main() {}");
        assert_eq!(program("fn main () {}"), "fn main () {}");
        assert_eq!(program("fn mainly() {}"), "fn main() { fn mainly() {}\n}\n");
    }
}
