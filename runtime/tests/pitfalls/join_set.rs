//! Pitfalls 2, 4 to 6, 10, 11, 16 and 19 again, in a `JoinSet`.

use crate::support::{Count, Drops, Gate, run, settle, watched};
use std::{
    cell::Cell,
    future::{pending, poll_fn, ready},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle, Scheduling},
    task::{JoinError, JoinSet, yield_now},
    time::Instant,
};

#[test]
fn outputs_come_in_the_order_in_which_the_tasks_ended() {
    run("three tasks", async {
        let gates = [(); 3].map(|()| Gate::default());
        let mut set = JoinSet::new();
        for (name, gate) in gates.iter().cloned().enumerate() {
            set.spawn_local(async move {
                gate.await;
                name
            });
        }
        settle().await;
        assert!(set.try_join_next().is_none());
        for name in [1, 2, 0] {
            gates[name].open();
            gates[name].waker().wake();
        }
        for name in [1, 2, 0] {
            assert_eq!(set.join_next().await.unwrap().unwrap(), name);
        }
        assert!(set.join_next().await.is_none());
        assert!(set.is_empty());
    });
}

#[test]
fn every_way_of_spawning_adds_the_task_to_the_set() {
    run("five tasks", async {
        let handle = Handle::current();
        let mut set = JoinSet::new();
        set.spawn(ready(1));
        set.spawn_on(ready(2), &handle);
        set.spawn_local(ready(3));
        set.spawn_blocking(|| 4);
        set.spawn_blocking_on(|| 5, &handle);
        assert_eq!(set.len(), 5);
        let mut outputs = set.join_all().await;
        outputs.sort_unstable();
        assert_eq!(outputs, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_built_task_is_spawned_in_each_way() {
    run("five built tasks", async {
        let handle = Handle::current();
        let mut set = JoinSet::new();
        set.build_task().spawn(ready(1));
        set.build_task().spawn_on(ready(2), &handle);
        set.build_task().spawn_local(ready(3));
        set.build_task().spawn_blocking(|| 4);
        set.build_task().spawn_blocking_on(|| 5, &handle);
        assert_eq!(set.len(), 5);
        let mut outputs = set.join_all().await;
        outputs.sort_unstable();
        assert_eq!(outputs, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_built_task_runs_by_its_rank() {
    let runtime = Builder::new_current_thread().scheduling(Scheduling::Ranked);
    let outputs = runtime.build().unwrap().block_on(async {
        let soon = Instant::now();
        let mut set = JoinSet::new();
        set.build_task().priority(-1).spawn_local(ready("last"));
        set.spawn_local(ready("third"));
        set.build_task().deadline(soon).spawn(ready("second"));
        set.build_task().priority(1).spawn_local(ready("first"));
        set.join_all().await
    });
    assert_eq!(outputs, ["first", "second", "third", "last"]);
}

#[test]
fn an_output_and_an_error_carry_the_id_of_their_task() {
    run("two tasks", async {
        let mut set = JoinSet::new();
        let abort = set.spawn_local(pending::<()>());
        let done = set.spawn_local(ready(()));
        let (id, ()) = set.join_next_with_id().await.unwrap().unwrap();
        assert_eq!(id, done.id());
        abort.abort();
        let error = set.join_next_with_id().await.unwrap().unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(error.id(), abort.id());
    });
}

#[test]
fn a_dropped_join_loses_no_output() {
    run("the second join", async {
        let gate = Gate::default();
        let mut set = JoinSet::new();
        let inside = gate.clone();
        set.spawn_local(async move {
            inside.await;
            7
        });
        settle().await;
        {
            let mut join = pin!(set.join_next());
            assert!(futures_util::poll!(join.as_mut()).is_pending());
            gate.open();
            gate.waker().wake();
            settle().await;
        }
        assert_eq!(set.join_next().await.unwrap().unwrap(), 7);
    });
}

#[test]
fn try_join_next_keeps_the_waker_of_an_earlier_poll() {
    run("the wake of the earlier poll", async {
        let gate = Gate::default();
        let mut set = JoinSet::new();
        set.spawn_local(gate.clone());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        assert!(set.poll_join_next(&mut context).is_pending());
        assert!(set.try_join_next().is_none());
        settle().await;
        gate.open();
        gate.waker().wake();
        settle().await;
        assert_eq!(count.wakes(), 1);
        assert!(matches!(
            set.poll_join_next(&mut context),
            Poll::Ready(Some(Ok(())))
        ));
    });
}

#[test]
fn pitfall_04_a_task_may_abort_its_neighbour_and_itself() {
    run("two aborted tasks", async {
        let mut set = JoinSet::new();
        let neighbour = set.spawn_local(pending::<()>());
        let own = Rc::new(Cell::new(None::<wakeful::task::AbortHandle>));
        let inside = Rc::clone(&own);
        own.set(Some(set.spawn_local(async move {
            neighbour.abort();
            inside.take().unwrap().abort();
            pending::<()>().await;
        })));
        for _ in 0..2 {
            let error = set.join_next().await.unwrap().unwrap_err();
            assert!(error.is_cancelled());
        }
    });
}

#[test]
fn pitfall_05_dropping_the_set_aborts_its_tasks_and_drops_every_output_once() {
    let drops = Drops::default();
    run("a dropped set", async {
        let mut set = JoinSet::new();
        for waits in [true, false, true, false] {
            let droplet = drops.droplet();
            set.spawn_local(async move {
                if waits {
                    pending::<()>().await;
                }
                (droplet, Rc::new(()))
            });
        }
        settle().await;
        assert_eq!(drops.count(), 0);
        drop(set);
        settle().await;
        assert_eq!(drops.count(), 4);
    });
    assert!(drops.all_here());
}

#[test]
fn a_detached_task_goes_on() {
    run("a detached task", async {
        let gate = Gate::default();
        let done = Rc::new(Cell::new(false));
        let (inside, inner_done) = (gate.clone(), Rc::clone(&done));
        let mut set = JoinSet::new();
        set.spawn_local(async move {
            inside.await;
            inner_done.set(true);
        });
        settle().await;
        set.detach_all();
        assert!(set.is_empty());
        drop(set);
        gate.open();
        gate.waker().wake();
        settle().await;
        assert!(done.get());
    });
}

#[test]
fn pitfall_16_a_set_has_shut_down_when_all_its_tasks_are_dropped() {
    let drops = Drops::default();
    run("the shutdown of a set", async {
        let mut set = JoinSet::new();
        for _ in 0..10 {
            let droplet = drops.droplet();
            set.spawn_local(async move {
                let _droplet = droplet;
                pending::<()>().await;
            });
        }
        settle().await;
        set.shutdown().await;
        assert_eq!(drops.count(), 10);
        assert!(set.is_empty());
    });
}

#[test]
fn pitfall_16_a_set_may_outlive_its_runtime() {
    let runtime = Runtime::new().unwrap();
    let mut set = JoinSet::new();
    runtime.enter(|| set.spawn_local(pending::<()>()));
    runtime.block_on(settle());
    drop(runtime);
    let ended = wakeful::block_on(set.join_next());
    assert!(ended.unwrap().unwrap_err().is_cancelled());
}

#[test]
fn pitfall_06_a_task_that_panics_leaves_the_others_running() {
    run("a panic among others", async {
        let mut set = JoinSet::new();
        for name in 0..3 {
            set.spawn_local(async move { assert_ne!(name, 1, "ouch") });
        }
        let mut panics = 0;
        while let Some(ended) = set.join_next().await {
            panics += usize::from(ended.is_err_and(|error: JoinError| error.is_panic()));
        }
        assert_eq!(panics, 1);
    });
}

#[test]
fn pitfall_06_join_all_continues_a_panic_and_aborts_the_others() {
    let drops = Drops::default();
    run("the panic", async {
        let mut set = JoinSet::new();
        let droplet = drops.droplet();
        set.spawn_local(async move {
            let _droplet = droplet;
            pending::<()>().await;
        });
        set.spawn_local(async { panic!("ouch") });
        let all = wakeful::spawn_local(set.join_all());
        let error = all.await.unwrap_err();
        assert!(error.to_string().ends_with("ouch"), "{error}");
        settle().await;
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn pitfall_11_a_chain_of_sets_is_dropped_without_a_deep_stack() {
    let length = if cfg!(miri) { 20 } else { 100_000 };
    run("the chain", async {
        // Each output owns the set of the next task.
        struct Link(#[expect(dead_code, reason = "owned")] Option<JoinSet<Link>>);
        let mut chain = JoinSet::new();
        chain.spawn_local(async { Link(None) });
        for _ in 0..length {
            let next = chain;
            chain = JoinSet::new();
            chain.spawn_local(async move { Link(Some(next)) });
        }
        settle().await;
        drop(chain);
    });
}

#[test]
fn pitfall_19_collecting_many_outputs_lets_other_tasks_run() {
    run("the neighbour of a greedy collector", async {
        let seen = Rc::new(Cell::new(0));
        let neighbour = Rc::clone(&seen);
        let mut set: JoinSet<()> = (0..140).map(|_| ready(())).collect();
        yield_now().await;
        let collector = wakeful::spawn_local(async move {
            while let Some(end) = set.join_next().await {
                end.unwrap();
            }
            seen.get()
        });
        drop(wakeful::spawn_local(async move { neighbour.set(1) }));
        assert_eq!(collector.await.unwrap(), 1, "the neighbour ran in between");
    });
}

#[test]
fn a_set_can_be_collected_on_another_thread() {
    let runtime = Runtime::new().unwrap();
    let mut set = JoinSet::new();
    for n in 0..10 {
        set.spawn_on(
            async move {
                yield_now().await;
                n
            },
            runtime.handle(),
        );
    }
    let there =
        thread::spawn(move || watched("the set's outputs", || wakeful::block_on(set.join_all())));
    // Run the tasks while the other thread waits for them.
    watched("the other thread", || {
        runtime.block_on(async {
            while !there.is_finished() {
                yield_now().await;
            }
        });
    });
    let mut outputs = there.join().unwrap();
    outputs.sort_unstable();
    assert_eq!(outputs, (0..10).collect::<Vec<_>>());
}

#[test]
fn a_task_that_polled_the_set_is_woken_for_a_task_added_later() {
    run("a task that was spawned after the poll", async {
        let mut set = JoinSet::new();
        set.spawn_local(pending());
        let (sender, mut jobs) = wakeful::sync::mpsc::unbounded_channel();
        wakeful::spawn_local(async move {
            yield_now().await;
            sender.send(7).unwrap();
            pending::<()>().await;
        });
        let done = poll_fn(|context| {
            if let Poll::Ready(Some(done)) = set.poll_join_next(context) {
                return Poll::Ready(done.unwrap());
            }
            while let Poll::Ready(Some(job)) = jobs.poll_recv(context) {
                set.spawn_local(async move {
                    yield_now().await;
                    job
                });
            }
            Poll::Pending
        });
        assert_eq!(done.await, 7);
    });
}
