//! Trap 18, `fork`: a child of a process with a runtime. In a process of its own,
//! for a child has the locks as they were: had another test been in the middle
//! of a panic's message, the child would wait for that lock for ever.
#![cfg(all(unix, not(loom), not(miri)))]

use std::panic::{AssertUnwindSafe, catch_unwind};
use wakeful::Runtime;

#[test]
fn trap_18_a_forked_child_may_not_use_its_parents_runtime() {
    let runtime = Runtime::new().unwrap();
    // SAFETY: the child allocates, which a child of a process with threads may
    // do with this C library, and ends without unwinding.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: no pointers are passed. Should it hang, this ends it.
            unsafe { libc::alarm(30) };
            let refused = catch_unwind(AssertUnwindSafe(|| runtime.block_on(async {}))).is_err();
            // SAFETY: ends the child, running nothing of the parent's.
            unsafe { libc::_exit(i32::from(!refused)) }
        }
        child => {
            let mut status = -1;
            // SAFETY: a child of ours, and a place for the answer.
            let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
            assert_eq!((waited, status), (child, 0), "14 is that of the alarm");
        }
    }
    runtime.block_on(wakeful::task::yield_now());
}
