//! Join handles, and handles that abort their task when they are dropped.

use crate::support::{Drops, Gate, run, settle};
use std::future::pending;
use wakeful::{spawn_local, task::AbortOnDropHandle};

#[test]
fn a_handle_returns_its_id_and_whether_the_task_has_finished() {
    run("two tasks", async {
        let one = spawn_local(pending::<()>());
        let two = spawn_local(async { 2 });
        assert_ne!(one.id(), two.id());
        assert_eq!(one.id(), one.abort_handle().id());
        assert!(!one.is_finished());
        assert_eq!(two.await.unwrap(), 2);
        let abort = one.abort_handle();
        abort.abort();
        let error = one.await.unwrap_err();
        assert!(error.is_cancelled() && !error.is_panic());
        assert!(abort.is_finished());
        assert_eq!(error.id(), abort.id());
        assert_eq!(
            error.to_string(),
            format!("task {} was cancelled", abort.id())
        );
    });
}

#[test]
#[should_panic(expected = "collected already")]
fn polling_a_handle_after_its_output_was_collected_panics_with_the_reason() {
    run("the panic", async {
        let mut task = spawn_local(async {});
        (&mut task).await.unwrap();
        let _ = (&mut task).await;
    });
}

#[test]
fn an_abort_on_drop_handle_aborts_its_task_unless_it_was_detached() {
    run("an aborted task and a detached one", async {
        let (drops, gate) = (Drops::default(), Gate::default());
        let gated = |gate: Gate| {
            let droplet = drops.droplet();
            AbortOnDropHandle::new(spawn_local(async move {
                let _droplet = droplet;
                gate.await;
                7
            }))
        };
        let (dropped, detached) = (gated(Gate::default()), gated(gate.clone()));
        settle().await;
        drop(dropped);
        let detached = detached.detach();
        settle().await;
        assert_eq!(drops.count(), 1, "one was aborted, the other goes on");
        gate.open();
        gate.waker().wake();
        assert_eq!(detached.await.unwrap(), 7);

        // A handle that has returned its output has nothing to abort.
        let mut ended = AbortOnDropHandle::new(spawn_local(async { 8 }));
        assert!(!ended.is_finished());
        assert_eq!((&mut ended).await.unwrap(), 8);
        assert!(ended.is_finished());
        drop(ended);

        let aborted = gated(Gate::default());
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert_eq!(drops.count(), 3);
    });
}
