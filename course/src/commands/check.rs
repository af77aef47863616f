//! `cargo course check`: runs the tests of exercises.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::session::{Session, print, print_json};
use super::{CommandError, SOME_FAIL, stop};
use crate::catalog::{Exercise, Layout};
use crate::grade::Graded;
use crate::progress::Standing;
use crate::runner::{self, Limits, Verdict};
use crate::terminal::{self, Paint};
use crate::work;

#[derive(Serialize)]
struct Checked {
    /// Whether the course's own tests of all these exercises pass now.
    passed: bool,
    /// Whether these are the results of a copy with the course's own tests.
    graded: bool,
    exercises: Vec<Standing>,
}

/// Runs the exercises that the words name, or all of them.
pub fn run(layout: &Layout, words: &[String], how: How) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let chosen = choose(&session, words)?;
    let copy = how
        .grade
        .then(|| Graded::new(layout, &session.catalog))
        .transpose()?;
    stop::block_on(check(session, &chosen, how, copy.as_ref()))
}

/// How to run the tests, and what to print.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Print JSON.
    pub json: bool,
    /// Run the course's own tests against a copy of the reader's `src/`, and record nothing.
    pub grade: bool,
    /// The time limit for the tests of one exercise.
    pub seconds: Option<u64>,
}

async fn check(
    mut session: Session<'_>,
    chosen: &[Exercise],
    How {
        json,
        grade,
        seconds,
    }: How,
    copy: Option<&Graded>,
) -> Result<ExitCode, CommandError> {
    let paint = Paint::for_stdout();
    let mut standings = Vec::new();
    let mut passed = 0;
    for exercise in chosen {
        if !json {
            // Show the reader which exercise is running.
            print(&format!("{}: ", paint.bold(&exercise.id)))?;
        }
        let limits = match seconds {
            Some(seconds) => Limits {
                test_time: Duration::from_secs(seconds),
                ..Limits::default()
            },
            None => Limits::default().for_exercise(exercise),
        };
        let layout = copy.map_or(session.layout, Graded::layout);
        let verdict = runner::run(layout, exercise, &limits).await?;
        if !grade {
            session.record_verdict(exercise, &verdict);
        }
        passed += usize::from(verdict.passed());
        if json {
            let standing = Standing::new(session.layout, exercise, &session.progress);
            standings.push(Standing {
                passes: Some(verdict.passed()),
                has_our_code: Some(work::has_our_code(session.layout, exercise)),
                verdict: Some(verdict),
                ..standing
            });
        } else {
            print(&told(exercise, &verdict, paint))?;
            if let Some(note) = session.note(exercise, &verdict) {
                print(&terminal::prose(&format!("  {}\n", paint.yellow(&note))))?;
            }
        }
    }
    let all_passed = passed == chosen.len();
    if json {
        print_json(&Checked {
            passed: all_passed,
            graded: grade,
            exercises: standings,
        })?;
    } else if chosen.len() != 1 {
        print(&format!("{passed} of {} passed\n", chosen.len()))?;
    }
    Ok(if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(SOME_FAIL)
    })
}

/// The exercises, each once, in the order of the words.
fn choose(session: &Session, words: &[String]) -> Result<Vec<Exercise>, CommandError> {
    if words.is_empty() {
        return Ok(session.catalog.exercises().cloned().collect());
    }
    let mut chosen: Vec<Exercise> = Vec::new();
    for word in words {
        for exercise in session.select(word)? {
            if chosen.iter().all(|other| other.id != exercise.id) {
                chosen.push(exercise.clone());
            }
        }
    }
    Ok(chosen)
}

/// The verdict below the id, which is on the screen already.
fn told(exercise: &Exercise, verdict: &Verdict, paint: Paint) -> String {
    let took = Duration::from_millis(verdict.total_ms).as_secs_f64();
    let summary = terminal::summary(verdict, paint);
    let summary = format!("{summary} {}", paint.dim(&format!("({took:.1} s)")));
    let before = exercise.id.len() + ": ".len();
    let mut out = terminal::wrapped(&summary, before, 2) + "\n";
    if !verdict.passed() {
        let _ = writeln!(out, "{}", terminal::verdict(verdict, paint));
    }
    out
}
