//! The server when the process may not open another file. This test lowers the limit
//! for its whole process, so it stands alone in its file.

#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::Duration;

use reactor::{Runtime, spawn};
use sockets::{TcpListener, pause, run};
use waiting::Message;

#[path = "../../01-waiting/tests/limit/mod.rs"]
mod limit;
use limit::allow_more_files;

#[test]
fn a_server_that_ran_out_of_files_accepts_again_when_some_are_closed() {
    let runtime = Runtime::new().expect("there are descriptors");
    runtime.block_on(async {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback works");
        let address = listener.local_addr().expect("it is bound");
        spawn(async move { run(&listener).await });
        allow_more_files(50);
        let device = thread::spawn(move || {
            let mut meters = Vec::new();
            while let Ok(meter) = TcpStream::connect(address) {
                meters.push(meter);
                assert!(meters.len() < 1000, "the limit of open files has no effect");
            }
            let kept = meters.split_off(meters.len() / 2);
            assert!(!kept.is_empty(), "no meter can connect");
            drop(meters);
            let mut reading = Vec::new();
            Message::Reading(5).encode(&mut reading);
            for mut meter in kept {
                meter.write_all(&reading).expect("the connection stands");
                let patience = Some(Duration::from_secs(20));
                meter.set_read_timeout(patience).expect("it is not zero");
                meter.read_exact(&mut [0; 6]).expect("the server answers");
            }
        });
        while !device.is_finished() {
            pause(Duration::from_millis(1)).await;
        }
        device.join().expect("every meter has an answer");
    });
}
