//! How a scope ends: errors, drops, panics and destructors.

use super::at_once;
use crate::support::{Count, Drops, Gate, run};
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread,
};
use wakeful::{
    scope::{LocalScope, LocalTryScope, Scope, TryScope},
    task::yield_now,
};

#[test]
fn pitfall_02_a_wake_after_the_scope_has_ended_wakes_no_task() {
    let gate = Gate::default();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut context = Context::from_waker(&waker);
    let scope = LocalTryScope::new();
    let mut whole = pin!(scope.run(async {
        scope.spawn(async {
            gate.clone().await;
            Ok(())
        });
        while gate.polls() == 0 {
            yield_now().await;
        }
        Err::<(), _>("enough")
    }));
    let ended = loop {
        if let Poll::Ready(ended) = whole.as_mut().poll(&mut context) {
            break ended;
        }
    };
    assert_eq!(ended, Err("enough"));
    let wakes = count.wakes();
    gate.waker().wake();
    assert_eq!((count.wakes(), gate.polls()), (wakes, 1));
}

#[test]
fn the_first_error_ends_the_scope_and_its_siblings() {
    let drops = Drops::default();
    run("the error", async {
        let log = RefCell::new(Vec::new());
        let scope = LocalTryScope::new();
        let mut whole = pin!(scope.run(async {
            for _ in 0..3 {
                let droplet = drops.droplet();
                scope.spawn::<_, ()>(async {
                    let _droplet = droplet;
                    log.borrow_mut().push("waits");
                    pending().await
                });
            }
            scope.spawn::<_, ()>(async {
                yield_now().await;
                Err("failed")
            });
            let droplet = drops.droplet();
            pending::<()>().await;
            drop(droplet);
            Ok(())
        }));
        assert_eq!(whole.as_mut().await, Err("failed"));
        // The scope has dropped them all before it returns the error.
        assert_eq!(drops.count(), 4);
        assert_eq!(*log.borrow(), ["waits"; 3]);
    });
}

#[test]
fn without_an_error_the_handles_return_the_value_in_ok() {
    run("the children", async {
        let scope = TryScope::<std::num::ParseIntError>::new();
        let sum = scope.run(async {
            let one = scope.spawn(async { "1".parse::<u32>() });
            let two = scope.spawn(async { Ok("2".parse::<u32>()) });
            Ok(one.await + two.await?)
        });
        assert_eq!(sum.await, Ok(3));
    });
}

#[test]
fn an_error_of_a_child_that_outlives_the_body_is_not_lost() {
    run("the late error", async {
        let scope = TryScope::new();
        let result = scope.run(async {
            scope.spawn::<_, ()>(async {
                yield_now().await;
                Err("late")
            });
            Ok("early")
        });
        assert_eq!(result.await, Err("late"));
    });
}

/// When dropped, records its name in a list that it borrows.
struct Records<'a>(&'static str, &'a RefCell<Vec<&'static str>>);

impl Drop for Records<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[test]
fn pitfall_21_a_dropped_scope_drops_its_children_before_the_variables_they_borrow() {
    let log = RefCell::new(Vec::new());
    let scope = LocalScope::new();
    let mut whole = Box::pin(scope.run(async {
        let _body = Records("body", &log);
        scope.spawn(async {
            let _child = Records("child", &log);
            let unpolled = Records("never polled", &log);
            scope.spawn(async move {
                let _own = unpolled;
            });
            pending::<()>().await;
        });
        pending::<()>().await;
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert!(whole.as_mut().poll(&mut context).is_pending());
    drop(whole);
    assert_eq!(log.into_inner(), ["child", "never polled", "body"]);
}

#[test]
fn pitfall_21_the_children_of_a_forgotten_scope_never_run_again() {
    // Keeps the scope reachable, so that Miri does not report this deliberate leak.
    static FORGOTTEN: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

    let gate = Gate::default();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    {
        let mut borrowed = String::from("on the parent's stack");
        let scope = LocalScope::new();
        let mut whole = Box::pin(scope.run(async {
            let gate = gate.clone();
            scope.spawn(async {
                gate.await;
                // This would read freed memory.
                assert_eq!(borrowed.len(), 21);
                panic!("polled after its parent was forgotten");
            });
            pending::<()>().await;
        }));
        let mut context = Context::from_waker(&waker);
        for _ in 0..2 {
            assert!(whole.as_mut().poll(&mut context).is_pending());
        }
        let inside: *const () = (&raw const *whole).cast();
        FORGOTTEN.store(inside.cast_mut(), SeqCst);
        mem::forget(whole);
        // The parent uses the variable again, and then drops it.
        borrowed.clear();
        borrowed.push('x');
    }
    let waker = gate.waker();
    gate.open();
    let there = thread::spawn(move || waker.wake());
    there.join().unwrap();
    assert!(
        count.wakes() >= 1,
        "the wake reaches the task and does nothing"
    );
    assert_eq!(gate.polls(), 1);
}

#[test]
#[cfg_attr(miri, ignore = "it leaks a handle on purpose")]
fn pitfall_21_the_scope_waits_for_a_child_whose_handle_was_forgotten() {
    run("the child", async {
        let done = Cell::new(false);
        let scope = LocalScope::new();
        scope
            .run(async {
                mem::forget(scope.spawn(async {
                    yield_now().await;
                    done.set(true);
                }));
            })
            .await;
        assert!(done.get());
    });
}

#[test]
fn pitfall_10_a_destructor_may_spawn_and_wake() {
    /// When dropped, spawns into the scope and wakes a sibling.
    struct Spawns<'scope> {
        scope: &'scope LocalScope<'scope>,
        sibling: Gate,
        drops: Drops,
    }
    impl Drop for Spawns<'_> {
        fn drop(&mut self) {
            self.sibling.waker().wake();
            let droplet = self.drops.droplet();
            let before = self.drops.count();
            drop(self.scope.spawn(async move {
                let _droplet = droplet;
            }));
            assert_eq!(self.drops.count(), before + 1, "dropped at once");
        }
    }
    let drops = Drops::default();
    let sibling = Gate::default();
    let scope = LocalScope::new();
    {
        let mut whole = Box::pin(scope.run(async {
            let own = Spawns {
                scope: &scope,
                sibling: sibling.clone(),
                drops: drops.clone(),
            };
            scope.spawn(async {
                let _own = own;
                pending::<()>().await;
            });
            scope.spawn(sibling.clone());
        }));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            assert!(whole.as_mut().poll(&mut context).is_pending());
        }
    }
    assert_eq!(drops.count(), 1);
}

#[test]
fn a_second_run_of_a_scope_panics_and_changes_nothing() {
    let drops = Drops::default();
    let scope = Scope::new();
    at_once(scope.run(async {}));
    let again = catch_unwind(AssertUnwindSafe(|| at_once(scope.run(async {}))));
    let message = again.unwrap_err().downcast::<&str>().unwrap();
    assert!(message.starts_with("a scope runs only once"), "{message}");
    let droplet = drops.droplet();
    drop(scope.spawn(async move { drop(droplet) }));
    assert_eq!(drops.count(), 1, "the scope has ended");
}

#[test]
#[should_panic(expected = "the scope ended before this child was ready")]
fn polling_the_handle_of_a_dropped_child_panics_with_the_reason() {
    let scope = TryScope::new();
    let handle = Cell::new(None);
    let failed: Result<(), _> = at_once(scope.run(async {
        handle.set(Some(scope.spawn(pending::<Result<(), &str>>())));
        Err("failed")
    }));
    assert_eq!(failed, Err("failed"));
    at_once(handle.take().unwrap());
}
