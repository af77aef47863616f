//! The floor of the servers: a loop around epoll, without tasks.

use super::{Named, Serve};
use crate::network::{CAPACITY, Protocol};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use slab::Slab;
use std::{
    io::{self, Read, Write},
    net,
};

pub struct Epoll;

const LISTENER: Token = Token(usize::MAX);

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Named for Epoll {
    const NAME: &'static str = "floor";
}

impl Serve for Epoll {
    fn serve(listener: net::TcpListener, protocol: Protocol) -> io::Error {
        match run(listener, protocol) {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }
}

fn run(listener: net::TcpListener, protocol: Protocol) -> io::Result<std::convert::Infallible> {
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut connections: Slab<Connection> = Slab::new();
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Some(mut stream) = accepted(&listener)? {
                    let place = connections.vacant_entry();
                    let token = Token(place.key());
                    poll.registry()
                        .register(&mut stream, token, Interest::READABLE)?;
                    place.insert(Connection {
                        stream,
                        buffer: vec![0; CAPACITY],
                        filled: 0,
                    });
                }
            } else if let Some(connection) = connections.get_mut(event.token().0)
                && !connection.converse(protocol).unwrap_or(false)
            {
                connections.remove(event.token().0);
            }
        }
    }
}

fn accepted(listener: &TcpListener) -> io::Result<Option<TcpStream>> {
    match listener.accept() {
        Ok((stream, _)) => Ok(Some(stream)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

impl Connection {
    /// Returns false when the peer has closed the connection.
    fn converse(&mut self, protocol: Protocol) -> io::Result<bool> {
        loop {
            let room = &mut self.buffer[self.filled..];
            let wanted = room.len();
            let read = match self.stream.read(room) {
                Ok(0) => return Ok(false),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            };
            self.filled += read;
            if let Some(answer) = protocol.answer(&self.buffer[..self.filled]) {
                // An answer fits into the empty buffer of a socket.
                self.stream.write_all(answer)?;
                self.filled = 0;
            }
            // After a short read the socket is empty.
            if read < wanted {
                return Ok(true);
            }
        }
    }
}
