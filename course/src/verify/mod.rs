//! Checks for each chapter what its page and its exercises claim.
//!
//! [`PageFacts`] contains the claims of the page, and the [`catalog`](crate::catalog) those of the
//! exercises. Each step below checks one kind of claim. It returns what it checked, what is wrong,
//! and what this machine could not check.
//!
//! | step | checks |
//! |---|---|
//! | `generated` | `exercises/` matches the solutions |
//! | `exercises` | skeletons compile without warnings and fail by named tests, and solutions pass |
//! | `mutants` | every plausible wrong answer compiles, and the test that it names catches it |
//! | `page` | the page shows every line of the crate, tests exist, and invariants name their tests
//! |
//! | `rerun` | recorded outputs and traces are what their commands print today |
//! | `blocks` | blocks run and print the output on the page, or fail with the error on the page |
//! | `playground` | the same blocks, each as one file, do the same with the packages of the Rust playground |
//! | `words` | a page links every term of the glossary |
//! | `links` | the links and anchors of the built book work |
//! | `packages` | the chapters use every package that the book promises to show |

mod blocks;
mod exercises;
mod generated;
mod links;
mod mutants;
mod packages;
mod page;
mod playground;
mod report;
mod rerun;
mod words;
mod workshop;

pub use report::{Finding, Found, Observer, Summary, VerifyError};

use std::future::Future;
use std::time::Instant;

use crate::book::{self, PageFacts};
use crate::catalog::{Catalog, Chapter, Layout};
use workshop::Workshop;

/// Verifies these chapters, and the links, terms and packages of the whole book. Needs a `wakeful` runtime.
pub async fn run(
    layout: &Layout,
    catalog: &Catalog,
    chapters: &[&Chapter],
    observer: &mut dyn Observer,
) -> Result<Summary, VerifyError> {
    let workshop = Workshop::set_up(layout, catalog)?;
    let mut run = Run {
        observer,
        summary: Summary::default(),
    };
    for chapter in chapters {
        run.observer.begin(&chapter.dir);
        run.chapter(layout, catalog, chapter, &workshop).await;
    }
    run.observer.begin("book");
    run.step("book", "links and anchors work", async {
        links::prove(layout, &workshop)
    })
    .await;
    run.step("book", "the glossary's terms are linked", async {
        words::linked(layout)
    })
    .await;
    run.step("book", "the chapters use the packages", async {
        packages::used(layout, catalog)
    })
    .await;
    Ok(run.summary)
}

struct Run<'a> {
    observer: &'a mut dyn Observer,
    summary: Summary,
}

impl Run<'_> {
    async fn chapter(
        &mut self,
        layout: &Layout,
        catalog: &Catalog,
        chapter: &Chapter,
        workshop: &Workshop,
    ) {
        let dir = &*chapter.dir;
        let generated = async { generated::prove(layout, catalog, chapter) };
        self.step(dir, "skeletons match the solutions", generated)
            .await;
        self.step(
            dir,
            "skeletons fail by named tests",
            exercises::skeletons(workshop, chapter),
        )
        .await;
        self.step(
            dir,
            "solutions pass without a warning",
            exercises::solutions(workshop, chapter),
        )
        .await;
        self.step(
            dir,
            "tests catch the mutants",
            mutants::prove(layout, workshop, chapter),
        )
        .await;

        let mut facts = PageFacts::default();
        let read = async {
            facts = book::facts(layout, &layout.page(dir))?;
            Ok(Found::proved(format!("{} sources", facts.sources.len())))
        };
        if !self.step(dir, "page can be read", read).await {
            return;
        }
        let covered = async { page::covered(layout, chapter, &facts) };
        self.step(dir, "the page shows every line", covered).await;
        let stated = async { page::stated(layout, chapter, &facts) };
        self.step(dir, "exercises and tests exist", stated).await;
        let promised = async { Ok(page::promised(&facts)) };
        self.step(dir, "invariants name their tests", promised)
            .await;
        self.step(
            dir,
            "outputs are what commands print",
            rerun::outputs(layout, &facts),
        )
        .await;
        self.step(
            dir,
            "traces are what commands print",
            rerun::traces(layout, &facts),
        )
        .await;
        self.step(
            dir,
            "blocks run as shown",
            blocks::run(layout, chapter, &facts),
        )
        .await;
        self.step(
            dir,
            "blocks fail as shown",
            blocks::failing(layout, chapter, &facts),
        )
        .await;
        self.step(
            dir,
            "blocks run as one file",
            playground::run(layout, chapter, &facts),
        )
        .await;
    }

    /// Runs one step and reports it. An error that stopped the step counts as a finding.
    async fn step(
        &mut self,
        subject: &str,
        name: &str,
        prove: impl Future<Output = Result<Found, VerifyError>>,
    ) -> bool {
        self.observer.step(name);
        let started = Instant::now();
        let mut found = prove
            .await
            .unwrap_or_else(|error| Found::failed(report::chain(&error), "fix this error first"));
        for finding in &mut found.findings {
            subject.clone_into(&mut finding.subject);
            name.clone_into(&mut finding.step);
        }
        self.observer.done(&found, started.elapsed());
        self.summary.steps += 1;
        let fine = found.findings.is_empty();
        self.summary.findings.append(&mut found.findings);
        self.summary.skipped.append(&mut found.skipped);
        fine
    }
}
