//! Two lines of a `poll` in both orders, and loom, which runs each in every order
//! in which two threads can meet: `cargo run -p wakers --example swapped_lines --features loom`.

use std::future::poll_fn;
use std::panic::{catch_unwind, set_hook};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use loom::sync::atomic::AtomicBool;
use loom::thread;
use wakers::{AtomicWaker, block_on};

/// How many orders have been tried, and what happened in the last of them. These are
/// not loom's: they take no part.
static ORDERS: AtomicUsize = AtomicUsize::new(0);
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn seen(what: impl Into<String>) {
    SEEN.lock().expect("nobody panics with it").push(what.into());
}

// ANCHOR: model
/// A device raises a flag, and a task waits for it.
fn model(register_first: bool) {
    let shared = Arc::new((AtomicBool::new(false), AtomicWaker::new()));
    let device = Arc::clone(&shared);
    thread::spawn(move || {
        let (raised, place) = &*device;
        seen("device: raises the flag");
        raised.store(true, Release);
        seen("device: wakes whose waker is there");
        place.wake();
    });
    let (raised, place) = &*shared;
    let look = || {
        let up = raised.load(Acquire);
        seen(format!(
            "task:   looks, and the flag is {}",
            if up { "up" } else { "down" }
        ));
        up
    };
    block_on(poll_fn(|cx| {
        let ready = if register_first {
            place.register(cx.waker());
            seen("task:   has left its waker");
            look()
        } else {
            let ready = look();
            place.register(cx.waker());
            seen("task:   has left its waker");
            ready
        };
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }));
}
// ANCHOR_END: model

// ANCHOR: check
fn check(name: &str, register_first: bool) {
    // Relaxed: counted by the one thread that tries the orders.
    ORDERS.store(0, Relaxed);
    let checked = catch_unwind(|| {
        let mut builder = loom::model::Builder::new();
        builder.location = true;
        builder.check(move || {
            ORDERS.fetch_add(1, Relaxed);
            SEEN.lock().expect("nobody panics with it").clear();
            model(register_first);
        });
    });
    let orders = ORDERS.load(Relaxed);
    let Err(panic) = checked else {
        println!("{name}: tried {orders} orders, and it ends in each");
        return;
    };
    println!("{name}: tried {orders} orders, and in the last of them");
    for what in SEEN.lock().expect("nobody panics with it").iter() {
        println!("  {what}");
    }
    let loom = panic.downcast_ref::<String>().expect("loom says why");
    println!("{loom}");
}
// ANCHOR_END: check

fn main() {
    set_hook(Box::new(|_| ()));
    check("register, then look", true);
    check("look, then register", false);
}
