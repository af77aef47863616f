//! Panics in the children of a scope and in their destructors.

use super::within;
use crate::support::{Drops, run};
use std::{
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll, Waker},
};
use wakeful::{
    scope::{LocalScope, LocalTryScope, Scope},
    spawn_local,
    task::yield_now,
};

#[test]
fn pitfall_06_a_panic_continues_after_the_siblings_were_dropped() {
    let drops = Drops::default();
    let scope = LocalScope::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        within(9, async {
            scope
                .run(async {
                    for _ in 0..3 {
                        let droplet = drops.droplet();
                        scope.spawn(async {
                            let _droplet = droplet;
                            pending::<()>().await;
                        });
                    }
                    scope.spawn(async {
                        yield_now().await;
                        panic!("ouch");
                    });
                    pending::<()>().await;
                })
                .await;
        });
    }));
    assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "ouch");
    assert_eq!(drops.count(), 3);
}

/// Panics in its destructor.
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

#[test]
fn pitfall_06_a_destructor_that_panics_does_not_keep_the_others_from_being_dropped() {
    // Of several panics, the first continues. Here a child panics in its poll.
    let drops = Drops::default();
    let children = |scope: &'static str| {
        let (bomb, droplet) = (Bomb(scope), drops.droplet());
        async move {
            let _own = (bomb, droplet);
            pending::<()>().await;
        }
    };
    let message = |test: &mut dyn FnMut()| {
        let panicked = catch_unwind(AssertUnwindSafe(test));
        let payload = panicked.expect_err("the code panics");
        payload.downcast::<String>().map_or_else(
            |payload| (*payload.downcast::<&str>().unwrap()).to_owned(),
            |text| *text,
        )
    };
    let first = message(&mut || {
        let scope = LocalScope::new();
        within(
            9,
            scope.run(async {
                scope.spawn(children("second"));
                scope.spawn(children("third"));
                scope.spawn(async {
                    yield_now().await;
                    panic!("first");
                });
            }),
        );
    });
    assert_eq!((first.as_str(), drops.count()), ("first", 2));

    // Here the scope is dropped.
    let first = message(&mut || {
        let scope = LocalScope::new();
        let mut whole = Box::pin(scope.run(async {
            scope.spawn(children("first"));
            scope.spawn(children("second"));
            pending::<()>().await;
        }));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            assert!(whole.as_mut().poll(&mut context).is_pending());
        }
        drop(whole);
    });
    assert_eq!((first.as_str(), drops.count()), ("first", 4));

    // Here another child has failed.
    let first = message(&mut || {
        let scope = LocalTryScope::new();
        let _ = within(
            9,
            scope.run(async {
                let child = children("first");
                scope.spawn(async {
                    child.await;
                    Ok(())
                });
                yield_now().await;
                yield_now().await;
                Err::<(), _>("an error that is lost")
            }),
        );
    });
    assert_eq!((first.as_str(), drops.count()), ("first", 5));

    // Here a child is dropped because it is ready.
    let first = message(&mut || {
        let scope = LocalScope::new();
        let bomb = Bomb("late");
        let mut bomb = Some(bomb);
        within(
            9,
            scope.run(async {
                scope.spawn(poll_fn(move |_| {
                    let _own = &mut bomb;
                    Poll::Ready(())
                }));
            }),
        );
    });
    assert_eq!(first, "late");
}

#[test]
fn pitfall_06_a_panic_in_a_scope_ends_only_the_task_around_it() {
    run("the task", async {
        let task = spawn_local(async {
            let scope = Scope::new();
            scope
                .run(async {
                    scope.spawn(async { panic!("ouch") });
                    pending::<()>().await;
                })
                .await;
        });
        let error = task.await.unwrap_err();
        assert!(error.to_string().ends_with("ouch"), "{error}");
    });
}
