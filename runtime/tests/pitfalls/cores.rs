//! The pitfalls again, on the runtime whose threads share no tasks (thread per core).

use crate::support::{Drops, Game, watched};
use std::{
    cell::Cell,
    future::{Future, pending},
    rc::Rc,
    sync::mpsc,
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn_local,
    sync::oneshot,
    task::yield_now,
    time::{sleep, timeout},
};

fn cores(cores: usize) -> Runtime {
    Builder::new_thread_per_core()
        .worker_threads(cores)
        .build()
        .unwrap()
}

fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    watched(awaited, || cores(2).block_on(future))
}

const MANY: usize = if cfg!(miri) { 10 } else { 1_000 };

#[test]
fn a_task_starts_on_its_core_and_stays_there() {
    run("a task that checks its thread", async {
        let handle = Handle::current();
        let block_on_thread = thread::current().id();
        for core in [0, 1] {
            let places = handle.spawn_on(core, || async {
                // An `Rc` is not `Send`, and the task holds it across each wait.
                let begun = Rc::new(thread::current().id());
                let mut moved = 0;
                for _ in 0..MANY {
                    yield_now().await;
                    moved += usize::from(thread::current().id() != *begun);
                }
                (moved, *begun, Handle::current().core())
            });
            let (moved, place, here) = places.await.unwrap();
            assert_eq!((moved, here), (0, core));
            assert_eq!(place == block_on_thread, core == 0);
        }
    });
}

#[test]
fn a_task_on_another_core_can_use_timers_and_spawn_local_tasks() {
    run("a timer and a child on another core", async {
        let work = Handle::current().spawn_on(1, || async {
            let shared = Rc::new(Cell::new(0));
            let counted = Rc::clone(&shared);
            let child = spawn_local(async move {
                sleep(Duration::from_millis(1)).await;
                counted.set(7);
            });
            child.await.unwrap();
            shared.get()
        });
        assert_eq!(work.await.unwrap(), 7);
    });
}

#[test]
fn next_core_returns_the_cores_in_turn() {
    let runtime = cores(3);
    let cores_in_turn: Vec<_> = (0..6).map(|_| runtime.handle().next_core()).collect();
    assert_eq!(cores_in_turn, [0, 1, 2, 0, 1, 2]);
    assert_eq!(runtime.handle().metrics().num_workers(), 3);
}

#[test]
fn a_current_thread_runtime_is_its_own_core_0() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    watched("a task of core 0", || {
        runtime.block_on(async {
            let task = handle.spawn_on(handle.next_core(), || async { *Rc::new(5) + 1 });
            assert_eq!(task.await.unwrap(), 6);
        });
    });
}

#[test]
#[should_panic = "there is no core 2: this runtime has 2, numbered from 0"]
fn spawning_on_a_core_that_does_not_exist_says_so() {
    drop(cores(2).handle().spawn_on(2, || async {}));
}

#[test]
fn pitfall_01_tasks_that_wake_each_other_across_cores_lose_no_wake() {
    run("two tasks that wake each other", async {
        let game = Game::default();
        let sides = [0, 1].map(|core| {
            let game = game.clone();
            Handle::current().spawn_on(core, move || game.side(core, MANY))
        });
        for side in sides {
            side.await.unwrap();
        }
    });
}

#[test]
fn pitfall_05_a_future_that_is_aborted_from_another_core_is_dropped_on_its_own_core() {
    run("a future that is aborted from another core", async {
        let drops = Drops::default();
        let (begun, has_begun) = oneshot::channel();
        let droplet = drops.droplet();
        let task = Handle::current().spawn_on(1, move || async move {
            let _droplet = droplet;
            begun.send(thread::current().id()).unwrap();
            pending::<()>().await;
        });
        let there = has_begun.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(drops.threads(), [there]);
    });
}

#[test]
fn pitfall_06_a_panic_while_making_the_future_is_the_result_of_the_task() {
    run("a task whose future is never made", async {
        let task = Handle::current().spawn_on(1, || -> std::future::Ready<()> { panic!("unmade") });
        assert!(task.await.unwrap_err().is_panic());
        // The core still works.
        let next = Handle::current().spawn_on(1, || async { 1 });
        assert_eq!(next.await.unwrap(), 1);
    });
}

#[test]
fn pitfall_16_every_core_drops_its_own_tasks_at_shutdown() {
    let drops = Drops::default();
    let runtime = cores(3);
    let block_on_thread = thread::current().id();
    watched("the tasks of three cores", || {
        let (begun, all_begun) = mpsc::channel();
        for core in 0..3 {
            let (droplet, begun) = (drops.droplet(), begun.clone());
            drop(runtime.handle().spawn_on(core, move || async move {
                let _droplet = droplet;
                begun.send(thread::current().id()).unwrap();
                pending::<()>().await;
            }));
        }
        // Core 0 runs only inside `block_on`, and takes remote tasks in order.
        let last = runtime.handle().spawn_on(0, || async {});
        runtime.block_on(last).unwrap();
        let mut begun: Vec<_> = (0..3).map(|_| all_begun.recv().unwrap()).collect();
        drop(runtime);
        let mut dropped = drops.threads();
        let text = |thread: &thread::ThreadId| format!("{thread:?}");
        begun.sort_by_key(text);
        dropped.sort_by_key(text);
        assert_eq!(dropped, begun);
        assert!(dropped.contains(&block_on_thread));
    });
}

#[test]
fn pitfall_16_a_task_spawned_after_the_shutdown_is_cancelled() {
    let runtime = cores(2);
    let handle = runtime.handle().clone();
    drop(runtime);
    let drops = Drops::default();
    for core in [0, 1] {
        let droplet = drops.droplet();
        let task = handle.spawn_on(core, move || async move { drop(droplet) });
        assert!(task.is_finished());
        let error = watched("the result of a task that was spawned too late", || {
            wakeful::block_on(task).unwrap_err()
        });
        assert!(error.is_cancelled());
    }
    assert_eq!(drops.threads().len(), 2);
}

#[test]
fn pitfall_19_a_busy_core_does_not_delay_another() {
    run("a timer next to a core that computes", async {
        let (stop, stopped) = mpsc::channel::<()>();
        let busy = Handle::current().spawn_on(1, move || async move {
            // This blocks core 1 and no other.
            stopped.recv().unwrap_err();
        });
        let slept = timeout(Duration::from_secs(20), sleep(Duration::from_millis(1))).await;
        assert_eq!(slept, Ok(()));
        drop(stop);
        busy.await.unwrap();
    });
}

#[cfg(not(miri))]
#[test]
fn a_connection_can_move_to_another_core() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    run("an echo from core 1", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let stream = stream.into_std().unwrap();
        let echo = Handle::current().spawn_on(1, move || async move {
            let mut stream = TcpStream::from_std(stream).unwrap();
            let mut word = [0; 5];
            stream.read_exact(&mut word).await.unwrap();
            stream.write_all(&word).await.unwrap();
        });
        client.write_all(b"cores").await.unwrap();
        let mut word = [0; 5];
        client.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"cores");
        echo.await.unwrap();
    });
}

#[test]
#[should_panic(expected = "only the clock of a current-thread runtime")]
fn the_clock_of_one_core_among_several_cannot_be_paused() {
    run("the panic", async { wakeful::time::pause() });
}
