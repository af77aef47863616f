//! Pitfall 18: a fork of a process with a runtime. These tests have a process of their
//! own, because a forked child inherits the locks as they are. If another test held
//! the lock of a panic message at that moment, the child would wait for ever.
#![cfg(all(unix, not(loom), not(miri)))]

use futures_util::AsyncWriteExt;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::Stdio,
    ptr,
};
use wakeful::{
    Runtime,
    net::{TcpListener, TcpStream},
    process::Command,
    task::yield_now,
};

/// Runs `code` in a forked child. Returns whether `code` returned true.
fn in_a_child(code: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child allocates, which this C library allows after a fork of a
    // process with threads. It ends without unwinding.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: `alarm` takes no pointers. It ends the child if it hangs.
            unsafe { libc::alarm(30) };
            let result = code();
            // SAFETY: ends the child without running code of the parent.
            unsafe { libc::_exit(i32::from(!result)) }
        }
        child => {
            let mut status = -1;
            // SAFETY: `child` is our child, and `status` is valid for the answer.
            let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
            // A status of 14 would mean that the alarm ended the child.
            (waited, status) == (child, 0)
        }
    }
}

#[test]
fn pitfall_18_a_forked_child_cannot_use_the_runtime_of_its_parent() {
    let runtime = Runtime::new().unwrap();
    let blocks = || runtime.block_on(async {});
    assert!(in_a_child(
        || catch_unwind(AssertUnwindSafe(blocks)).is_err()
    ));
    runtime.block_on(yield_now());
}

#[test]
fn pitfall_18_dropping_a_socket_or_process_in_a_forked_child_does_not_affect_the_parent() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let (_there, _) = listener.accept().await.unwrap();
        let (_reader, mut writer) = stream.into_split();
        let mut cat = Command::new("cat");
        cat.stdin(Stdio::piped()).kill_on_drop(true);
        let mut cat = cat.spawn().unwrap();
        // The memory of the child is a copy, so it drops copies of both.
        assert!(in_a_child(|| {
            // SAFETY: the parent keeps the originals in its own process.
            let copies = unsafe { (ptr::read(&raw const writer), ptr::read(&raw const cat)) };
            drop(copies);
            true
        }));
        writer.write_all(b"still open").await.unwrap();
        // A kill would take effect at once.
        for _ in 0..100 {
            assert!(cat.try_wait().unwrap().is_none());
            yield_now().await;
        }
    });
}
