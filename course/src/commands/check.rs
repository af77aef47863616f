//! `cargo course check`: runs the tests of exercises.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::session::{Session, print, print_json};
use super::{CommandError, SOME_FAIL, stop};
use crate::catalog::{Exercise, Layout};
use crate::progress::Standing;
use crate::runner::{self, Limits, Verdict};
use crate::terminal::{self, Paint};

#[derive(Serialize)]
struct Checked {
    passed: bool,
    exercises: Vec<Standing>,
}

/// Runs the exercises that the words name, or all of them.
pub fn run(
    layout: &Layout,
    words: &[String],
    json: bool,
    seconds: Option<u64>,
) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let chosen = choose(&session, words)?;
    stop::block_on(check(session, &chosen, seconds, json))
}

async fn check(
    mut session: Session<'_>,
    chosen: &[Exercise],
    seconds: Option<u64>,
    json: bool,
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
        let verdict = runner::run(session.layout, exercise, &limits).await?;
        session.record_verdict(exercise, &verdict);
        passed += usize::from(verdict.passed());
        if json {
            let standing = Standing::new(session.layout, exercise, &session.progress);
            standings.push(Standing {
                verdict: Some(verdict),
                ..standing
            });
        } else {
            print(&told(&verdict, paint))?;
        }
    }
    let all_passed = passed == chosen.len();
    if json {
        print_json(&Checked {
            passed: all_passed,
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
        for exercise in session.catalog.select(word)? {
            if chosen.iter().all(|other| other.id != exercise.id) {
                chosen.push(exercise.clone());
            }
        }
    }
    Ok(chosen)
}

fn told(verdict: &Verdict, paint: Paint) -> String {
    let took = Duration::from_millis(verdict.total_ms).as_secs_f64();
    let mut out = terminal::summary(verdict, paint);
    let _ = writeln!(out, " {}", paint.dim(&format!("({took:.1} s)")));
    if !verdict.passed() {
        let _ = writeln!(out, "{}", terminal::verdict(verdict, paint));
    }
    out
}
