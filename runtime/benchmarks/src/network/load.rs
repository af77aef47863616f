//! The load: several connections on one thread. Each connection sends a request,
//! waits for the answer, and continues until all requests are sent.

use super::{Protocol, RESPONSE, Report};
use crate::harness::stats::percentile;
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use std::{
    io::{self, Read, Write},
    net::{self, SocketAddr},
    time::{Duration, Instant},
};

/// The length of an echo's request and of its answer.
const LENGTH: usize = 64;

const HTTP_REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/// If no answer comes for this long, the server hangs.
const PATIENCE: Duration = Duration::from_secs(10);

const UNEXPECTED: &str = "the answer belongs to another request";

pub struct Load {
    poll: Poll,
    connections: Vec<Connection>,
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    /// How much of the answer has arrived.
    answered: usize,
    /// When the request was sent.
    sent: Instant,
}

impl Load {
    /// Opens the connections. Each has received one answer when this returns.
    pub fn connect(
        address: SocketAddr,
        protocol: Protocol,
        connections: usize,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let connect = |number: usize| {
            let (request, answer) = conversation(protocol, number);
            let mut stream = connected(address, &request, &answer)?;
            poll.registry()
                .register(&mut stream, Token(number), Interest::READABLE)?;
            Ok(Connection {
                stream,
                request,
                answer,
                answered: 0,
                sent: Instant::now(),
            })
        };
        Ok(Self {
            connections: (0..connections).map(connect).collect::<io::Result<_>>()?,
            poll,
        })
    }

    /// Sends `requests` requests, at least one on each connection, and waits for
    /// all answers.
    pub fn run(&mut self, requests: u32) -> io::Result<Report> {
        let mut to_send = requests as usize;
        let mut to_come = to_send.max(self.connections.len());
        let mut latencies = Vec::with_capacity(to_come);
        for connection in &mut self.connections {
            connection.send()?;
            to_send = to_send.saturating_sub(1);
        }
        let mut events = Events::with_capacity(1024);
        while to_come > 0 {
            self.poll.poll(&mut events, Some(PATIENCE))?;
            if events.is_empty() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            for event in &events {
                let connection = &mut self.connections[event.token().0];
                if connection.is_answered()? {
                    to_come -= 1;
                    latencies.push(connection.sent.elapsed().as_nanos() as f64 / 1000.0);
                    if to_send > 0 {
                        to_send -= 1;
                        connection.send()?;
                    }
                }
            }
        }
        Ok(Report {
            requests: latencies.len() as u64,
            p99: percentile(&mut latencies, 0.99),
        })
    }
}

/// The request of a connection, and its answer.
fn conversation(protocol: Protocol, number: usize) -> (Vec<u8>, Vec<u8>) {
    match protocol {
        Protocol::Echo => {
            // Each connection has its own text, so an answer on the wrong
            // connection is noticed.
            let byte = |place: usize| (number * 31 + place).to_le_bytes()[0];
            let text: Vec<u8> = (0..LENGTH).map(byte).collect();
            (text.clone(), text)
        }
        Protocol::Http | Protocol::Uneven => (HTTP_REQUEST.to_vec(), RESPONSE.to_vec()),
    }
}

/// Opens a connection and waits for an answer, so the server has accepted it.
/// Otherwise many connections at once would overflow the listener's queue, and
/// the kernel would try again only after a second.
fn connected(address: SocketAddr, request: &[u8], expected: &[u8]) -> io::Result<TcpStream> {
    let mut stream = net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer)?;
    assert_eq!(answer, expected, "{UNEXPECTED}");
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}

impl Connection {
    fn send(&mut self) -> io::Result<()> {
        self.sent = Instant::now();
        // One request fits into the empty buffer of a socket.
        self.stream.write_all(&self.request)
    }

    /// Reads what has arrived. Returns true if that completes the answer.
    fn is_answered(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 2 * LENGTH];
        let read = match self.stream.read(&mut buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let expected = self.answer.get(self.answered..self.answered + read);
        assert_eq!(Some(&buffer[..read]), expected, "{UNEXPECTED}");
        self.answered += read;
        let whole = self.answered == self.answer.len();
        if whole {
            self.answered = 0;
        }
        Ok(whole)
    }
}
