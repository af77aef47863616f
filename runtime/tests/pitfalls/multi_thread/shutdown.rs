//! The shutdown of a multi-thread runtime.

use super::{MANY, multi_thread};
use crate::support::{Drops, watched};
use futures_util::future::join_all;
use std::{
    future::{pending, poll_fn},
    sync::mpsc,
    task::Poll,
    thread,
    time::Duration,
};
use wakeful::{runtime::Handle, spawn, task::yield_now, time::sleep};

#[test]
fn pitfall_08_wakers_may_outlive_the_runtime() {
    let (send, receive) = mpsc::channel();
    let runtime = multi_thread(2);
    let task = runtime.spawn(poll_fn(move |context| {
        let _ = send.send(context.waker().clone());
        Poll::<()>::Pending
    }));
    let waker = watched("the first poll", || receive.recv().unwrap());
    watched("the shutdown", || drop(runtime));
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert!(wakeful::block_on(task).unwrap_err().is_cancelled());
}

#[test]
fn pitfall_16_shutdown_drops_every_task_in_any_state() {
    let drops = Drops::default();
    let runtime = multi_thread(2);
    for n in 0..MANY / 10 {
        let droplet = drops.droplet();
        drop(runtime.spawn(async move {
            let _droplet = droplet;
            match n % 3 {
                0 => pending().await,
                1 => sleep(Duration::from_hours(1)).await,
                _ => loop {
                    yield_now().await;
                },
            }
        }));
    }
    watched("the shutdown", || drop(runtime));
    assert_eq!(drops.count(), MANY / 10);
}

#[test]
fn pitfall_16_a_task_spawned_while_the_runtime_shuts_down_is_cancelled() {
    struct SpawnsWhenDropped(Drops, Handle);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let droplet = self.0.droplet();
            drop(self.1.spawn(async move {
                let _droplet = droplet;
                pending::<()>().await;
            }));
        }
    }
    let drops = Drops::default();
    let runtime = multi_thread(2);
    for _ in 0..MANY / 100 + 2 {
        let spawns = SpawnsWhenDropped(drops.clone(), runtime.handle().clone());
        drop(runtime.spawn(async move {
            let _spawns = spawns;
            pending::<()>().await;
        }));
    }
    watched("the shutdown", || drop(runtime));
    assert_eq!(drops.count(), MANY / 100 + 2);
}

#[cfg(not(miri))]
#[test]
fn pitfall_16_a_socket_that_outlives_the_runtime_returns_an_error() {
    use futures_util::AsyncReadExt;
    use wakeful::net::{TcpListener, TcpStream};

    let runtime = multi_thread(3);
    // Many tasks create them, on different workers.
    let pairs = runtime.block_on(async {
        let pairs = (0..20).map(|_| {
            spawn(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let connect = TcpStream::connect(listener.local_addr().unwrap());
                let (one, other) = wakeful::try_join!(listener.accept(), connect).unwrap();
                (one.0, other)
            })
        });
        join_all(pairs).await
    });
    let waiting: Vec<_> = pairs
        .into_iter()
        .map(|pair| {
            thread::spawn(move || {
                let (mut here, _there) = pair.unwrap();
                watched("the error", || {
                    wakeful::block_on(async { here.read(&mut [0]).await })
                })
            })
        })
        .collect();
    watched("the shutdown", || drop(runtime));
    for reader in waiting {
        let error = reader.join().unwrap().unwrap_err();
        assert!(error.to_string().contains("shut down"), "{error}");
    }
}

#[test]
fn pitfall_16_a_task_spawned_after_the_shutdown_is_cancelled() {
    let runtime = multi_thread(2);
    let handle = runtime.handle().clone();
    drop(runtime);
    let late = handle.spawn(async {});
    assert!(
        watched("the handle", || wakeful::block_on(late))
            .unwrap_err()
            .is_cancelled()
    );
}
