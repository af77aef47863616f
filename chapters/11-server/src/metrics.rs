// ANCHOR: head
//! Numbers about the server, and the port where other programs read them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use crate::runtime::{
    AsyncReadExt, AsyncWriteExt, TcpListener, TcpStream, sleep, timeout,
};
// ANCHOR_END: head

// ANCHOR: metrics
/// Named counters.
#[derive(Default)]
pub struct Metrics(RefCell<BTreeMap<&'static str, u64>>);

impl Metrics {
    /// The value of a counter. It is zero if nothing was counted.
    pub fn get(&self, name: &str) -> u64 {
        self.0.borrow().get(name).copied().unwrap_or(0)
    }

    pub(crate) fn add(&self, name: &'static str, more: usize) {
        *self.0.borrow_mut().entry(name).or_default() += more as u64;
    }

    pub(crate) fn set(&self, name: &'static str, value: u64) {
        self.0.borrow_mut().insert(name, value);
    }
}

/// One line for each counter, as Prometheus reads it.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .borrow()
            .iter()
            .try_for_each(|(name, value)| writeln!(f, "meters_{name} {value}"))
    }
}
// ANCHOR_END: metrics

// ANCHOR: report
/// How long a program may take to ask and to read the answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers HTTP requests with the metrics, one after the other. Never returns.
pub(crate) async fn report(listener: TcpListener, metrics: Rc<Metrics>) {
    loop {
        match listener.accept().await {
            // If the program is too slow or gone, it gets no answer.
            Ok((stream, _)) => drop(timeout(PATIENCE, answer(stream, &metrics)).await),
            Err(_) => sleep(PATIENCE).await,
        }
    }
}

async fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut bytes = [0; 256];
        let len = stream.read(&mut bytes).await?;
        request.extend(&bytes[..len]);
        if len == 0 || request.len() > 4096 {
            return Ok(());
        }
    }
    let text = metrics.to_string();
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ";
    let answer = format!("{head}{}\r\n\r\n{text}", text.len());
    stream.write_all(answer.as_bytes()).await
}
// ANCHOR_END: report
