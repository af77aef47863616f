//! Ctrl-C. This test sends a signal to its own process, so it stands alone in its file.

#![cfg(unix)]

use std::pin::pin;

use signal_hook::{consts::SIGINT, low_level::raise};

#[test]
fn ctrl_c_is_a_future() {
    let runtime = timers::Runtime::new().expect("a descriptor is free");
    runtime.block_on(async {
        let mut ctrl_c = pin!(server::ctrl_c());
        assert!(futures_util::poll!(&mut ctrl_c).is_pending());
        raise(SIGINT).expect("a process may signal itself");
        ctrl_c.await.expect("a descriptor is free");
    });
}
