//! Prints the CRC-32 of files, as gzip and zip know it. Reads at most four at a time, and
//! shows how far it is after each tenth of a second.
//!
//! `cargo run -p turns --example sums -- LICENSE-MIT LICENSE-APACHE`

use std::cell::Cell;
use std::env;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use channels::Semaphore;
use timers::interval;
use turns::{Runtime, read_file, spawn, spawn_blocking};

// ANCHOR: sums
/// Reads a file and computes its sum, both on threads of the pool.
async fn sum(path: String, places: Rc<Semaphore>) -> io::Result<u32> {
    // At most four files are in memory.
    let _place = places.acquire().await.expect("it is never closed");
    let bytes = read_file(path).await?;
    let sum = spawn_blocking(move || crc32(&bytes)).await;
    sum.map_err(|error| io::Error::other(error.to_string()))
}
// ANCHOR_END: sums

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

fn main() -> io::Result<()> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let (places, done) = (Rc::new(Semaphore::new(4)), Rc::new(Cell::new(0)));
    Runtime::new()?.block_on(async {
        let (all, ended) = (paths.len(), Rc::clone(&done));
        let progress = spawn(async move {
            let mut interval = interval(Duration::from_millis(100));
            interval.tick().await;
            loop {
                interval.tick().await;
                eprintln!("{} of {all} files", ended.get());
            }
        });
        let mut tasks = Vec::new();
        for path in paths {
            let (places, done) = (Rc::clone(&places), Rc::clone(&done));
            let task = spawn({
                let path = path.clone();
                async move {
                    let sum = sum(path, places).await;
                    done.set(done.get() + 1);
                    sum
                }
            });
            tasks.push((path, task));
        }
        for (path, task) in tasks {
            match task.await.map_err(|error| io::Error::other(error.to_string()))? {
                Ok(sum) => println!("{sum:08x}  {path}"),
                Err(error) => println!("{error}: {path}"),
            }
        }
        progress.abort();
        Ok(())
    })
}
