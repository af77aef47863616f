//! Prints the ten longest words of some files, and how often each occurs. Each file is
//! read on its own thread, and one task owns the counts.
//!
//! `cargo run -p channels --example words -- README.md CONTRIBUTING.md`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::ExitCode;
use std::thread;

use channels::Executor;
use channels::mpsc::{self, Receiver, Sender};
use wakers::block_on;

enum Message {
    Word(String),
    Failed(String),
}

/// Sends each word of a file. Waits when the counting task is slower.
async fn read(path: &str, sender: &Sender<Message>) -> Result<(), String> {
    let failed = |error| format!("cannot read {path}: {error}");
    for line in BufReader::new(File::open(path).map_err(failed)?).lines() {
        let line = line.map_err(failed)?;
        let words = line.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            let message = Message::Word(word.to_lowercase());
            if sender.send(message).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

// ANCHOR: count
/// Owns the counts. No lock is needed, because no other task uses them.
async fn count(mut messages: Receiver<Message>) -> Result<BTreeMap<String, u32>, String> {
    let mut counts = BTreeMap::new();
    while let Some(message) = messages.recv().await {
        match message {
            Message::Word(word) => *counts.entry(word).or_default() += 1,
            Message::Failed(why) => return Err(why),
        }
    }
    Ok(counts)
}
// ANCHOR_END: count

// ANCHOR: main
fn main() -> ExitCode {
    let (sender, receiver) = mpsc::channel(64);
    for path in std::env::args().skip(1) {
        let sender = sender.clone();
        thread::spawn(move || {
            block_on(async {
                if let Err(why) = read(&path, &sender).await {
                    let _ = sender.send(Message::Failed(why)).await;
                }
            });
        });
    }
    drop(sender);
    match Executor::new().block_on(count(receiver)) {
        Ok(counts) => print(counts),
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
// ANCHOR_END: main

fn print(counts: BTreeMap<String, u32>) {
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    for (word, count) in counts.iter().take(10) {
        println!("{count:>5}  {word}");
    }
}
