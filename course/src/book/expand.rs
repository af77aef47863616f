//! One page: every directive and fence of ours replaced, every use noted in the page's facts.
//!
//! A fault does not stop the page: the rest is expanded all the same, so that an author sees all
//! that is wrong at once.

use super::{
    facts::{FailUse, Named, OutputUse, PageFacts, PredictionUse, RunUse, SourceUse, TestName, WidgetUse},
    figures, inline, output::Output, predict,
    problem::{Fault, Problem},
    scan::{Piece, pieces},
    site::{Panel, Site},
    source, steps,
};

/// A page as mdBook gets it.
#[derive(Debug)]
pub struct Expanded {
    /// Its Markdown.
    pub markdown: String,
    /// What it draws on and claims.
    pub facts: PageFacts,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Expands `text`, the page `name` (relative to `book/src`).
pub fn page(site: &Site, name: &str, text: &str) -> Expanded {
    let facts = PageFacts { page: name.into(), chapter: site.chapter_of(name), ..PageFacts::default() };
    let to_root = "../".repeat(name.matches('/').count());
    let mut page = Page { site, to_root, facts, markdown: String::with_capacity(text.len() * 2), linked: Vec::new() };
    let mut problems = Vec::new();
    let mut after_run = false;
    for piece in pieces(text) {
        let outcome = page.piece(&piece, after_run);
        if let Err((line, fault)) = outcome {
            problems.push(Problem { page: name.into(), line, fault });
        }
        // Blank lines may stand between a program and what it prints.
        let blank = matches!(piece, Piece::Prose { text, .. } if text.trim().is_empty());
        after_run = matches!(&piece, Piece::Fence { info, .. } if has(info, "run")) || (after_run && blank);
    }
    problems.extend(page.append_tests());
    Expanded { markdown: page.markdown, facts: page.facts, problems }
}

struct Page<'a> {
    site: &'a Site,
    to_root: String,
    facts: PageFacts,
    markdown: String,
    /// Tests that predictions link to, with the line they stand on.
    linked: Vec<(usize, TestName)>,
}

type Outcome = Result<(), (usize, Fault)>;

impl Page<'_> {
    fn piece(&mut self, piece: &Piece<'_>, after_run: bool) -> Outcome {
        match *piece {
            Piece::Prose { line, text } => {
                let prose = inline::expand(text, line, &self.to_root, &mut self.facts)?;
                self.markdown.push_str(&prose);
                Ok(())
            }
            Piece::Directive { line, name, arguments } => {
                let html = match name {
                    "source" => self.source(line, arguments),
                    "output" => self.output(line, arguments),
                    "exercise" => self.exercise(line, arguments),
                    "widget" => self.widget(line, arguments),
                    _ => Err(Fault::UnknownDirective(name.into())),
                };
                self.block(&html.map_err(|fault| (line, fault))?);
                Ok(())
            }
            Piece::Fence { line, info, body, whole } => {
                let html = self.fence(line, info, body, whole, after_run).map_err(|fault| (line, fault))?;
                match html {
                    Some(html) => self.block(&html),
                    None => self.markdown.push_str(whole),
                }
                Ok(())
            }
        }
    }

    /// HTML that stands by itself: Markdown needs a blank line on both sides of it.
    fn block(&mut self, html: &str) {
        if !self.markdown.ends_with("\n\n") && !self.markdown.is_empty() {
            self.markdown.push('\n');
        }
        self.markdown.push_str(html);
        self.markdown.push('\n');
    }

    fn source(&mut self, line: usize, arguments: &str) -> Result<String, Fault> {
        let (path, anchor) = match arguments.split_once(':') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (arguments, None),
        };
        let shown = source::excerpt(path, &self.site.read(path)?, anchor)?;
        let anchor = anchor.map(str::to_owned);
        let usage = SourceUse { line, path: path.into(), anchor, first: shown.first, last: shown.last };
        let html = figures::source(&usage, &shown.text);
        self.facts.sources.push(usage);
        Ok(html)
    }

    fn output(&mut self, line: usize, path: &str) -> Result<String, Fault> {
        let file = self.site.read(path)?;
        let Output { command, varies, text, exit } =
            Output::parse(&file).ok_or_else(|| Fault::NoCommand { path: path.into() })?;
        let usage = OutputUse { line, path: path.into(), command: command.into(), varies, text: text.into(), exit };
        let html = figures::output(&usage);
        self.facts.outputs.push(usage);
        Ok(html)
    }

    fn exercise(&mut self, line: usize, id: &str) -> Result<String, Fault> {
        let html = panel(id, self.site.exercise(id)?);
        self.facts.exercises.push(Named { line, id: id.into() });
        Ok(html)
    }

    fn widget(&mut self, line: usize, arguments: &str) -> Result<String, Fault> {
        let mut words = arguments.split_whitespace();
        let (Some(widget), Some(trace), None) = (words.next(), words.next(), words.next()) else {
            return Err(Fault::BadWidget(arguments.into()));
        };
        let path = format!("book/{trace}");
        let json = self.site.read(&path)?;
        let details = steps::details(&json).map_err(|why| Fault::BadTrace { path, why })?;
        self.facts.widgets.push(WidgetUse { line, widget: widget.into(), trace: trace.into() });
        Ok(format!(
            "<section class=\"widget\" data-widget=\"{}\" data-trace=\"{}\">\n{details}</section>\n",
            figures::attribute(widget),
            figures::attribute(trace)
        ))
    }

    /// A fence of ours as HTML; `None` if it is an ordinary one.
    fn fence(&mut self, line: usize, info: &str, body: &str, whole: &str, after_run: bool) -> Result<Option<String>, Fault> {
        if info == "predict" {
            let prediction = predict::read(body, figures::test_link).map_err(Fault::BadPrediction)?;
            self.linked.push((line, prediction.checked_by.clone()));
            self.facts.predictions.push(PredictionUse { line, id: prediction.id, checked_by: prediction.checked_by });
            return Ok(Some(prediction.html));
        }
        if info == "output" {
            let run = self.facts.runs.last_mut().filter(|_| after_run).ok_or(Fault::StrayOutput)?;
            run.prints = Some(body.into());
            return Ok(Some(figures::printed(body)));
        }
        if !has(info, "rust") {
            return Ok(None);
        }
        if has(info, "run") {
            let chapter = self.facts.chapter.as_deref();
            let chapter = chapter.ok_or_else(|| Fault::NoChapter(self.facts.page.clone()))?;
            let html = figures::runnable(chapter, whole);
            self.facts.runs.push(RunUse { line, code: program(body), prints: None });
            return Ok(Some(html));
        }
        if has(info, "compile_fail") {
            let error = words(info).find(|word| is_error_code(word)).map(str::to_owned);
            let html = figures::fails(error.as_deref(), whole);
            self.facts.fails.push(FailUse { line, code: program(body), error });
            return Ok(Some(html));
        }
        Ok(None)
    }

    /// The tests that the page names, each once, folded at its foot.
    fn append_tests(&mut self) -> Vec<Problem> {
        let named = self.facts.tests.iter().map(|t| (t.line, t.test.clone()));
        let mut tests: Vec<_> = named.chain(self.linked.drain(..)).collect();
        tests.sort_by(|a, b| a.1.cmp(&b.1));
        tests.dedup_by(|a, b| a.1 == b.1);
        let mut html = String::new();
        let mut problems = Vec::new();
        for (line, test) in tests {
            let text = self.site.read(&test.path);
            match text.and_then(|text| source::test(&test.path, &text, &test.name)) {
                Ok(shown) => html += &figures::test_source(&test, shown.first, shown.last, &shown.text),
                Err(fault) => problems.push(Problem { page: self.facts.page.clone(), line, fault }),
            }
        }
        if !html.is_empty() {
            self.block(&format!("\n<section class=\"tests\">\n<h2>The tests this page names</h2>\n\n{html}\n</section>\n"));
        }
        problems
    }
}

fn words(info: &str) -> impl Iterator<Item = &str> {
    info.split([',', ' ', '\t']).filter(|word| !word.is_empty())
}

fn has(info: &str, word: &str) -> bool {
    words(info).any(|w| w == word)
}

fn is_error_code(word: &str) -> bool {
    word.strip_prefix('E').is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The program that a block stands for: rustdoc's `# hidden` lines show their code.
fn program(body: &str) -> String {
    let lines = body.lines().map(|line| {
        let bare = line.trim_start();
        match bare.strip_prefix("# ").or_else(|| (bare == "#").then_some("")) {
            Some(hidden) => hidden.to_owned(),
            None => line.to_owned(),
        }
    });
    lines.map(|line| line + "\n").collect()
}

fn panel(id: &str, exercise: &Panel) -> String {
    let Panel { title, kind, minutes, file, test, summary } = exercise;
    let [title, kind, file, test] = [title, kind, file, test].map(|text| figures::attribute(text));
    let id = figures::attribute(id);
    format!(
        "<section class=\"exercise\" id=\"exercise-{}\" data-id=\"{id}\" data-file=\"{file}\" data-test=\"{test}\" \
         data-kind=\"{kind}\" data-minutes=\"{minutes}\">\n<h4>{title}</h4>\n\n{}\n\n\
         <p class=\"static\">To do this exercise, run <code>cargo course</code> in the repository and open this page \
         there; or edit <code>{file}</code> and run <code>cargo course check {id}</code>.</p>\n</section>\n",
        id.replace('/', "-"),
        summary.trim()
    )
}
