//! Brings `work/` up to date, for every command and for the server.

use super::Progress;
use crate::catalog::{Catalog, Layout};
use crate::work::{self, Report, Stopped, WorkError};

/// The result of [`update_work`].
#[derive(Debug)]
pub struct Updated {
    /// The changes.
    pub report: Report,
    /// The text for the reader, if something has to be said.
    pub told: Option<String>,
    /// Why the update stopped, if it did. Files that were brought up to date before stay.
    pub failed: Option<WorkError>,
}

/// Brings `work/` up to date, and keeps the news for every other `cargo course`.
pub fn update_work(layout: &Layout, catalog: &Catalog, progress: &Progress) -> Updated {
    let (report, failed) = Stopped::split(work::update(layout, catalog));
    let report = report.with_progress(|id| progress.lost(id));
    let told = report.told(layout);
    if let Some(told) = told.as_ref().filter(|_| !report.is_greeting()) {
        // The caller tells the reader too, so a full disk hides nothing.
        let _ = work::keep_news(layout, told);
    }
    Updated {
        report,
        told,
        failed,
    }
}
