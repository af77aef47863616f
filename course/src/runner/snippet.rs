//! Builds a block of a page against its chapter's crate, for ▶ and for the verifier.

use std::fs;
use std::path::PathBuf;

use super::{Limits, RunError, built, cargo};
use crate::catalog::{Chapter, Layout};
use crate::files::FileError;

/// The name of the block in messages of the compiler and of panics.
const FILE: &str = "block.rs";

/// The result of compiling a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The program, if it compiled.
    pub program: Option<PathBuf>,
    /// The compiler's text for people, without colours.
    pub diagnostics: String,
    /// The codes of the errors: `E0499`.
    pub codes: Vec<String>,
}

/// Compiles `code` against the chapter's crate. If it has no `fn main`, we wrap it in one.
///
/// `slot` is a short lower-case name (`run`, `verify`) for the build directory. Two builds at the
/// same time need two slots. Drop the future to cancel.
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
    // Use the versions that the root chose. Cargo removes the entries it does not need.
    let _ = fs::copy(layout.root().join("Cargo.lock"), dir.join("Cargo.lock"));

    let call = cargo::Call {
        args: &["build", "--message-format=json"],
        dir: &dir,
        target: &blocks.join("target"),
        env: &[],
        time: limits.build_time,
    };
    let report = built::build_in(layout, &blocks, &dir, &name, &call)
        .await?
        .report;
    let (program, diagnostics) = report.program(&name, &name);
    let errors = report.messages.iter().filter(|message| message.is_error());
    let codes = errors
        .filter_map(|message| message.code().map(str::to_owned))
        .collect();
    Ok(Built {
        program,
        diagnostics,
        codes,
    })
}

/// A package outside every workspace. Literal strings keep quotes and backslashes in paths intact.
fn manifest(layout: &Layout, chapter: &Chapter, name: &str) -> String {
    let path = toml::Value::String(layout.chapters().join(&chapter.dir).display().to_string());
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\
         autobins = false\n\n[[bin]]\nname = \"{name}\"\npath = \"{FILE}\"\n\n[workspace]\n\n\
         [dependencies]\n{} = {{ path = {path} }}\n\n[lints.rust]\nunused = \"allow\"\n",
        chapter.package
    )
}

/// Whether a block is a whole program.
pub(crate) fn has_main(code: &str) -> bool {
    let is_main = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("fn main")
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '<']))
    };
    code.lines().any(is_main)
}

fn program(code: &str) -> String {
    if has_main(code) {
        code.to_owned()
    } else {
        // The code starts on the first line, so the compiler's line numbers match those of the
        // reader.
        format!("fn main() {{ {code}\n}}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn a_block_is_wrapped_only_if_it_has_no_main() {
        assert_eq!(program("let a = 1;"), "fn main() { let a = 1;\n}\n");
        assert_eq!(program("  fn main() {}"), "  fn main() {}");
        assert_eq!(program("fn main () {}"), "fn main () {}");
        assert_eq!(program("fn mainly() {}"), "fn main() { fn mainly() {}\n}\n");
    }
}
