//! What the server does under connections that ask for nothing.
//!
//! `cargo bench -p course --bench churn --profile dev` measures the build that a reader runs. It opens
//! and closes 10,000 connections, then keeps 1,000 open with half a request each. All of them go to a
//! server of its own on 127.0.0.1. It takes about ten seconds.

mod served;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use served::{Course, Outcome, build, copy_clone};

/// How many connections are opened and closed.
const CHURN: usize = 10_000;
/// By how many threads.
const CLIENTS: usize = 8;
/// How many connections stay open with half a request.
const HALF_OPEN: usize = 1_000;

fn main() -> Outcome<()> {
    // `cargo test --benches` only checks that the benchmark starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let clone = course::catalog::Layout::find(Path::new(env!("CARGO_MANIFEST_DIR")))?;
    let copy = tempfile::tempdir()?;
    copy_clone(clone.root(), copy.path())?;
    let course = Course::start(copy.path())?;
    println!("cargo course, {} build, on a copy of this clone", build());
    report("before", &[read(&course)?], &course);

    let stop = AtomicBool::new(false);
    let reads = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut taken = Vec::new();
            // Relaxed: the flag protects no other memory.
            while !stop.load(Ordering::Relaxed) {
                taken.push(read(&course).map_err(|error| error.to_string())?);
            }
            Ok::<_, String>(taken)
        });
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..CHURN / CLIENTS {
                        // A client that cannot connect is one connection less.
                        drop(TcpStream::connect(("127.0.0.1", course.port)));
                    }
                })
            })
            .collect();
        for client in clients {
            let _ = client.join();
        }
        stop.store(true, Ordering::Relaxed);
        reader.join()
    });
    let reads = reads.map_err(|_| "the reader panicked")??;
    report(&format!("{CHURN} opened and closed"), &reads, &course);

    let mut open = Vec::new();
    for _ in 0..HALF_OPEN {
        let mut stream = TcpStream::connect(("127.0.0.1", course.port))?;
        // The server may have closed the connection already.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: 127");
        open.push(stream);
    }
    let reads: Outcome<Vec<_>> = (0..20).map(|_| read(&course)).collect();
    report(
        &format!("{HALF_OPEN} with half a request"),
        &reads?,
        &course,
    );
    Ok(())
}

/// Reads one page on a new connection.
fn read(course: &Course) -> Outcome<Duration> {
    let begun = Instant::now();
    let mut page = String::new();
    course
        .get("/", "connection: close\r\n")?
        .read_to_string(&mut page)?;
    if page.starts_with("HTTP/1.1 200") {
        Ok(begun.elapsed())
    } else {
        Err(format!("no page came, but {page:?}").into())
    }
}

fn report(what: &str, reads: &[Duration], course: &Course) {
    let mut sorted = reads.to_vec();
    sorted.sort();
    let ms = |part: usize| {
        let at = (sorted.len() * part / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let status = fs::read_to_string(format!("/proc/{}/status", course.child.id()));
    let status = status.unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", str::trim).to_owned()
    };
    println!(
        "{what:<26} {:>5} reads, p50 {:>6.1} ms, p99 {:>6.1} ms  {:>3} threads, memory {} now, {} at most",
        reads.len(),
        ms(50),
        ms(99),
        field("Threads:"),
        field("VmRSS:"),
        field("VmHWM:"),
    );
    // The kernel begins to look for the highest value again.
    let _ = fs::write(format!("/proc/{}/clear_refs", course.child.id()), "5");
}
