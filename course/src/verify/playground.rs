//! Compiles and runs the files that the published book offers for the Rust playground, and compares their output
//! with the page.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use super::blocks;
use super::report::{Found, VerifyError, count, start_of};
use super::rerun::differs;
use crate::book::playground::{self, Module, NoFile, OFFERED};
use crate::book::{PageFacts, RunBlock};
use crate::catalog::{Chapter, Layout};
use crate::files::{self, FileError};
use crate::runner::child::Ended;
use crate::runner::{Limits, cargo};

/// Every block of the page, as one file with its chapter's crates, compiles and prints what the page shows. The
/// build knows only the packages that the playground offers.
pub(super) async fn run(
    layout: &Layout,
    chapter: &Chapter,
    facts: &PageFacts,
) -> Result<Found, VerifyError> {
    let modules = match playground::modules(layout, &chapter.dir) {
        Ok(modules) => modules,
        Err(why @ NoFile::NotOffered(_)) => return Ok(Found::proved(why.to_string())),
        Err(why) => {
            return Ok(Found::failed(
                why.to_string(),
                "change the crate so that it can be one file",
            ));
        }
    };
    if facts.runs.is_empty() {
        return Ok(Found::proved(count(0, "file")));
    }
    let package = layout
        .work()
        .join("blocks")
        .join(format!("{}-playground", chapter.dir));
    let names = write(layout, &package, chapter, facts, &modules)?;
    let report = cargo::run(&cargo::Call {
        args: &["build", "--keep-going", "--message-format=json"],
        dir: &package,
        target: &layout.work().join("blocks").join("target"),
        env: &[],
        time: Limits::default().build_time * 10,
    })
    .await?;
    let mut found = Found::proved(count(facts.runs.len(), "file"));
    if !report.success {
        let (_, why) = report.program(&chapter.package, "");
        let what = format!(
            "{}: a block does not compile as one file\n{}",
            facts.page,
            start_of(&why, 30)
        );
        found.add(
            what,
            "write the block or the crate so that `mod` can hold it",
        );
        return Ok(found);
    }
    for (name, block) in names.iter().zip(&facts.runs) {
        let program = report.executables.iter().find(|(built, _)| built == name);
        if let Some((_, program)) = program {
            compare(layout, program, name, block, facts, &mut found).await?;
        }
    }
    Ok(found)
}

async fn compare(
    layout: &Layout,
    program: &Path,
    name: &str,
    block: &RunBlock,
    facts: &PageFacts,
    found: &mut Found,
) -> Result<(), VerifyError> {
    let (printed, ended) = blocks::printed(layout, program).await?;
    let place = format!("{}:{}", facts.page, block.line);
    // The names of types start with that of the program.
    let printed = printed.replace(&format!("{name}::"), "");
    let difference = block
        .output
        .as_ref()
        .and_then(|output| differs(output, &printed, false));
    let wrong = match (difference, ended) {
        (Some(difference), _) => difference,
        (None, Ended::Exited(status)) if status.success() || block.output.is_some() => {
            return Ok(());
        }
        (None, ended) => format!("{ended:?}\n{}", start_of(&printed, 20)),
    };
    found.add(
        format!("{place}: as one file, the block does something else\n{wrong}"),
        "write the block so that it does not depend on its place",
    );
    Ok(())
}

/// Writes a package with one program for each block. Returns the names of the programs.
fn write(
    layout: &Layout,
    package: &Path,
    chapter: &Chapter,
    facts: &PageFacts,
    modules: &[Module],
) -> Result<Vec<String>, VerifyError> {
    let programs = package.join("src").join("bin");
    if programs.exists() {
        fs::remove_dir_all(&programs).map_err(FileError::new("remove", &programs))?;
    }
    fs::create_dir_all(&programs).map_err(FileError::new("create", &programs))?;
    let mut names = Vec::new();
    for block in &facts.runs {
        let name = format!("block_{}_{}", chapter.package.replace('-', "_"), block.line);
        let text = playground::file(&playground::program(&block.code), modules);
        let path = programs.join(format!("{name}.rs"));
        fs::write(&path, text).map_err(FileError::new("write", &path))?;
        names.push(name);
    }
    let path = package.join("Cargo.toml");
    fs::write(&path, manifest(layout, chapter)?).map_err(FileError::new("write", &path))?;
    // Use the versions that the root chose. Cargo removes the entries it does not need.
    let _ = fs::copy(layout.root().join("Cargo.lock"), package.join("Cargo.lock"));
    Ok(names)
}

/// A package that depends on what the playground offers, and on nothing else.
fn manifest(layout: &Layout, chapter: &Chapter) -> Result<String, VerifyError> {
    let root: Table = files::read(&layout.root().join("Cargo.toml"))?
        .parse()
        .unwrap_or_default();
    let known = root
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(Value::as_table);
    let offered = OFFERED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), known?.get(*name)?.clone())));
    let dependencies = Value::Table(offered.collect());
    let mut manifest: Table = Table::new();
    let package = [
        (
            "name",
            Value::from(format!("playground-{}", chapter.package)),
        ),
        ("version", "0.0.0".into()),
        ("edition", "2024".into()),
        ("publish", false.into()),
    ];
    let package = package.map(|(name, value)| (name.to_owned(), value));
    manifest.insert(
        "package".into(),
        Value::Table(package.into_iter().collect()),
    );
    manifest.insert("workspace".into(), Value::Table(Table::new()));
    manifest.insert("dependencies".into(), dependencies);
    Ok(manifest.to_string())
}
