//! Expands one page: replaces its directives and our kinds of fences, and records their uses.
//!
//! An error does not stop the expansion, so an author sees all the errors of a page at once.

use super::{
    claims::{FailingBlock, OutputUse, PageFacts, RunBlock, SourceUse, TestRef, WidgetUse},
    compare::{self, Side},
    figures,
    inline::{self, Links},
    invariants,
    output::Output,
    overview,
    playground::{self, NoFile},
    predict,
    problem::{Fault, Problem},
    scan::{Piece, pieces},
    site::{Face, Site},
    source::{self, Excerpt},
    steps,
};

/// A page after its expansion, for mdBook.
#[derive(Debug)]
pub struct Expanded {
    /// The expanded Markdown.
    pub markdown: String,
    /// What the page shows and claims.
    pub facts: PageFacts,
    /// The errors that we found.
    pub problems: Vec<Problem>,
}

/// Expands `text`, the text of the page `name` (a path below `book/src`).
pub fn page(site: &Site, name: &str, text: &str) -> Expanded {
    let facts = PageFacts {
        page: format!("book/src/{name}"),
        invariants: invariants::read(text),
        ..PageFacts::default()
    };
    let to_root = "../".repeat(name.matches('/').count());
    let chapter = site.chapter_of(name);
    let mut page = Page {
        site,
        name: name.to_owned(),
        chapter,
        to_root,
        facts,
        markdown: String::with_capacity(text.len() * 2),
    };
    let mut problems = Vec::new();
    let mut after_run = false;
    for piece in pieces(text) {
        let outcome = page.piece(&piece, after_run);
        if let Err((line, fault)) = outcome {
            problems.push(Problem {
                page: page.facts.page.clone(),
                line,
                fault,
            });
        }
        // Blank lines may stand between a program and its output.
        let blank = matches!(piece, Piece::Prose { text, .. } if text.trim().is_empty());
        after_run =
            matches!(&piece, Piece::Fence { info, .. } if has(info, "run")) || (after_run && blank);
    }
    problems.extend(page.append_tests());
    Expanded {
        markdown: page.markdown,
        facts: page.facts,
        problems,
    }
}

struct Page<'a> {
    site: &'a Site,
    /// Its path below `book/src`.
    name: String,
    chapter: Option<String>,
    to_root: String,
    facts: PageFacts,
    markdown: String,
}

type Outcome = Result<(), (usize, Fault)>;

impl Page<'_> {
    fn piece(&mut self, piece: &Piece<'_>, after_run: bool) -> Outcome {
        match *piece {
            Piece::Prose { line, text } => {
                let links = Links {
                    to_root: &self.to_root,
                    tests_on: "",
                    glossary: self.site.glossary(),
                };
                let prose = inline::expand(text, line, &links, &mut self.facts)?;
                self.markdown.push_str(&prose);
                Ok(())
            }
            Piece::Directive {
                line,
                name,
                arguments,
            } => {
                let html = match name {
                    "source" => self.source(line, arguments),
                    "diff" => self.diff(line, arguments),
                    "output" => self.output(line, arguments),
                    "exercise" => self.exercise(line, arguments),
                    "widget" => self.widget(line, arguments),
                    "invariants" => invariants::index(self.site, &self.to_root),
                    "exercises" => Ok(overview::exercises(self.site, &self.name, &self.to_root)),
                    "runtime" => Ok(overview::runtime(self.site, &self.to_root)),
                    _ => Err(Fault::UnknownDirective(name.into())),
                };
                self.block(&html.map_err(|fault| (line, fault))?);
                Ok(())
            }
            Piece::Fence {
                line,
                info,
                body,
                whole,
            } => {
                let html = self
                    .fence(line, info, body, whole, after_run)
                    .map_err(|fault| (line, fault))?;
                match html {
                    Some(html) => self.block(&html),
                    None => self.markdown.push_str(whole),
                }
                Ok(())
            }
        }
    }

    /// Adds a block of HTML. Markdown needs a blank line before and after it.
    fn block(&mut self, html: &str) {
        if !self.markdown.ends_with("\n\n") && !self.markdown.is_empty() {
            self.markdown.push('\n');
        }
        self.markdown.push_str(html);
        self.markdown.push('\n');
    }

    fn source(&mut self, line: usize, arguments: &str) -> Result<String, Fault> {
        let (path, shown) = self.excerpt(line, arguments)?;
        Ok(figures::source(path, &shown))
    }

    fn diff(&mut self, line: usize, arguments: &str) -> Result<String, Fault> {
        let mut words = arguments.split_whitespace();
        let (Some(old), Some(new), None) = (words.next(), words.next(), words.next()) else {
            return Err(Fault::BadComparison(arguments.into()));
        };
        let (before, after) = (self.excerpt(line, old)?, self.excerpt(line, new)?);
        let side = |(path, shown)| Side { path, shown };
        compare::figure(&side((before.0, &before.1)), &side((after.0, &after.1)))
            .ok_or_else(|| Fault::Same(old.into(), new.into()))
    }

    /// Reads `path:anchor` or a whole file, and records that the page shows it.
    fn excerpt<'p>(&mut self, line: usize, piece: &'p str) -> Result<(&'p str, Excerpt), Fault> {
        let (path, anchor) = match piece.split_once(':') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (piece, None),
        };
        let shown = source::excerpt(path, &self.site.read(path)?, anchor)?;
        let uses = shown.runs.iter().map(|lines| SourceUse {
            path: path.into(),
            lines: lines.clone(),
            line,
        });
        self.facts.sources.extend(uses);
        Ok((path, shown))
    }

    fn output(&mut self, line: usize, path: &str) -> Result<String, Fault> {
        let file = self.site.read(path)?;
        let output = Output::parse(&file).ok_or_else(|| Fault::NoCommand { path: path.into() })?;
        self.facts.outputs.push(OutputUse {
            path: path.into(),
            line,
        });
        Ok(figures::output(&output))
    }

    fn exercise(&mut self, line: usize, id: &str) -> Result<String, Fault> {
        let exercise = self.site.exercise(id)?;
        let layout = self.site.layout();
        let file = layout.show(&exercise.path(layout));
        let test = layout.show(&exercise.dir(layout).join(&exercise.test));
        self.facts.exercises.push((id.into(), line));
        Ok(figures::panel(exercise, &file, &test))
    }

    fn widget(&mut self, line: usize, arguments: &str) -> Result<String, Fault> {
        let mut words = arguments.split_whitespace();
        let (Some(widget), Some(trace), None) = (words.next(), words.next(), words.next()) else {
            return Err(Fault::BadWidget(arguments.into()));
        };
        let path = format!("book/{trace}");
        let json = self.site.read(&path)?;
        let bad = |why| Fault::BadTrace {
            path: path.clone(),
            why,
        };
        let details = steps::details(&json).map_err(bad)?;
        let parsed = serde_json::from_str(&json).map_err(|error| bad(error.to_string()))?;
        self.facts.widgets.push(WidgetUse {
            widget: widget.into(),
            trace: trace.into(),
            line,
        });
        Ok(format!(
            "<section class=\"widget\" data-widget=\"{}\" data-trace=\"{}\">\n{}{}</section>\n",
            figures::attribute(widget),
            figures::attribute(trace),
            figures::data("trace", &parsed),
            figures::marked(&details)
        ))
    }

    /// The HTML for one of our fences, or `None` for an ordinary one.
    fn fence(
        &mut self,
        line: usize,
        info: &str,
        body: &str,
        whole: &str,
        after_run: bool,
    ) -> Result<Option<String>, Fault> {
        let face = match info {
            "published" => Some(Face::Published),
            "local" => Some(Face::Local),
            _ => None,
        };
        if let Some(face) = face {
            let shown = if face == self.site.face() { body } else { "" };
            return Ok(Some(format!("\n{shown}")));
        }
        if info == "predict" {
            let (prediction, html) = predict::read(body, line).map_err(Fault::BadPrediction)?;
            self.facts.predictions.push(prediction);
            return Ok(Some(html));
        }
        if info == "output" {
            let run = self
                .facts
                .runs
                .last_mut()
                .filter(|_| after_run)
                .ok_or(Fault::StrayOutput)?;
            run.output = Some(body.into());
            return Ok(Some(figures::printed(body)));
        }
        if !has(info, "rust") {
            return Ok(None);
        }
        let chapter = self.chapter.as_deref();
        let chapter = || chapter.ok_or_else(|| Fault::NoChapter(self.facts.page.clone()));
        if has(info, "run") {
            let code = program(body);
            let without_server = self.without_server(chapter()?, &code)?;
            let html = figures::runnable(chapter()?, whole, &without_server);
            self.facts.runs.push(RunBlock {
                code,
                output: None,
                line,
            });
            return Ok(Some(html));
        }
        if has(info, "compile_fail") {
            let error = words(info)
                .find(|word| is_error_code(word))
                .ok_or(Fault::NoErrorCode)?;
            let course = match self.site.face() {
                Face::Local => figures::COURSE.to_owned(),
                Face::Published => figures::how(&self.to_root),
            };
            let html = figures::fails(chapter()?, error, whole, &course);
            self.facts.failing.push(FailingBlock {
                code: program(body),
                error: error.into(),
                line,
            });
            return Ok(Some(html));
        }
        Ok(None)
    }

    /// What stands below a ▶ block without a server behind the page.
    fn without_server(&self, chapter: &str, code: &str) -> Result<String, Fault> {
        if self.site.face() == Face::Local {
            return Ok(figures::needs_course());
        }
        match playground::names(self.site.layout(), chapter) {
            Ok(crates) => Ok(figures::as_one_file(
                &self.to_root,
                &playground::program(code),
                &crates,
            )),
            Err(NoFile::NotOffered(_)) => Ok(figures::runs_locally(&self.to_root)),
            Err(why) => Err(Fault::NoFile(why.to_string())),
        }
    }

    /// Adds the tests that the page names, each once and folded, at the end of the page.
    fn append_tests(&mut self) -> Vec<Problem> {
        let predicted = self.facts.predictions.iter().flat_map(|p| &p.checked_by);
        let mut tests: Vec<TestRef> = self.facts.tests.iter().chain(predicted).cloned().collect();
        tests.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
        tests.dedup_by(|a, b| (&a.path, &a.name) == (&b.path, &b.name));
        let mut html = String::new();
        let mut problems = Vec::new();
        for test in tests {
            let text = self.site.read(&test.path);
            match text.and_then(|text| source::test(&test.path, &text, &test.name)) {
                Ok(shown) => {
                    html += &figures::test_source(&test, &shown);
                }
                Err(fault) => problems.push(Problem {
                    page: self.facts.page.clone(),
                    line: test.line,
                    fault,
                }),
            }
        }
        if !html.is_empty() {
            self.block(&format!("\n<section class=\"tests\">\n<h2 id=\"tests\">The tests this page names</h2>\n\n{html}\n</section>\n"));
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
    word.strip_prefix('E')
        .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The program in a block. Rustdoc's `# hidden` lines become ordinary lines.
fn program(body: &str) -> String {
    let lines = body.lines().map(|line| {
        let bare = line.trim_start();
        match bare
            .strip_prefix("# ")
            .or_else(|| (bare == "#").then_some(""))
        {
            Some(hidden) => hidden.to_owned(),
            None => line.to_owned(),
        }
    });
    lines.map(|line| line + "\n").collect()
}
