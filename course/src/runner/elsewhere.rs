//! Warnings about the files of other exercises.

use std::path::Path;

use super::report::{CompilerMessage, Report};
use crate::catalog::{Catalog, Exercise, Layout};

/// Removes the warnings about files of other exercises. All exercises of a chapter share one crate, so the
/// compiler warns about all of them. Errors stay, because they stop the build.
pub(super) fn silence(layout: &Layout, exercise: &Exercise, report: &mut Report) {
    if report.messages.iter().all(CompilerMessage::is_error) {
        return;
    }
    let Ok(catalog) = Catalog::load(layout) else {
        return;
    };
    let others: Vec<&Path> = catalog
        .in_folder(&exercise.folder)
        .filter(|other| other.id != exercise.id && other.file != exercise.file)
        .map(|other| &*other.file)
        .collect();
    let is_other = |file: &str| others.iter().any(|other| Path::new(file).ends_with(other));
    report.messages.retain(|message| {
        let mut files = message.files().peekable();
        message.is_error() || files.peek().is_none() || !files.all(is_other)
    });
}
