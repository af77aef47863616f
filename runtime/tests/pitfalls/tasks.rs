//! Pitfalls 2 to 5, 7 to 9 and 11: one task, its wakers and its handles.

use crate::support::{Drops, Gate, run, settle, settle_reactor, watched};
use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    rc::Rc,
    sync::{Arc, mpsc},
    task::{Poll, Waker},
    thread,
};
use wakeful::{
    Runtime, spawn_local,
    task::{AbortHandle, JoinHandle},
};

#[test]
fn pitfall_02_wakes_during_a_poll_cause_exactly_one_more_poll() {
    run("the task that wakes itself", async {
        let polls = Rc::new(Cell::new(0));
        let seen = Rc::clone(&polls);
        let task = spawn_local(poll_fn(move |context| {
            seen.set(seen.get() + 1);
            if seen.get() == 1 {
                // Three wakes cause one poll.
                context.waker().wake_by_ref();
                let by_value = context.waker().clone();
                by_value.wake();
                context.waker().wake_by_ref();
            }
            Poll::<()>::Pending
        }));
        settle().await;
        assert_eq!(polls.get(), 2);
        task.abort();
    });
}

#[test]
fn pitfall_02_a_wake_after_completion_causes_no_poll() {
    run("the gate", async {
        let gate = Gate::default();
        let task = spawn_local(gate.clone());
        settle().await;
        gate.open();
        let waker = gate.waker();
        waker.wake_by_ref();
        task.await.unwrap();
        let polls = gate.polls();
        waker.wake_by_ref();
        waker.wake();
        settle().await;
        assert_eq!(gate.polls(), polls);
    });
}

#[test]
fn pitfall_02_a_wake_after_cancellation_causes_no_poll() {
    run("the aborted gate", async {
        let gate = Gate::default();
        let task = spawn_local(gate.clone());
        settle().await;
        let waker = gate.waker();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        waker.wake();
        settle().await;
        assert_eq!(gate.polls(), 1);
    });
}

#[test]
fn pitfall_03_wakes_from_two_threads_cause_one_poll() {
    run("wakes from two threads", async {
        let gate = Gate::default();
        let task = spawn_local(gate.clone());
        settle().await;
        let threads = [gate.waker(), gate.waker()].map(|waker| thread::spawn(|| waker.wake()));
        for thread in threads {
            thread.join().unwrap();
        }
        // Both wakes arrived before the task ran again, so it was queued once.
        settle_reactor().await;
        assert_eq!(gate.polls(), 2);
        task.abort();
    });
}

#[test]
fn pitfall_04_a_task_may_drop_its_own_handle_while_it_runs() {
    run("a task without a handle", async {
        let own = Rc::new(RefCell::new(None::<JoinHandle<()>>));
        let inside = Rc::clone(&own);
        let done = Rc::new(Cell::new(false));
        let inner_done = Rc::clone(&done);
        let task = spawn_local(async move {
            drop(inside.borrow_mut().take());
            inner_done.set(true);
        });
        *own.borrow_mut() = Some(task);
        settle().await;
        assert!(done.get());
    });
}

#[test]
fn pitfall_04_a_task_may_abort_itself_while_it_runs() {
    run("a task that aborts itself", async {
        let own = Rc::new(RefCell::new(None::<AbortHandle>));
        let inside = Rc::clone(&own);
        let drops = Drops::default();
        let droplet = drops.droplet();
        let task = spawn_local(async move {
            let _droplet = droplet;
            inside.borrow_mut().take().unwrap().abort();
            pending::<()>().await;
        });
        *own.borrow_mut() = Some(task.abort_handle());
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn pitfall_04_a_task_that_aborts_itself_and_then_returns_has_completed() {
    run("a task that aborts itself too late", async {
        let own = Rc::new(RefCell::new(None::<AbortHandle>));
        let inside = Rc::clone(&own);
        let task = spawn_local(async move {
            inside.borrow_mut().take().unwrap().abort();
            "done"
        });
        *own.borrow_mut() = Some(task.abort_handle());
        assert_eq!(task.await.unwrap(), "done");
    });
}

#[test]
fn pitfall_05_the_output_is_dropped_once_whenever_the_handle_is_dropped() {
    let drops = Drops::default();
    run("three tasks", async {
        let output = |drops: &Drops| {
            let droplet = drops.droplet();
            async move {
                settle().await;
                droplet
            }
        };
        // We drop the handles before the task runs, while it runs, and after it ended.
        drop(spawn_local(output(&drops)));
        let running = spawn_local(output(&drops));
        let done = spawn_local(output(&drops));
        wakeful::task::yield_now().await;
        drop(running);
        settle().await;
        settle().await;
        assert!(done.is_finished());
        assert_eq!(drops.count(), 2);
        drop(done);
        assert_eq!(drops.count(), 3);
    });
    assert_eq!(drops.count(), 3);
    assert!(drops.all_here());
}

#[test]
fn pitfall_05_a_collected_output_is_not_dropped_by_the_task() {
    let drops = Drops::default();
    run("the output", async {
        let droplet = drops.droplet();
        let output = spawn_local(async move { droplet }).await.unwrap();
        assert_eq!(drops.count(), 0);
        drop(output);
    });
    assert_eq!(drops.count(), 1);
}

#[test]
fn pitfall_05_a_handle_awaited_on_another_thread_moves_the_output_there() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let droplet = drops.droplet();
    let task = runtime.spawn_local(async move { droplet });
    let there = thread::spawn(move || {
        let output = watched("the output", || wakeful::block_on(task).unwrap());
        drop(output);
    });
    // Runs the task. The runtime lives until the other thread has the output.
    runtime.block_on(settle());
    watched("the other thread", || there.join().unwrap());
    assert_eq!(drops.count(), 1);
    assert!(!drops.all_here());
}

#[test]
fn pitfall_07_a_task_that_keeps_its_own_waker_is_freed_at_shutdown() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let droplet = drops.droplet();
    runtime.block_on(async {
        let kept = RefCell::new(None::<Waker>);
        drop(spawn_local(poll_fn(move |context| {
            let _own = &droplet;
            *kept.borrow_mut() = Some(context.waker().clone());
            Poll::<()>::Pending
        })));
        settle().await;
    });
    assert_eq!(drops.count(), 0);
    drop(runtime);
    assert_eq!(drops.count(), 1);
}

#[test]
fn pitfall_08_a_waker_may_outlive_its_runtime() {
    let gate = Gate::default();
    let runtime = Runtime::new().unwrap();
    let task = runtime.spawn_local(gate.clone());
    runtime.block_on(settle());
    let waker = gate.waker();
    drop(runtime);
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_eq!(gate.polls(), 1);
    assert!(wakeful::block_on(task).unwrap_err().is_cancelled());
}

#[test]
fn pitfall_08_the_waker_of_block_on_may_outlive_it() {
    let (send, receive) = mpsc::channel();
    run("the waker of the `block_on` task", async {
        poll_fn(|context| {
            send.send(context.waker().clone()).unwrap();
            Poll::Ready(())
        })
        .await;
    });
    let waker = receive.recv().unwrap();
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
}

#[test]
fn pitfall_09_the_last_reference_may_be_dropped_on_another_thread() {
    let drops = Drops::default();
    let gate = Gate::default();
    let runtime = Runtime::new().unwrap();
    let (inside, droplet) = (gate.clone(), drops.droplet());
    // Neither the future nor its output is `Send`.
    drop(runtime.spawn_local(async move {
        inside.await;
        (droplet, Rc::new(()))
    }));
    runtime.block_on(settle());
    let waker = gate.waker();
    gate.open();
    waker.wake_by_ref();
    runtime.block_on(settle());
    drop(gate);
    drop(runtime);
    thread::spawn(move || drop(waker)).join().unwrap();
    assert_eq!(drops.count(), 1);
    assert!(drops.all_here());
}

#[test]
fn pitfall_11_a_chain_of_handles_is_dropped_without_a_deep_stack() {
    let length = if cfg!(miri) { 30 } else { 100_000 };
    run("the chain", async {
        // Each output owns the handle of the next task.
        struct Link(#[expect(dead_code, reason = "owned")] Option<JoinHandle<Link>>);
        let mut chain = spawn_local(async { Link(None) });
        for _ in 0..length {
            chain = spawn_local(async move { Link(Some(chain)) });
        }
        settle().await;
        assert!(chain.is_finished());
        drop(chain);
    });
}

#[test]
fn pitfall_11_a_chain_of_waiting_tasks_is_dropped_without_a_deep_stack() {
    let length = if cfg!(miri) { 30 } else { 100_000 };
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut chain = spawn_local(pending::<()>());
        for _ in 0..length {
            let droplet = drops.droplet();
            chain = spawn_local(async move {
                let _droplet = droplet;
                let _ = chain.await;
            });
        }
        settle().await;
        drop(chain);
    });
    drop(runtime);
    assert_eq!(drops.count(), length);
}

#[test]
fn pitfall_11_a_chain_of_join_wakers_is_dropped_without_a_deep_stack() {
    let length = if cfg!(miri) { 20 } else { 100_000 };
    run("the chain", async {
        let gate = Gate::default();
        let first = spawn_local(gate.clone());
        // Keeps the memory of the first task, which contains its join waker.
        let abort = first.abort_handle();
        let mut chain = first;
        for _ in 0..length {
            chain = spawn_local(async { chain.await.unwrap() });
        }
        settle().await;
        gate.open();
        gate.waker().wake();
        drop(gate);
        chain.await.unwrap();
        drop(abort);
    });
}

#[test]
fn a_wake_from_another_thread_unparks_the_runtime() {
    run("the wake from another thread", async {
        let (send, receive) = mpsc::channel::<Waker>();
        let flag = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let other = thread::spawn(move || {
            for waker in receive {
                set.store(true, std::sync::atomic::Ordering::SeqCst);
                waker.wake();
            }
        });
        let task = spawn_local(async move {
            poll_fn(|context| {
                if flag.load(std::sync::atomic::Ordering::SeqCst) {
                    return Poll::Ready(());
                }
                send.send(context.waker().clone()).unwrap();
                Poll::Pending
            })
            .await;
            drop(send);
        });
        task.await.unwrap();
        other.join().unwrap();
    });
}
