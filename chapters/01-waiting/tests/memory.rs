//! What a waiting thread costs in memory.

#![cfg(target_os = "linux")]

use std::sync::{Arc, Barrier};
use std::{fs, thread};

const THREADS: usize = 64;
const STACK: usize = 2 << 20;

/// One figure of `/proc/self/status`, in bytes.
fn status(name: &str) -> usize {
    let text = fs::read_to_string("/proc/self/status").expect("Linux has this file");
    let line =
        text.lines().find(|line| line.starts_with(name)).expect("the file has this line");
    let kilobytes = line.split_whitespace().nth(1).map(str::parse::<usize>);
    kilobytes.expect("the line has a figure").expect("the figure is a number") * 1024
}

#[test]
fn a_stack_costs_no_memory_until_it_is_used() {
    let before = (status("VmRSS"), status("VmSize"));
    let (begun, end) =
        (Arc::new(Barrier::new(THREADS + 1)), Arc::new(Barrier::new(THREADS + 1)));
    for _ in 0..THREADS {
        let (begun, end) = (Arc::clone(&begun), Arc::clone(&end));
        let waits = move || _ = (begun.wait(), end.wait());
        thread::Builder::new().stack_size(STACK).spawn(waits).expect("the thread starts");
    }
    begun.wait();
    let (memory, addresses) = (status("VmRSS") - before.0, status("VmSize") - before.1);
    end.wait();
    assert!(addresses >= THREADS * STACK, "{addresses} bytes of addresses reserved");
    assert!(memory < THREADS * STACK / 16, "{memory} bytes of memory used");
}
