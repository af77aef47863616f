//! Task-local values, with pitfalls 6 and 10.

use crate::support::{run, settle};
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use wakeful::{
    spawn_local,
    task::{coop, yield_now},
};

wakeful::task_local! {
    /// Has a doc attribute and a visibility.
    pub static NAME: String;
    static NUMBER: u32
}

fn name() -> String {
    NAME.get()
}

#[test]
fn the_value_belongs_to_its_future_and_not_to_its_neighbours() {
    run("two tasks with a name and one without", async {
        let named = |own: &'static str| {
            spawn_local(NAME.scope(own.into(), async move {
                for _ in 0..3 {
                    assert_eq!(name(), own);
                    yield_now().await;
                }
                name()
            }))
        };
        let (one, two) = (named("one"), named("two"));
        let unnamed = spawn_local(async { NAME.try_with(String::clone) });
        assert_eq!(one.await.unwrap(), "one");
        assert_eq!(two.await.unwrap(), "two");
        assert!(unnamed.await.unwrap().is_err());
        assert!(NAME.try_get().is_err());
    });
}

#[test]
fn an_inner_scope_hides_the_outer_one_until_it_ends() {
    run("the inner scope", async {
        let whole = NUMBER.scope(1, async {
            let inner = NUMBER.scope(2, async {
                yield_now().await;
                NUMBER.sync_scope(3, || NUMBER.get()) + NUMBER.get()
            });
            (NUMBER.get(), inner.await, NUMBER.get())
        });
        assert_eq!(whole.await, (1, 5, 1));
    });
}

/// Records the name that is set when it is dropped.
struct Notes(Rc<RefCell<Vec<String>>>);

impl Drop for Notes {
    fn drop(&mut self) {
        self.0
            .borrow_mut()
            .push(NAME.try_get().unwrap_or_else(|error| error.to_string()));
    }
}

#[test]
fn the_value_is_set_while_the_future_is_dropped() {
    let names = Rc::new(RefCell::new(Vec::new()));
    run("three tasks", async {
        let scope = |own: &'static str, waits: bool| {
            let notes = Notes(Rc::clone(&names));
            spawn_local(NAME.scope(own.into(), async move {
                let _notes = notes;
                if waits {
                    pending::<()>().await;
                }
            }))
        };
        // One task is ready, one is aborted, and one is never polled.
        scope("ready", false).await.unwrap();
        let aborted = scope("aborted", true);
        settle().await;
        aborted.abort();
        assert!(aborted.await.is_err());
        drop(NAME.scope("unpolled".into(), {
            let notes = Notes(Rc::clone(&names));
            async move { drop(notes) }
        }));
    });
    assert_eq!(*names.borrow(), ["ready", "aborted", "unpolled"]);
}

#[test]
fn take_value_returns_the_value() {
    run("the value", async {
        let mut whole = pin!(NUMBER.scope(7, async { NUMBER.get() }));
        assert_eq!(whole.as_mut().await, 7);
        assert_eq!(whole.as_mut().take_value(), Some(7));
        assert_eq!(whole.as_mut().take_value(), None);
    });
}

#[test]
fn pitfall_06_a_panic_inside_a_scope_restores_the_outer_value() {
    NUMBER.sync_scope(1, || {
        let panicked = catch_unwind(|| NUMBER.sync_scope(2, || panic!("ouch")));
        assert!(panicked.is_err());
        assert_eq!(NUMBER.get(), 1);
        let mut whole = Box::pin(NUMBER.scope(3, poll_fn(|_| -> Poll<()> { panic!("ouch") })));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            whole.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        }));
        assert!(panicked.is_err());
        assert_eq!(NUMBER.get(), 1);
        drop(whole);
        assert_eq!(NUMBER.get(), 1);
    });
}

#[test]
fn pitfall_10_a_value_is_dropped_while_it_is_not_borrowed() {
    /// When dropped, enters another scope and reads its own value.
    struct Looks;
    impl Drop for Looks {
        fn drop(&mut self) {
            INNER.sync_scope(Inner, || INNER.with(|_| ()));
            assert!(OUTER.try_with(|_| ()).is_err(), "it is being dropped");
        }
    }
    struct Inner;
    wakeful::task_local! {
        static INNER: Inner;
        static OUTER: Looks;
    }
    let seen = Cell::new(false);
    OUTER.sync_scope(Looks, || seen.set(OUTER.try_with(|_| ()).is_ok()));
    assert!(seen.get());
    run("the scope", OUTER.scope(Looks, yield_now()));
}

#[test]
#[should_panic(expected = "call this inside a `scope`")]
fn reading_a_missing_value_panics_with_the_reason() {
    NUMBER.get();
}

#[test]
#[should_panic(expected = "leave `with` first")]
fn entering_a_scope_inside_with_panics_with_the_reason() {
    NUMBER.sync_scope(1, || NUMBER.with(|_| NUMBER.sync_scope(2, || ())));
}

#[test]
fn pitfall_19_a_cooperative_future_yields_and_an_unconstrained_future_does_not() {
    run("the neighbour", async {
        let ran = Rc::new(Cell::new(false));
        let neighbour = |ran: &Rc<Cell<bool>>| {
            let ran = Rc::clone(ran);
            ran.set(false);
            drop(spawn_local(async move { ran.set(true) }));
        };
        // Each part starts with a fresh budget.
        yield_now().await;
        neighbour(&ran);
        coop::unconstrained(async {
            for _ in 0..1000 {
                coop::consume_budget().await;
            }
        })
        .await;
        assert!(!ran.get() && coop::has_budget_remaining());

        neighbour(&ran);
        for _ in 0..127 {
            coop::consume_budget().await;
        }
        assert!(!ran.get() && coop::has_budget_remaining());
        coop::consume_budget().await;
        assert!(!ran.get() && !coop::has_budget_remaining());
        coop::consume_budget().await;
        assert!(ran.get() && coop::has_budget_remaining());

        yield_now().await;
        neighbour(&ran);
        for _ in 0..200 {
            coop::cooperative(std::future::ready(())).await;
        }
        assert!(ran.get());
    });
    // Outside a runtime there is no budget.
    assert!(coop::has_budget_remaining());
}
