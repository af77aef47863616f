//! The id and the name of a runtime.

use crate::support::{run, watched};
use std::{collections::HashSet, thread};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
};

fn each_kind() -> [Builder; 3] {
    [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
        Builder::new_thread_per_core().worker_threads(2),
    ]
}

#[test]
fn two_runtimes_have_different_ids_even_if_the_first_has_ended() {
    let ids: HashSet<_> = (0..3)
        .flat_map(|_| each_kind())
        .map(|builder| builder.build().unwrap().handle().id())
        .collect();
    assert_eq!(ids.len(), 9);
}

#[test]
fn every_thread_of_a_runtime_sees_its_id_and_its_name() {
    for builder in each_kind() {
        let runtime = builder.name("tested").build().unwrap();
        let expected = (runtime.handle().id(), Some("tested".to_owned()));
        let here = || {
            let handle = Handle::current();
            (handle.id(), handle.name().map(str::to_owned))
        };
        watched("the id on each thread", || {
            runtime.block_on(async {
                assert_eq!(here(), expected);
                assert_eq!(
                    wakeful::spawn(async move { here() }).await.unwrap(),
                    expected
                );
                let blocking = wakeful::spawn_blocking(here);
                assert_eq!(blocking.await.unwrap(), expected);
            });
        });
        let handle = runtime.handle().clone();
        let outside = thread::spawn(move || handle.enter(here));
        assert_eq!(outside.join().unwrap(), expected);
    }
}

#[test]
fn each_core_has_the_id_of_the_runtime() {
    let runtime = Builder::new_thread_per_core().worker_threads(2).build();
    let runtime = runtime.unwrap();
    let id = runtime.handle().id();
    let on_core_1 = runtime
        .handle()
        .spawn_on(1, || async { Handle::current().id() });
    let found = watched("core 1", || runtime.block_on(on_core_1));
    assert_eq!(found.unwrap(), id);
}

#[test]
fn a_runtime_has_no_name_by_default() {
    run("a name", async {
        assert_eq!(Handle::current().name(), None);
    });
}

#[test]
#[should_panic(expected = "the name of a runtime is empty")]
fn a_name_of_spaces_is_refused() {
    let _ = Builder::new_current_thread().name(" ");
}

#[test]
fn the_debug_output_of_a_runtime_shows_its_id_and_its_name() {
    let runtime = Builder::new_current_thread()
        .name("ingest")
        .build()
        .unwrap();
    let id = runtime.handle().id();
    let shown = format!("{runtime:?}");
    assert!(shown.contains(&format!("{id:?}")), "{shown}");
    assert!(shown.contains("ingest"), "{shown}");
    assert!(!format!("{:?}", Runtime::new().unwrap()).contains("ingest"));
}
