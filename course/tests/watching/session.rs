//! A running `watch`, as its reader has it.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::common::Course;

/// A running `watch`, with its keyboard and its output.
pub struct Session {
    pub child: Child,
    pub keys: Box<dyn Write>,
    words: Receiver<String>,
    /// The output that the test has not checked yet.
    pub unread: String,
}

impl Session {
    pub fn start(course: &Course, args: &[&str]) -> Self {
        Self::begin(course.start(&["watch"]), args)
    }

    pub fn begin(mut command: Command, args: &[&str]) -> Self {
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let keys = Box::new(child.stdin.take().unwrap());
        let stdout = child.stdout.take().unwrap();
        Self::with(child, keys, stdout)
    }

    pub fn with(
        child: Child,
        keys: Box<dyn Write>,
        mut stdout: impl Read + Send + 'static,
    ) -> Self {
        let (sender, words) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stdout.read(&mut buffer) {
                if sender
                    .send(String::from_utf8_lossy(&buffer[..read]).into_owned())
                    .is_err()
                {
                    return;
                }
            }
        });
        Self {
            child,
            keys,
            words,
            unread: String::new(),
        }
    }

    /// Waits for this text. Returns the output up to its end, and discards it.
    pub fn until(&mut self, words: &str) -> String {
        self.until_one_of(&[words])
    }

    /// Waits for one of these texts. Returns the output up to its end, and discards it.
    pub fn until_one_of(&mut self, words: &[&str]) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let mut ends = words
                .iter()
                .filter_map(|word| Some(self.unread.find(word)? + word.len()));
            if let Some(end) = ends.next() {
                return self.unread.drain(..end).collect();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.words.recv_timeout(left) {
                Ok(more) => self.unread.push_str(&more),
                Err(error) => panic!("no {words:?}: {error}. The output was {:?}", self.unread),
            }
        }
    }

    pub fn press(&mut self, key: &str) {
        writeln!(self.keys, "{key}").unwrap();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
