//! Trap 21: children that borrow from their parent. Traps 2, 6, 10, 11 and 19
//! again, in a scope. `refused` has the code that the compiler must reject.

use crate::support::{Count, Drops, Gate, run, settle, watched};
use futures_util::poll;
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn, ready},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    ptr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    thread,
};
use wakeful::{
    Runtime,
    scope::{LocalScope, LocalTryScope, Scope, ScopedJoinHandle, TryScope},
    spawn_local,
    sync::{Notify, oneshot},
    task::yield_now,
};

/// Polls a future once, outside a runtime. The future must be ready.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future was not ready"),
    }
}

/// Polls a future until it is ready, at most `polls` times.
fn within<F: Future>(polls: usize, future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(output) = polled {
            return output;
        }
    }
    panic!("not ready within {polls} polls");
}

#[test]
fn children_borrow_from_the_parent_and_return_values_to_it() {
    run("the children", async {
        let words = [String::from("one"), String::from("three")];
        let seen = Cell::new(0);
        let scope = LocalScope::new();
        let lengths = scope.run(async {
            let handles = words.each_ref().map(|word| {
                scope.spawn(async {
                    yield_now().await;
                    seen.set(seen.get() + 1);
                    (word.as_str(), word.len())
                })
            });
            let mut lengths = Vec::new();
            for handle in handles {
                lengths.push(handle.await);
            }
            lengths
        });
        assert_eq!(lengths.await, [("one", 3), ("three", 5)]);
        assert_eq!(seen.get(), 2);
    });
}

#[test]
fn the_scope_waits_for_children_whose_handles_are_dropped() {
    run("the last grandchild", async {
        let gates = [(); 2].map(|()| Gate::default());
        let done = Cell::new(0);
        let scope = LocalScope::new();
        let mut whole = pin!(scope.run(async {
            scope.spawn(async {
                scope.spawn(async {
                    gates[1].clone().await;
                    done.set(done.get() + 1);
                });
                gates[0].clone().await;
                done.set(done.get() + 1);
            });
            "the body was ready first"
        }));
        for gate in &gates {
            while gate.polls() == 0 {
                assert!(poll!(whole.as_mut()).is_pending());
            }
            gate.open();
            gate.waker().wake();
        }
        assert_eq!(whole.await, "the body was ready first");
        assert_eq!(done.get(), 2);
    });
}

#[test]
fn a_handle_may_move_to_a_sibling() {
    run("the sibling", async {
        let scope = Scope::new();
        let whole = scope.run(async {
            let first: ScopedJoinHandle<'_, u32> = scope.spawn(async {
                yield_now().await;
                20
            });
            let second = scope.spawn(async { first.await + 1 });
            assert!(!second.is_finished());
            second.await * 2
        });
        assert_eq!(whole.await, 42);
    });
}

#[test]
fn only_the_child_that_was_woken_is_polled() {
    run("three children", async {
        let gates = [(); 3].map(|()| Gate::default());
        let body = Gate::default();
        let scope = LocalScope::new();
        let mut whole = pin!(scope.run(async {
            for gate in &gates {
                scope.spawn(gate.clone());
            }
            body.clone().await;
        }));
        for _ in 0..3 {
            assert!(poll!(whole.as_mut()).is_pending());
        }
        let polls = || gates.each_ref().map(Gate::polls);
        assert_eq!((polls(), body.polls()), ([1; 3], 1));
        gates[1].waker().wake();
        assert!(poll!(whole.as_mut()).is_pending());
        assert_eq!((polls(), body.polls()), ([1, 2, 1], 1));
        body.waker().wake();
        assert!(poll!(whole.as_mut()).is_pending());
        assert_eq!((polls(), body.polls()), ([1, 2, 1], 2));
    });
}

#[test]
fn trap_02_a_wake_after_the_scope_has_ended_wakes_no_task() {
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
fn trap_21_a_dropped_scope_drops_its_children_before_the_variables_they_borrow() {
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
fn trap_21_the_children_of_a_forgotten_scope_never_run_again() {
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
fn trap_21_the_scope_waits_for_a_child_whose_handle_was_forgotten() {
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
fn trap_06_a_panic_continues_after_the_siblings_were_dropped() {
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
fn trap_06_a_destructor_that_panics_does_not_keep_the_others_from_being_dropped() {
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
fn trap_06_a_panic_in_a_scope_ends_only_the_task_around_it() {
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

#[test]
fn trap_10_a_destructor_may_spawn_and_wake() {
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
fn trap_11_each_child_spawns_the_next_without_a_deep_stack() {
    fn spawn_next<'scope>(
        scope: &'scope LocalScope<'scope>,
        left: usize,
        sum: &'scope Cell<usize>,
    ) {
        scope.spawn(async move {
            sum.set(sum.get() + 1);
            if left > 1 {
                spawn_next(scope, left - 1, sum);
            }
        });
    }
    let length = if cfg!(miri) { 50 } else { 100_000 };
    run("the last child", async {
        let sum = Cell::new(0);
        let scope = LocalScope::new();
        scope.run(async { spawn_next(&scope, length, &sum) }).await;
        assert_eq!(sum.get(), length);
    });
}

#[test]
fn trap_19_a_child_that_wakes_itself_starves_no_other_task() {
    run("the sibling and the neighbour", async {
        let neighbour = spawn_local(async {
            for _ in 0..10 {
                yield_now().await;
            }
        });
        let scope = LocalTryScope::new();
        let stopped: Result<(), _> = scope
            .run(async {
                scope.spawn::<_, ()>(async {
                    loop {
                        yield_now().await;
                    }
                });
                scope.spawn::<_, ()>(async {
                    for _ in 0..10 {
                        yield_now().await;
                    }
                    neighbour.await.unwrap();
                    Err(())
                });
                pending().await
            })
            .await;
        assert_eq!(stopped, Err(()));
    });
}

#[test]
fn trap_19_children_that_spawn_for_ever_starve_no_other_task() {
    fn spawn_next<'scope>(scope: &'scope LocalTryScope<'scope, &'static str>) {
        scope.spawn(async move {
            spawn_next(scope);
            Ok(())
        });
    }
    run("the sibling and the neighbour", async {
        let neighbour = spawn_local(async {
            for _ in 0..10 {
                yield_now().await;
            }
        });
        let scope = LocalTryScope::new();
        let stopped: Result<(), _> = scope
            .run(async {
                spawn_next(&scope);
                neighbour.await.unwrap();
                Err("enough")
            })
            .await;
        assert_eq!(stopped, Err("enough"));
    });
}

#[test]
fn trap_19_a_child_that_spends_the_budget_costs_its_siblings_one_turn() {
    run("the siblings", async {
        let polls = Cell::new(0);
        let scope = LocalScope::new();
        scope
            .run(async {
                scope.spawn(async {
                    let ready: Vec<_> = (0..200).map(|_| spawn_local(ready(()))).collect();
                    yield_now().await;
                    for task in ready {
                        task.await.unwrap();
                    }
                });
                for _ in 0..50 {
                    let (sender, receiver) = oneshot::channel();
                    sender.send(()).unwrap();
                    let mut receiver = receiver;
                    let polls = &polls;
                    scope.spawn(poll_fn(move |context| {
                        polls.set(polls.get() + 1);
                        Pin::new(&mut receiver).poll(context).map(drop)
                    }));
                }
            })
            .await;
        assert!(polls.get() < 100, "{} useless polls", polls.get() - 50);
    });
}

#[test]
fn a_scope_may_run_inside_a_child_of_another() {
    run("the inner child", async {
        let outer = Scope::new();
        let list = [1, 2, 3];
        let sum = outer.run(async {
            let sum = outer.spawn(async {
                let twice = list.map(|n| n * 2);
                let inner = Scope::new();
                let whole = inner.run(async {
                    let first = inner.spawn(async { twice[0] });
                    let last = inner.spawn(outer.spawn(async { list[2] }));
                    first.await + last.await
                });
                whole.await
            });
            sum.await
        });
        assert_eq!(sum.await, 5);
    });
}

#[test]
fn another_thread_may_spawn_into_a_scope_that_waits() {
    let runtime = Runtime::new().unwrap();
    let (arrived, asked) = (Notify::new(), AtomicUsize::new(0));
    let scope = Scope::new();
    thread::scope(|threads| {
        threads.spawn(|| {
            while asked.load(SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..3 {
                scope.spawn(async {
                    if asked.fetch_add(1, SeqCst) == 3 {
                        arrived.notify_one();
                    }
                });
            }
        });
        watched("the other thread's children", || {
            runtime.block_on(scope.run(async {
                asked.fetch_add(1, SeqCst);
                arrived.notified().await;
            }));
        });
    });
    assert_eq!(asked.load(SeqCst), 4);
}

#[test]
fn children_of_a_local_scope_may_share_values_that_are_not_send() {
    run("the children", async {
        let shared = Rc::new(RefCell::new(Vec::new()));
        let scope = LocalScope::new();
        scope
            .run(async {
                for n in 0..3 {
                    let shared = Rc::clone(&shared);
                    scope.spawn(async move {
                        yield_now().await;
                        shared.borrow_mut().push(n);
                    });
                }
            })
            .await;
        assert_eq!(*shared.borrow(), [0, 1, 2]);
        settle().await;
    });
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
