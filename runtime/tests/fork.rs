//! Trap 18, `fork`: a child of a process with a runtime. In a process of its own,
//! for a child has the locks as they were: had another test been in the middle
//! of a panic's message, the child would wait for that lock for ever.
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

/// Runs `code` in a child of this process, and waits for its end. True if that
/// is what `code` said.
fn in_a_child(code: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child allocates, which a child of a process with threads may
    // do with this C library, and ends without unwinding.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: no pointers are passed. Should it hang, this ends it.
            unsafe { libc::alarm(30) };
            let said = code();
            // SAFETY: ends the child, running nothing of the parent's.
            unsafe { libc::_exit(i32::from(!said)) }
        }
        child => {
            let mut status = -1;
            // SAFETY: a child of ours, and a place for the answer.
            let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
            // 14 is that of the alarm.
            (waited, status) == (child, 0)
        }
    }
}

#[test]
fn trap_18_a_forked_child_may_not_use_its_parents_runtime() {
    let runtime = Runtime::new().unwrap();
    let blocks = || runtime.block_on(async {});
    assert!(in_a_child(
        || catch_unwind(AssertUnwindSafe(blocks)).is_err()
    ));
    runtime.block_on(yield_now());
}

#[test]
fn trap_18_what_a_forked_child_drops_stays_its_parents() {
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
        // Its copies of both, as its memory is a copy.
        assert!(in_a_child(|| {
            // SAFETY: the parent's own are in another process.
            let copies = unsafe { (ptr::read(&raw const writer), ptr::read(&raw const cat)) };
            drop(copies);
            true
        }));
        writer.write_all(b"still open").await.unwrap();
        // A kill would have been at once.
        for _ in 0..100 {
            assert!(cat.try_wait().unwrap().is_none());
            yield_now().await;
        }
    });
}
