//! A running server and a small client. Every wait ends after thirty seconds, and the panic says
//! what was missing.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::mpsc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

#[cfg(unix)]
use std::process::{Child, Command, Stdio};

use course::serve::{Options, Server};
use serde_json::Value;

use crate::fixture::Fixture;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server for a fixture. Dropping it ends the server.
pub struct Running {
    pub fixture: Fixture,
    pub port: u16,
    pub notes: Vec<String>,
    token: String,
    stop: async_channel::Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub fn new() -> Self {
        Self::on(Fixture::new(), options())
    }

    pub fn on(fixture: Fixture, options: Options) -> Self {
        let (stop, stopped) = async_channel::bounded(1);
        let (tell, told) = mpsc::channel();
        let layout = fixture.layout();
        let thread = std::thread::spawn(move || {
            let builder = wakeful::runtime::Builder::new_current_thread().enable_taskdump();
            let runtime = builder.build().expect("a runtime");
            runtime.block_on(async move {
                let server = Server::start(layout, options)
                    .await
                    .expect("the server starts");
                tell.send((server.port(), server.notes().to_vec()))
                    .expect("the test listens");
                server
                    .run(async move {
                        let _ = stopped.recv().await;
                    })
                    .await;
            });
        });
        let (port, notes) = told.recv_timeout(PATIENCE).expect("the server listens");
        let mut running = Self {
            fixture,
            port,
            notes,
            token: String::new(),
            stop,
            thread: Some(thread),
        };
        running.token = running.page_token();
        running
    }

    fn page_token(&self) -> String {
        let page = self.get("/").body;
        let (_, rest) = page
            .split_once("name=\"course-token\" content=\"")
            .expect("a page carries the token");
        rest.split('"').next().expect("which ends").to_owned()
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sends these exact bytes, and reads the answer until its end.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that refuses the request may stop reading.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Err(error) if bytes.is_empty() => {
                panic!(
                    "no answer to {:?}: {error}",
                    String::from_utf8_lossy(&request[..request.len().min(80)])
                )
            }
            _ => Answer::parse(&bytes),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout can be set");
        stream
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.raw(self.request(method, path, headers, body).as_bytes())
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    pub fn with(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.send(method, path, headers, "")
    }

    fn credentials(&self) -> String {
        let Self { token, port, .. } = self;
        format!(
            "x-course-token: {token}\r\norigin: http://127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        )
    }

    /// A request as a page of the book sends it.
    pub fn api(&self, method: &str, path: &str) -> Answer {
        self.api_with(method, path, "")
    }

    /// The same, with a body.
    pub fn api_with(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, &self.credentials(), body)
    }

    /// Presses ▶ on a block. The test reads as much of the stream as it needs.
    pub fn play(&self, chapter: &str, code: &str) -> Lines {
        let body = serde_json::json!({ "chapter": chapter, "code": code }).to_string();
        let mut stream = self.connect();
        let request = self.request("POST", "/api/run", &self.credentials(), &body);
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        Lines {
            reader: BufReader::new(stream),
        }
    }

    pub fn events(&self, path: &str) -> Events {
        let mut stream = self.connect();
        let request = self.request("GET", &format!("{path}?token={}", self.token), "", "");
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        Events {
            lines: Lines {
                reader: BufReader::new(stream),
            },
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.close();
        if let Some(thread) = self.thread.take() {
            let outcome = thread.join();
            assert!(
                std::thread::panicking() || outcome.is_ok(),
                "the server panicked"
            );
        }
    }
}

/// `cargo course` as a process of its own. Dropping it kills it.
#[cfg(unix)]
pub struct Process {
    pub fixture: Fixture,
    pub child: Child,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only the tests of floods connect to it")
    )]
    pub port: u16,
}

#[cfg(unix)]
impl Process {
    pub fn new(fixture: Fixture) -> Self {
        Self::start(fixture, Command::new(env!("CARGO_BIN_EXE_course")))
    }

    /// The same with at most this many descriptors.
    #[cfg(target_os = "linux")]
    pub fn with_descriptors(fixture: Fixture, most: usize) -> Self {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -S -n {most}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_course")]);
        Self::start(fixture, shell)
    }

    fn start(fixture: Fixture, mut course: Command) -> Self {
        let mut child = course
            .args(["--port", "0", "--no-open"])
            .current_dir(fixture.root())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the course starts");
        let output = child.stdout.take().expect("its output is ours");
        let mut port = None;
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = line.trim().strip_prefix("http://127.0.0.1:") {
                port = address.trim_end_matches('/').parse().ok();
            }
            if line.contains("Press Ctrl-C") {
                break;
            }
        }
        let port = port.expect("it prints its address");
        Self {
            fixture,
            child,
            port,
        }
    }

    /// Sends a signal, and returns the exit code.
    pub fn end(&mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status();
        assert!(killed.expect("kill is there").success());
        let mut ended = None;
        await_that("the server ends", || {
            ended = self.child.try_wait().expect("it is our child");
            ended.is_some()
        });
        ended.and_then(|status| status.code())
    }
}

#[cfg(unix)]
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A free port, an editor that does not exist, and short limits.
pub fn options() -> Options {
    let mut options = Options {
        port: 0,
        ..Options::default()
    };
    options.editor = course::serve::Editor::default();
    options.limits.test_time = Duration::from_secs(2);
    options.limits.output = 64 * 1024;
    options
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or(0);
        Self {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {self:?}"))
    }
}

/// The lines of a stream. The server sends each line as one chunk, so no line arrives in two
/// pieces.
pub struct Lines {
    reader: BufReader<TcpStream>,
}

impl Lines {
    fn line(&mut self, awaited: &str) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
            Err(error) => panic!("awaited: {awaited}: {error}"),
        }
    }

    /// The next line of JSON, or `None` at the end.
    pub fn next(&mut self) -> Option<Value> {
        while let Some(line) = self.line("a line of JSON") {
            if let Some(value) = line
                .starts_with('{')
                .then(|| serde_json::from_str(&line).expect("a line is JSON"))
            {
                return Some(value);
            }
        }
        None
    }

    pub fn until(&mut self, kind: &str) -> Value {
        loop {
            let value = self
                .next()
                .unwrap_or_else(|| panic!("the stream ended before a line of type {kind}"));
            if value["type"] == kind {
                return value;
            }
        }
    }

    pub fn rest(mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

/// Server-sent events.
pub struct Events {
    lines: Lines,
}

impl Events {
    pub fn next(&mut self, awaited: &str) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let line = self.lines.line(awaited)?;
            if let Some(event) = line.strip_prefix("event: ") {
                event.clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(data).expect("data is JSON")));
            }
        }
    }

    /// The data of the next event with this name.
    pub fn until(&mut self, event: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut missed = Vec::new();
        while Instant::now() < deadline {
            match self.next(event) {
                Some((name, data)) if name == event => return data,
                Some((name, data)) => missed.push(format!("{name} {data}")),
                None => break,
            }
        }
        panic!("no event {event}. These arrived instead: {missed:#?}");
    }

    /// The next state of the exercise that is not `running`.
    pub fn verdict(&mut self) -> Value {
        loop {
            let exercise = self.until("exercise");
            if exercise["state"] != "running" {
                return exercise;
            }
        }
    }
}

/// Waits until another process has done something.
#[cfg(unix)]
pub fn await_that(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "did not happen: {what}");
        std::thread::yield_now();
    }
}

/// Whether a process still runs. A zombie counts as dead, because only its parent can remove it.
#[cfg(target_os = "linux")]
pub fn runs(id: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}
