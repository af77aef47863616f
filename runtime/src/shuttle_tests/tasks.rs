//! Tasks on whole runtimes: each ends once, with its output or because it was
//! aborted, and nothing that it held stays.

use super::{Rng, Threads, attempt, attempt_async, explore, pause, run, runtime};
use crate::{
    runtime::{Handle, RuntimeFlavor},
    spawn,
    task::{AbortHandle, AbortOnDropHandle, JoinError, JoinHandle, JoinSet, block_in_place},
};
use std::{
    collections::BTreeMap,
    future::Future,
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

type Held = Arc<()>;

/// A task that pauses, and perhaps waits for a task that it spawns.
fn body(rng: &Rng, held: &Held, output: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    let (rng, held) = (rng.split(), Arc::clone(held));
    Box::pin(async move {
        pause(&rng).await;
        if rng.one_in(3) {
            let child = spawn(body(&rng, &held, output));
            let got = if rng.one_in(2) {
                child.await
            } else {
                AbortOnDropHandle::new(child).await
            };
            // Only the end of the runtime aborts it.
            return got.unwrap_or(usize::MAX);
        }
        if rng.one_in(6) && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            block_in_place(|| super::yield_some(&rng));
            // If the runtime has ended in between, a timer panics.
            return output;
        }
        pause(&rng).await;
        drop(held);
        output
    })
}

/// A task, its number, and whether it is to be aborted.
struct Job {
    handle: JoinHandle<usize>,
    output: usize,
    aborted: Arc<AtomicBool>,
}

impl Job {
    fn check(output: usize, aborted: &AtomicBool, ended: Result<usize, JoinError>) {
        match ended {
            Ok(ended) => assert_eq!(ended, output, "another task's output"),
            Err(error) => {
                assert!(error.is_cancelled(), "{error}");
                assert!(aborted.load(SeqCst), "cancelled, and not aborted");
            }
        }
    }
}

#[derive(Clone, Default)]
struct Aborts(Arc<Mutex<Vec<(AbortHandle, Arc<AtomicBool>)>>>);

impl Aborts {
    fn one(&self, rng: &Rng) {
        let taken = self.0.lock().unwrap().pop();
        if let Some((handle, aborted)) = taken {
            aborted.store(true, SeqCst);
            rng.say(format_args!("aborts {}", handle.id()));
            handle.abort();
        }
    }
}

#[test]
fn each_task_ends_with_its_output_or_because_it_was_aborted() {
    explore(tasks);
}

fn tasks(rng: &Rng) {
    let held = Held::default();
    let runtime = runtime(rng);
    let aborts = Aborts::default();
    let mut threads = Threads::default();
    for _ in 0..rng.below(3) {
        let (handle, aborts, held) = (runtime.handle().clone(), aborts.clone(), held.clone());
        threads.spawn(rng, move |rng| outside(rng, &handle, &aborts, &held));
    }
    runtime.block_on(async {
        let mut jobs: Vec<Job> = (0..rng.up_to(4))
            .map(|output| {
                let handle = spawn(body(rng, &held, output));
                let aborted = Arc::new(AtomicBool::new(false));
                if rng.one_in(2) {
                    let abort = (handle.abort_handle(), Arc::clone(&aborted));
                    aborts.0.lock().unwrap().push(abort);
                }
                Job {
                    handle,
                    output,
                    aborted,
                }
            })
            .collect();
        while !jobs.is_empty() {
            let mut job = jobs.swap_remove(rng.below(jobs.len()));
            match rng.below(5) {
                0 => aborts.one(rng),
                1 => {
                    drop(job);
                    continue;
                }
                2 => {
                    if let Some(ended) = attempt_async(rng, &mut job.handle).await {
                        Job::check(job.output, &job.aborted, ended);
                        continue;
                    }
                }
                3 => {
                    let Job {
                        handle,
                        output,
                        aborted,
                    } = job;
                    Job::check(output, &aborted, handle.await);
                    continue;
                }
                _ => pause(rng).await,
            }
            if job.handle.is_finished() {
                let ended = (&mut job.handle).await;
                Job::check(job.output, &job.aborted, ended);
            } else {
                jobs.push(job);
            }
        }
    });
    drop(runtime);
    threads.join();
    aborts.0.lock().unwrap().clear();
    assert_eq!(Arc::strong_count(&held), 1, "what a task held is left");
}

/// A thread that spawns and aborts, also while the runtime ends.
fn outside(rng: &Rng, runtime: &Handle, aborts: &Aborts, held: &Held) {
    for _ in 0..rng.up_to(3) {
        match rng.below(4) {
            0 => aborts.one(rng),
            1 => drop(runtime.spawn(body(rng, held, 7))),
            2 => {
                let mut handle = runtime.spawn(body(rng, held, 8));
                let early = attempt(rng, &mut handle);
                let ended = early.unwrap_or_else(|| run(rng, handle));
                // The runtime may have ended before.
                assert!(
                    ended
                        .as_ref()
                        .map_or_else(JoinError::is_cancelled, |_| true)
                );
            }
            _ => {
                let held = Arc::clone(held);
                let work = runtime.spawn_blocking(move || drop(held));
                let ended = run(rng, work);
                assert!(ended.map_or_else(|error| error.is_cancelled(), |()| true));
            }
        }
    }
}

#[test]
fn a_join_set_gives_the_end_of_each_task_once() {
    explore(join_set);
}

fn join_set(rng: &Rng) {
    let held = Held::default();
    let runtime = runtime(rng);
    runtime.block_on(async {
        let mut set = JoinSet::new();
        let (mut open, mut detached) = (BTreeMap::new(), false);
        let mut number = 0;
        let count = |open: &mut BTreeMap<usize, AbortHandle>, ended: Result<usize, JoinError>| {
            match ended {
                Ok(output) => {
                    assert!(open.remove(&output).is_some(), "{output} has ended twice");
                }
                Err(error) => {
                    assert!(error.is_cancelled(), "{error}");
                    let aborted = open.iter().find(|(_, abort)| abort.id() == error.id());
                    let aborted = *aborted.expect("it has ended twice").0;
                    open.remove(&aborted);
                }
            }
        };
        let rounds = rng.up_to(8);
        for _ in 0..rounds {
            match rng.below(9) {
                0..=2 => {
                    let abort = set.spawn(body(rng, &held, number));
                    open.insert(number, abort);
                    number += 1;
                }
                3 => {
                    if let Some(ended) = attempt_async(rng, set.join_next()).await.flatten() {
                        count(&mut open, ended);
                    }
                }
                4 => match set.join_next().await {
                    Some(ended) => count(&mut open, ended),
                    None => assert!(set.is_empty() && open.is_empty()),
                },
                5 => {
                    if let Some(ended) = set.try_join_next() {
                        count(&mut open, ended);
                    }
                }
                6 => {
                    if let Some(abort) = open.values().next() {
                        abort.abort();
                    }
                }
                7 if rng.one_in(4) => {
                    set.detach_all();
                    detached = true;
                    open.clear();
                }
                _ => pause(rng).await,
            }
            assert_eq!(set.len(), open.len());
        }
        rng.say(format_args!("{} are left, detached: {detached}", set.len()));
        match rng.below(3) {
            0 => set.shutdown().await,
            1 => drop(mem::take(&mut set)),
            _ => {
                while let Some(ended) = set.join_next().await {
                    count(&mut open, ended);
                }
                assert!(open.is_empty(), "{} have not ended", open.len());
            }
        }
    });
    drop(runtime);
    assert_eq!(Arc::strong_count(&held), 1, "what a task held is left");
}

#[test]
fn a_foreign_thread_runs_a_future_of_the_runtime() {
    explore(|rng| {
        let runtime = runtime(rng);
        let mut threads = Threads::default();
        let (done, end) = crate::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        threads.spawn(rng, move |rng| {
            let held = Held::default();
            let sum = handle.block_on(async {
                pause(rng).await;
                let first = spawn(body(rng, &held, 1));
                let second = spawn(body(rng, &held, 2));
                first.await.unwrap() + second.await.unwrap()
            });
            assert_eq!(sum, 3);
            done.send(()).unwrap();
        });
        runtime.block_on(async { end.await.unwrap() });
        threads.join();
    });
}
