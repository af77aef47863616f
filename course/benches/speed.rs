//! The speed of the course, measured with the real program on a copy of this clone.
//!
//! `cargo bench -p course --profile dev` measures the build that a reader runs. Without `--profile
//! dev` it measures the optimised build. It takes about half a minute, and prints what it cannot
//! measure here.

mod served;

use std::{
    error::Error,
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use course::{
    catalog::{Catalog, Exercise, Layout},
    files, skeleton, work,
};
use served::{Course, Outcome, build, copy_clone};

/// How often we measure each thing.
const TIMES: u32 = 5;

fn main() -> Outcome<()> {
    // `cargo test --benches` only checks that the benchmark starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let clone = Layout::find(Path::new(env!("CARGO_MANIFEST_DIR")))?;
    let copy = tempfile::tempdir()?;
    copy_clone(clone.root(), copy.path())?;
    let layout = Layout::at(copy.path());
    let catalog = Catalog::load(&layout)?;
    // All exercises of the copy start unsolved, even if the reader has solved some.
    skeleton::regenerate(
        &layout,
        &skeleton::generate(&layout, &catalog.crates)?,
        &mut |_| {},
    )?;
    work::update(&layout, &catalog)?;
    println!("cargo course, {} build, on a copy of this clone", build());

    let course = Course::start(copy.path())?;
    print("start to first page", "", &[course.start]);
    rebuilds(&course, &layout)?;
    if let Some(exercise) = catalog.exercises().next() {
        verdicts(&course, &layout, exercise)?;
        requests(&course, &layout, exercise)?;
    } else {
        println!("skipped: verdicts and requests (there is no exercise)");
    }
    idle(&course);
    Ok(())
}

/// The time from saving a page to the event that reloads it in the browser.
fn rebuilds(course: &Course, layout: &Layout) -> Outcome<()> {
    let page = layout.book().join("src").join("introduction.md");
    let mut events = course.events()?;
    let mut taken = Vec::new();
    for n in 0..TIMES {
        let text = files::read(&page)?;
        let saved = Instant::now();
        fs::write(&page, format!("{text}\nEdit {n}.\n"))?;
        events.until("book")?;
        taken.push(saved.elapsed());
    }
    print("page edited to page rebuilt", "goal 1.5 s", &taken);
    Ok(())
}

/// The time from saving an exercise to its verdict on the page, with and without the time of cargo.
fn verdicts(course: &Course, layout: &Layout, exercise: &Exercise) -> Outcome<()> {
    let mut events = course.events()?;
    let (mut over, mut whole) = (Vec::new(), Vec::new());
    // The first build compiles the chapter, so it is not the time of an edit.
    for n in 0..=TIMES {
        let saved = Instant::now();
        edit(layout, exercise, n)?;
        let verdict = events.verdict()?;
        let cargo = verdict["verdict"]["cargo_ms"]
            .as_u64()
            .map(Duration::from_millis)
            .unwrap_or_default();
        if n > 0 {
            whole.push(saved.elapsed());
            over.push(saved.elapsed().saturating_sub(cargo));
        }
    }
    print("exercise saved to verdict", "", &whole);
    print("  without cargo", "goal 1 s", &over);
    Ok(())
}

/// Requests per second on one connection thread, while an exercise compiles again and again.
fn requests(course: &Course, layout: &Layout, exercise: &Exercise) -> Outcome<()> {
    if Command::new("wrk").arg("--version").output().is_err() {
        println!("skipped: requests per second (wrk is not installed)");
        return Ok(());
    }
    let stop = AtomicBool::new(false);
    thread::scope(|scope| -> Outcome<()> {
        let compiles = scope.spawn(|| -> Result<u32, String> {
            let said = |e: Box<dyn Error>| e.to_string();
            let mut events = course.events().map_err(said)?;
            let mut done = 0;
            // Relaxed: the flag protects no other memory.
            while !stop.load(Ordering::Relaxed) {
                edit(layout, exercise, 100 + done).map_err(said)?;
                events.verdict().map_err(said)?;
                done += 1;
            }
            Ok(done)
        });
        let url = format!("http://127.0.0.1:{}/{}.html", course.port, exercise.chapter);
        let wrk = Command::new("wrk")
            .args(["-t1", "-c32", "-d5s", &url])
            .output();
        stop.store(true, Ordering::Relaxed);
        let compiles = compiles
            .join()
            .map_err(|_| "the thread that edits the exercise panicked")??;
        let said = String::from_utf8_lossy(&wrk?.stdout).into_owned();
        let rate = said
            .lines()
            .find_map(|line| line.strip_prefix("Requests/sec:"))
            .map_or("?", str::trim);
        println!(
            "{:<34}{rate:>10}  (goal 1000, during {compiles} compiles)",
            "requests per second, wrk -t1 -c32"
        );
        Ok(())
    })
}

/// The processor time that the server uses without requests.
fn idle(course: &Course) {
    const WHILE: Duration = Duration::from_secs(5);
    let ticks = || -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", course.child.id())).ok()?;
        let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    let Some(before) = ticks() else {
        println!("skipped: idle processor time (there is no /proc)");
        return;
    };
    thread::sleep(WHILE);
    let used = ticks().unwrap_or(before) - before;
    println!(
        "{:<34}{:>7} ms  (goal 0, in {} s)",
        "idle, processor time",
        used * 10,
        WHILE.as_secs()
    );
}

/// Writes the solution with a new comment each time.
fn edit(layout: &Layout, exercise: &Exercise, n: u32) -> Outcome<()> {
    let solution = skeleton::solution(&files::read(&exercise.solution_path(layout))?)?;
    fs::write(exercise.path(layout), format!("{solution}\n// Edit {n}.\n"))?;
    Ok(())
}

fn print(what: &str, goal: &str, taken: &[Duration]) {
    let mut sorted = taken.to_vec();
    sorted.sort();
    let (Some(worst), median) = (sorted.last(), sorted[sorted.len() / 2]) else {
        return;
    };
    let goal = if goal.is_empty() {
        String::new()
    } else {
        format!("; {goal}")
    };
    println!(
        "{what:<34}{:>7} ms  (worst {} ms{goal})",
        median.as_millis(),
        worst.as_millis()
    );
}
