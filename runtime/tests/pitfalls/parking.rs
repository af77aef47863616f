//! Pitfall 17: a hook schedules work every time its thread parks. Sockets and timers
//! still work.

use crate::support::watched;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    time::sleep,
};

const ONE_MS: Duration = Duration::from_millis(1);

/// A runtime with a hook that schedules new work each time a thread is about to
/// park, and the count of these calls.
fn restless(builder: Builder, work: fn()) -> (Runtime, Arc<AtomicUsize>) {
    let parks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&parks);
    let builder = builder.on_thread_park(move || {
        counted.fetch_add(1, SeqCst);
        work();
    });
    (builder.build().unwrap(), parks)
}

fn timers_fire(builder: Builder, work: fn()) {
    let (runtime, parks) = restless(builder, work);
    watched("a timer under a hook that schedules work", || {
        runtime.block_on(async {
            for _ in 0..if cfg!(miri) { 1 } else { 3 } {
                sleep(ONE_MS).await;
            }
        });
    });
    assert!(parks.load(SeqCst) >= 1, "the hook has been called");
}

#[test]
fn pitfall_17_a_hook_that_spawns_while_parking_does_not_starve_timers() {
    timers_fire(Builder::new_current_thread(), || {
        drop(wakeful::spawn_local(async {}));
    });
}

#[test]
fn pitfall_17_a_hook_that_spawns_by_the_handle_does_not_starve_timers() {
    timers_fire(Builder::new_current_thread(), || {
        drop(Handle::current().spawn(async {}));
    });
}

#[cfg(not(miri))]
mod sockets {
    use super::*;
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    pub(super) fn a_byte_arrives(builder: Builder, work: fn()) {
        let (runtime, _) = restless(builder, work);
        watched("a byte under a hook that schedules work", || {
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                let mut there = TcpStream::connect(address).await.unwrap();
                let (mut here, _) = listener.accept().await.unwrap();
                let reader = wakeful::spawn(async move {
                    let mut byte = [0];
                    here.read_exact(&mut byte).await.map(|()| byte[0])
                });
                there.write_all(&[7]).await.unwrap();
                assert_eq!(reader.await.unwrap().unwrap(), 7);
            });
        });
    }

    #[test]
    fn pitfall_17_a_hook_that_spawns_while_parking_does_not_starve_sockets() {
        a_byte_arrives(Builder::new_current_thread(), || {
            drop(wakeful::spawn_local(async {}));
        });
    }
}

/// A task that the hook spawns runs before the thread parks.
fn runs_before_the_park(builder: Builder) {
    let first = Arc::new(AtomicBool::new(true));
    let (done, waiting) = wakeful::sync::oneshot::channel();
    let done = std::sync::Mutex::new(Some(done));
    let runtime = builder
        .on_thread_park(move || {
            if first.swap(false, SeqCst) {
                let done = done.lock().unwrap().take().unwrap();
                drop(wakeful::spawn(async move { done.send(()).unwrap() }));
            }
        })
        .build()
        .unwrap();
    // Only that task can end this wait.
    watched("the task that the hook spawned", || {
        runtime.block_on(waiting).unwrap();
    });
}

#[test]
fn pitfall_17_a_task_that_a_hook_spawns_runs_before_the_thread_parks() {
    runs_before_the_park(Builder::new_current_thread());
}

/// The same on a multi-thread runtime. Miri runs these tests with other settings.
mod multi_thread {
    use super::*;

    #[test]
    fn pitfall_17_a_hook_of_a_multi_thread_runtime_does_not_starve_timers() {
        for workers in [1, 2] {
            let builder = Builder::new_multi_thread().worker_threads(workers);
            timers_fire(builder, || drop(wakeful::spawn(async {})));
        }
    }

    #[cfg(not(miri))]
    #[test]
    fn pitfall_17_a_hook_of_a_multi_thread_runtime_does_not_starve_sockets() {
        let builder = Builder::new_multi_thread().worker_threads(2);
        sockets::a_byte_arrives(builder, || drop(wakeful::spawn(async {})));
    }

    #[test]
    fn pitfall_17_a_task_that_a_hook_of_a_multi_thread_runtime_spawns_runs_before_the_thread_parks()
    {
        runs_before_the_park(Builder::new_multi_thread().worker_threads(1));
    }
}
