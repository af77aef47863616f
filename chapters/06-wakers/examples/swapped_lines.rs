//! Two lines of a `poll`, in both orders. Loom runs each of them in every possible
//! interleaving: `cargo run -p wakers --example swapped_lines --features loom`.

use std::future::poll_fn;
use std::panic::{catch_unwind, set_hook};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use loom::sync::atomic::AtomicBool;
use loom::thread;
use wakers::{AtomicWaker, block_on};

/// The number of interleavings that loom has tried, and our log of the last one.
/// Both use std's types, so that loom ignores them.
static TRIED: AtomicUsize = AtomicUsize::new(0);
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn log(event: impl Into<String>) {
    LOG.lock().expect("no thread panics with this lock").push(event.into());
}

// ANCHOR: model
/// A device raises a flag, and a task waits for it.
fn model(register_first: bool) {
    let shared = Arc::new((AtomicBool::new(false), AtomicWaker::new()));
    let device = Arc::clone(&shared);
    thread::spawn(move || {
        let (raised, slot) = &*device;
        log("device: raises the flag");
        raised.store(true, Release);
        log("device: looks for a waker in the slot");
        slot.wake();
    });
    let (raised, slot) = &*shared;
    let check = || {
        let up = raised.load(Acquire);
        log(format!("task:   checks: the flag is {}", if up { "up" } else { "down" }));
        up
    };
    block_on(poll_fn(|cx| {
        let ready = if register_first {
            slot.register(cx.waker());
            log("task:   registers its waker");
            check()
        } else {
            let ready = check();
            slot.register(cx.waker());
            log("task:   registers its waker");
            ready
        };
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }));
}
// ANCHOR_END: model

// ANCHOR: check
fn check(name: &str, register_first: bool) {
    // Relaxed: only one thread uses this counter.
    TRIED.store(0, Relaxed);
    let checked = catch_unwind(|| {
        let mut builder = loom::model::Builder::new();
        builder.location = true;
        builder.check(move || {
            TRIED.fetch_add(1, Relaxed);
            LOG.lock().expect("no thread panics with this lock").clear();
            model(register_first);
        });
    });
    let tried = TRIED.load(Relaxed);
    let Err(panic) = checked else {
        println!("{name}: {tried} interleavings, and all of them end");
        return;
    };
    println!("{name}: {tried} interleavings, and the last one never ends:");
    for event in LOG.lock().expect("no thread panics with this lock").iter() {
        println!("  {event}");
    }
    let loom = panic.downcast_ref::<String>().expect("loom panics with a message");
    println!("{loom}");
}
// ANCHOR_END: check

fn main() {
    set_hook(Box::new(|_| ()));
    check("register, then check", true);
    check("check, then register", false);
}
