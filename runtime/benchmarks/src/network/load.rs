//! The load: several connections on one thread. Each connection sends a request,
//! waits for the answer, and continues until all requests are sent.

use mio::{Events, Interest, Poll, Token, net::TcpStream};
use std::{
    io::{self, Read, Write},
    net::{self, SocketAddr},
    time::Duration,
};

/// The length of a request and of its answer.
const LENGTH: usize = 64;

/// If no answer comes for this long, the server hangs.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Load {
    poll: Poll,
    connections: Vec<Connection>,
}

struct Connection {
    stream: TcpStream,
    request: [u8; LENGTH],
    answered: usize,
}

impl Load {
    /// Opens the connections. Each has received one answer when this returns.
    pub fn connect(address: SocketAddr, connections: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let connect = |number: usize| {
            // Each connection has its own text, so an answer on the wrong
            // connection is noticed.
            let request = std::array::from_fn(|place| (number * 31 + place).to_le_bytes()[0]);
            let mut stream = connected(address, &request)?;
            poll.registry()
                .register(&mut stream, Token(number), Interest::READABLE)?;
            Ok(Connection {
                stream,
                request,
                answered: 0,
            })
        };
        Ok(Self {
            connections: (0..connections).map(connect).collect::<io::Result<_>>()?,
            poll,
        })
    }

    /// Sends `requests` requests, at least one on each connection, and waits for
    /// all answers.
    pub fn run(&mut self, requests: u32) -> io::Result<()> {
        let mut to_send = requests as usize;
        let mut to_come = to_send.max(self.connections.len());
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
                    if to_send > 0 {
                        to_send -= 1;
                        connection.send()?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Opens a connection and waits for an answer, so the server has accepted it.
/// Otherwise many connections at once would overflow the listener's queue, and
/// the kernel would try again only after a second.
fn connected(address: SocketAddr, request: &[u8; LENGTH]) -> io::Result<TcpStream> {
    let mut stream = net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = [0; LENGTH];
    stream.read_exact(&mut answer)?;
    assert_eq!(answer, *request, "the answer differs from the request");
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}

impl Connection {
    fn send(&mut self) -> io::Result<()> {
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
        let expected = self.request.get(self.answered..self.answered + read);
        assert_eq!(
            Some(&buffer[..read]),
            expected,
            "the answer differs from the request"
        );
        self.answered += read;
        let whole = self.answered == LENGTH;
        if whole {
            self.answered = 0;
        }
        Ok(whole)
    }
}
