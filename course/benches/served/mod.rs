//! The real program, serving a copy of this clone, and a small client.

// Each benchmark uses only a part of this module.
#![allow(dead_code)]

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use course::files;
use serde_json::Value;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The time limit for each thing.
const PATIENCE: Duration = Duration::from_mins(2);

/// The kind of build that we measure.
pub fn build() -> &'static str {
    if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    }
}

/// Copies the clone without what it can build again, and without the reader's own files.
pub fn copy_clone(from: &Path, to: &Path) -> Outcome<()> {
    const LEFT: [&str; 4] = ["target", ".git", "node_modules", "book/book"];
    let skip =
        |path: &Path| path == Path::new("work") || LEFT.iter().any(|name| path.ends_with(name));
    for path in files::walk(from, &skip)? {
        let target = to.join(&path);
        if let Some(directory) = target.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::copy(from.join(&path), target)?;
    }
    Ok(())
}

/// The program, serving the copy.
pub struct Course {
    pub child: Child,
    pub port: u16,
    pub start: Duration,
    token: String,
}

impl Course {
    pub fn start(clone: &Path) -> Outcome<Self> {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_course"))
            .args(["--no-open", "--port", "0"])
            .current_dir(clone)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let url = lines.find_map(|line| line.ok().filter(|line| line.contains("http://")));
        let url = url.ok_or("the course did not print its address")?;
        let port = url
            .trim()
            .trim_end_matches('/')
            .rsplit(':')
            .next()
            .unwrap_or("")
            .parse()?;
        // Read the rest of its output, so that the pipe does not fill up.
        thread::spawn(move || lines.for_each(drop));
        let mut course = Self {
            child,
            port,
            start: begun.elapsed(),
            token: String::new(),
        };
        let mut page = String::new();
        course
            .get("/", "connection: close\r\n")?
            .read_to_string(&mut page)?;
        let (_, rest) = page
            .split_once("name=\"course-token\" content=\"")
            .ok_or("the page has no token")?;
        rest.split('"')
            .next()
            .unwrap_or("")
            .clone_into(&mut course.token);
        course.start = begun.elapsed();
        Ok(course)
    }

    pub fn get(&self, path: &str, headers: &str) -> Outcome<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n{headers}\r\n",
            self.port
        )?;
        Ok(BufReader::new(stream))
    }

    pub fn events(&self) -> Outcome<Events> {
        let mut events = Events {
            reader: self.get(&format!("/api/events?token={}", self.token), "")?,
        };
        events.until("hello")?;
        Ok(events)
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Events {
    reader: BufReader<TcpStream>,
}

impl Events {
    pub fn until(&mut self, event: &str) -> Outcome<Value> {
        let (mut line, mut name) = (String::new(), String::new());
        loop {
            line.clear();
            if self.reader.read_line(&mut line)? == 0 {
                return Err(format!("the events ended before {event} came").into());
            }
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ").filter(|_| name == event) {
                return Ok(serde_json::from_str(data)?);
            }
        }
    }

    pub fn verdict(&mut self) -> Outcome<Value> {
        loop {
            let exercise = self.until("exercise")?;
            if exercise["state"] != "running" {
                return Ok(exercise);
            }
        }
    }
}
