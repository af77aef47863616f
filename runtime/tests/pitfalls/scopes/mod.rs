//! Pitfall 21: children that borrow from their parent. Pitfalls 2, 6, 10, 11 and 19
//! again, in a scope. `refused` has the code that the compiler must reject.

mod ends;
mod panics;

use crate::support::{Gate, run, settle, watched};
use futures_util::poll;
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn, ready},
    pin::{Pin, pin},
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    task::{Context, Poll, Waker},
    thread,
};
use wakeful::{
    Runtime,
    scope::{LocalScope, LocalTryScope, Scope, ScopedJoinHandle},
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
fn pitfall_11_each_child_spawns_the_next_without_a_deep_stack() {
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
    let length = if cfg!(miri) { 10 } else { 100_000 };
    run("the last child", async {
        let sum = Cell::new(0);
        let scope = LocalScope::new();
        scope.run(async { spawn_next(&scope, length, &sum) }).await;
        assert_eq!(sum.get(), length);
    });
}

#[test]
fn pitfall_19_a_child_that_wakes_itself_starves_no_other_task() {
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
fn pitfall_19_children_that_spawn_for_ever_starve_no_other_task() {
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
fn pitfall_19_a_child_that_spends_the_budget_costs_its_siblings_one_turn() {
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
