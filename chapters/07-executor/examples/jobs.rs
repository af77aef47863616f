//! Runs shell commands at the same time, and prints the output of each one as soon as it
//! has ended.
//!
//! `cargo run -p executor --example jobs -- 'sleep 1; echo slow' 'echo fast'`

use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use executor::{Executor, JoinHandle};
use wakers::Flag;

// ANCHOR: run
/// Runs one command. A device, a thread of its own, waits for the process.
async fn run(command: String) -> Result<String, String> {
    let done = Arc::new((Flag::new(), Mutex::new(Ok(String::new()))));
    let (for_device, line) = (Arc::clone(&done), command.clone());
    thread::spawn(move || {
        let result = shell(&line);
        *for_device.1.lock().unwrap_or_else(PoisonError::into_inner) = result;
        for_device.0.raise();
    });
    done.0.wait().await;
    let mut result = done.1.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut result, Ok(String::new()))
}
// ANCHOR_END: run

/// Runs a command to its end, and returns what it printed.
fn shell(line: &str) -> Result<String, String> {
    let output = Command::new("sh")
        .args(["-c", line])
        .output()
        .map_err(|error| format!("cannot start `sh`: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(printed) } else { Err(output.status.to_string()) }
}

// ANCHOR: main
fn main() -> ExitCode {
    let executor = Executor::new();
    let spawner = executor.spawner();
    let jobs: Vec<JoinHandle<bool>> = std::env::args()
        .skip(1)
        .map(|command| {
            spawner.spawn(async move {
                let result = run(command.clone()).await;
                match &result {
                    Ok(printed) => print!("{command}\n  {printed}"),
                    Err(error) => println!("{command}\n  failed: {error}"),
                }
                result.is_ok()
            })
        })
        .collect();
    let all_fine = executor.block_on(async {
        let mut fine = true;
        for job in jobs {
            fine &= job.await.unwrap_or(false);
        }
        fine
    });
    if all_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
// ANCHOR_END: main
