//! Priorities and deadlines: which task runs first, and that no other is starved.

use crate::support::watched;
use std::{
    cell::RefCell,
    future::Future,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Scheduling},
    spawn_local, task,
    task::yield_now,
    time::{Instant, sleep},
};

fn ranked() -> Runtime {
    let builder = Builder::new_current_thread();
    builder.scheduling(Scheduling::Ranked).build().unwrap()
}

fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    watched(awaited, || ranked().block_on(future))
}

/// The names of the tasks that ran, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    async fn turns(self, name: &'static str, turns: usize) {
        for _ in 0..turns {
            self.0.borrow_mut().push(name);
            yield_now().await;
        }
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

#[test]
fn the_highest_priority_runs_first_while_it_is_ready() {
    run("three tasks of three priorities", async {
        let log = Log::default();
        let low = task::Builder::new().priority(-1);
        let low = low.spawn_local(log.clone().turns("low", 2));
        let usual = spawn_local(log.clone().turns("usual", 2));
        let high = task::Builder::new().priority(1);
        let high = high.spawn_local(log.clone().turns("high", 2));
        for task in [low, usual, high] {
            task.await.unwrap();
        }
        assert_eq!(log.take(), ["high", "high", "usual", "usual", "low", "low"]);
    });
}

#[test]
fn at_equal_priority_the_earlier_deadline_runs_first_and_no_deadline_last() {
    run("tasks with deadlines", async {
        let log = Log::default();
        let none = spawn_local(log.clone().turns("none", 1));
        let now = Instant::now();
        let tasks = [("later", 2), ("sooner", 1)].map(|(name, seconds)| {
            let builder = task::Builder::new().deadline(now + Duration::from_secs(seconds));
            builder.spawn_local(log.clone().turns(name, 1))
        });
        for task in tasks {
            task.await.unwrap();
        }
        none.await.unwrap();
        assert_eq!(log.take(), ["sooner", "later", "none"]);
    });
}

#[test]
fn tasks_of_equal_rank_take_turns_in_the_order_they_were_spawned() {
    run("three tasks of equal rank", async {
        let log = Log::default();
        let tasks = ["a", "b", "c"].map(|name| {
            let builder = task::Builder::new().priority(3);
            builder.spawn_local(log.clone().turns(name, 2))
        });
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(log.take(), ["a", "b", "c", "a", "b", "c"]);
    });
}

#[test]
fn a_child_inherits_the_priority_and_deadline_unless_it_sets_its_own() {
    run("children of an urgent task", async {
        let log = Log::default();
        let deadline = Instant::now() + Duration::from_secs(1);
        let builder = task::Builder::new().priority(5).deadline(deadline);
        let other = log.clone();
        let parent = builder.spawn_local(async move {
            let usual = task::Builder::new().priority(0);
            let usual = usual.spawn_local(other.clone().turns("set to usual", 1));
            let child = spawn_local(other.turns("child", 1));
            child.await.unwrap();
            usual.await.unwrap();
        });
        let bystander = task::Builder::new().priority(4);
        let bystander = bystander.spawn_local(log.clone().turns("bystander", 1));
        parent.await.unwrap();
        bystander.await.unwrap();
        assert_eq!(log.take(), ["child", "bystander", "set to usual"]);
    });
}

#[test]
fn the_block_on_task_and_tasks_from_other_threads_have_the_usual_rank() {
    let runtime = ranked();
    let handle = runtime.handle().clone();
    watched("a task from another thread", || {
        runtime.block_on(async {
            let urgent = task::Builder::new().priority(1);
            urgent.spawn_local(yield_now()).await.unwrap();
            // The `block_on` task still has the usual rank, and so does its child.
            let log = Log::default();
            let usual = spawn_local(log.clone().turns("child of the `block_on` task", 1));
            let low = task::Builder::new().priority(-1);
            let low = low.spawn_local(log.clone().turns("low", 1));
            let foreign = thread::spawn(move || handle.spawn(async {}))
                .join()
                .unwrap();
            foreign.await.unwrap();
            low.await.unwrap();
            usual.await.unwrap();
            assert_eq!(log.take(), ["child of the `block_on` task", "low"]);
        });
    });
}

#[test]
fn pitfall_19_an_urgent_task_that_is_always_ready_does_not_starve_a_more_urgent_timer() {
    run("a timer of an urgent task next to a busy one", async {
        let busy = task::Builder::new().priority(1);
        let busy = busy.spawn_local(async {
            loop {
                yield_now().await;
            }
        });
        let urgent = task::Builder::new().priority(2);
        let slept = urgent.spawn_local(async move {
            sleep(Duration::from_millis(1)).await;
            busy.abort();
        });
        slept.await.unwrap();
    });
}

#[test]
fn without_ranked_scheduling_a_priority_changes_nothing() {
    let runtime = Runtime::new().unwrap();
    watched("two tasks", || {
        runtime.block_on(async {
            let log = Log::default();
            let first = spawn_local(log.clone().turns("first", 1));
            let second = task::Builder::new().priority(9);
            let second = second.spawn_local(log.clone().turns("second", 1));
            first.await.unwrap();
            second.await.unwrap();
            assert_eq!(log.take(), ["first", "second"]);
        });
    });
}

#[test]
fn a_task_that_a_hook_spawns_does_not_take_the_rank_of_another() {
    thread_local! {
        static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }
    let log = |name| async move { LOG.with_borrow_mut(|log| log.push(name)) };
    let is_due = Arc::new(AtomicBool::new(false));
    let due = Arc::clone(&is_due);
    let runtime = Builder::new_current_thread()
        .scheduling(Scheduling::Ranked)
        .on_task_spawn(move |_| {
            if due.swap(false, SeqCst) {
                spawn_local(log("the hook's"));
            }
        })
        .build()
        .unwrap();
    watched("three tasks", || {
        runtime.block_on(async {
            let usual = spawn_local(log("usual"));
            is_due.store(true, SeqCst);
            let urgent = task::Builder::new().priority(5).spawn_local(log("urgent"));
            usual.await.unwrap();
            urgent.await.unwrap();
        });
    });
    assert_eq!(LOG.take()[0], "urgent");
}
