//! The compiled program, with a meter, a program that asks, and Ctrl-C.

#![cfg(unix)]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn the_program_serves_meters_and_ends_in_order_on_ctrl_c() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("readings.txt");
    let mut program = Command::new(env!("CARGO_BIN_EXE_meter-server"))
        .args(["127.0.0.1:0", "127.0.0.1:0"])
        .arg(&journal)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut printed = BufReader::new(program.stdout.take().ok_or("no output")?);
    let mut line = String::new();
    printed.read_line(&mut line)?;
    let rest = line.trim().strip_prefix("meters at ").ok_or("another first line")?;
    let (meters, metrics) = rest.split_once(", metrics at ").ok_or("no metrics")?;
    let (meters, metrics): (SocketAddr, SocketAddr) = (meters.parse()?, metrics.parse()?);

    let mut meter = TcpStream::connect(meters)?;
    meter.write_all(&[1, 4, 0, 0, 0, 42])?;
    let mut answer = [0; 6];
    meter.read_exact(&mut answer)?;
    assert_eq!(answer, [2, 4, 0, 0, 0, 42]);
    let mut asks = TcpStream::connect(metrics)?;
    asks.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    let mut text = String::new();
    asks.read_to_string(&mut text)?;
    assert!(text.contains("meters_litres 42\n"), "{text}");

    let id = i32::try_from(program.id()).map(Pid::from_raw)?.ok_or("no process")?;
    kill_process(id, Signal::INT)?;
    assert_eq!(meter.read(&mut answer)?, 0);
    let mut report = String::new();
    printed.read_to_string(&mut report)?;
    assert!(report.contains("meters_drained 1\n"), "{report}");
    assert!(report.ends_with("42 litres\n"), "{report}");
    assert!(program.wait()?.success());
    assert_eq!(std::fs::read_to_string(journal)?, "1 42\n");
    Ok(())
}
