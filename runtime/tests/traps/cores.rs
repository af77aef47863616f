//! The traps again, on several threads that share nothing.

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
fn a_task_is_begun_on_its_core_and_stays_there() {
    run("a task that looks where it is", async {
        let handle = Handle::current();
        let root = thread::current().id();
        for core in [0, 1] {
            let places = handle.spawn_on(core, || async {
                // Not `Send`, and held over each wait.
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
            assert_eq!(place == root, core == 0);
        }
    });
}

#[test]
fn what_is_spawned_on_a_core_has_what_it_needs_there() {
    run("a timer, a socket and a child of another core", async {
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
fn cores_are_dealt_out_in_turn() {
    let runtime = cores(3);
    let dealt: Vec<_> = (0..6).map(|_| runtime.handle().next_core()).collect();
    assert_eq!(dealt, [0, 1, 2, 0, 1, 2]);
    assert_eq!(runtime.handle().metrics().num_workers(), 3);
}

#[test]
fn a_runtime_of_one_thread_is_a_core_alone() {
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
fn a_core_that_is_not_there_is_said_so() {
    drop(cores(2).handle().spawn_on(2, || async {}));
}

#[test]
fn trap_01_tasks_that_wake_each_other_across_cores_lose_no_wake() {
    run("the game of two cores", async {
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
fn trap_05_outputs_and_futures_are_dropped_on_the_core_they_belong_to() {
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
fn trap_06_a_panic_in_making_the_future_is_the_tasks() {
    run("a task that is never made", async {
        let task = Handle::current().spawn_on(1, || -> std::future::Ready<()> { panic!("unmade") });
        assert!(task.await.unwrap_err().is_panic());
        // The core goes on.
        let next = Handle::current().spawn_on(1, || async { 1 });
        assert_eq!(next.await.unwrap(), 1);
    });
}

#[test]
fn trap_16_every_core_drops_its_own_tasks_at_the_end() {
    let drops = Drops::default();
    let runtime = cores(3);
    let here = thread::current().id();
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
        // Core 0 goes on while there is a root; its mail comes in order.
        let last = runtime.handle().spawn_on(0, || async {});
        runtime.block_on(last).unwrap();
        let mut begun: Vec<_> = (0..3).map(|_| all_begun.recv().unwrap()).collect();
        drop(runtime);
        let mut dropped = drops.threads();
        let text = |thread: &thread::ThreadId| format!("{thread:?}");
        begun.sort_by_key(text);
        dropped.sort_by_key(text);
        assert_eq!(dropped, begun);
        assert!(dropped.contains(&here));
    });
}

#[test]
fn trap_16_a_spawn_that_comes_too_late_is_cancelled() {
    let runtime = cores(2);
    let handle = runtime.handle().clone();
    drop(runtime);
    let drops = Drops::default();
    for core in [0, 1] {
        let droplet = drops.droplet();
        let task = handle.spawn_on(core, move || async move { drop(droplet) });
        assert!(task.is_finished());
        let error = watched("the word of a task that came too late", || {
            wakeful::block_on(task).unwrap_err()
        });
        assert!(error.is_cancelled());
    }
    assert_eq!(drops.threads().len(), 2);
}

#[test]
fn trap_19_a_core_that_is_busy_keeps_no_other_waiting() {
    run("a timer on a core beside one that computes", async {
        let (stop, stopped) = mpsc::channel::<()>();
        let busy = Handle::current().spawn_on(1, move || async move {
            // Blocks its core, and no other.
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
fn a_connection_can_be_handed_to_another_core() {
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
fn a_clock_of_one_core_among_several_cannot_be_paused() {
    run("the panic", async { wakeful::time::pause() });
}
