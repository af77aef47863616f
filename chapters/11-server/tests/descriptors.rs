//! The server when the process may not open another file. This test lowers the limit
//! for its whole process, so it stands alone in its file.

#![cfg(unix)]

use server::Limits;
use sockets::TcpStream;
use std::time::Duration;
use waiting::Message;

mod common;
use common::{Journal, LIMITS, Meter, bytes, serve};

#[path = "../../01-waiting/tests/limit/mod.rs"]
mod limit;
use limit::allow_more_files;

#[test]
fn a_server_without_free_descriptors_waits_and_then_accepts_again() {
    let limits = Limits { meters: 1000, ..LIMITS };
    let result = serve(limits, Journal::default(), async |server| {
        allow_more_files(30);
        let mut meters = Vec::new();
        while let Ok(meter) = TcpStream::connect(server.meters).await {
            meters.push(Meter(meter));
            assert!(meters.len() < 1000, "the limit of open files has no effect");
        }
        // The server is out of descriptors, too. It sleeps longer and longer.
        for _ in 0..3000 {
            server.pass(Duration::from_millis(10)).await;
        }
        let failures = server.count("accept");
        assert!((1..100).contains(&failures), "{failures} failures in 30 seconds");
        let kept = meters.split_off(meters.len() / 2);
        assert!(!kept.is_empty(), "no meter can connect");
        drop(meters);
        server.pass(Duration::from_secs(1)).await;
        for mut meter in kept {
            meter.send(&bytes(Message::Reading(1))).await;
            assert_eq!(meter.receive().await, Some(Message::Total(1)));
        }
    });
    result.expect("it was asked to stop");
}
