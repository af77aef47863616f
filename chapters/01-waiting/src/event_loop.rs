// ANCHOR: head
//! The server with one thread for all connections.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};

use crate::{End, Machine, Rules};
// ANCHOR_END: head

// ANCHOR: loop
/// All meters that are connected.
pub struct EventLoop {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    rules: Rules,
    meters: HashMap<Token, Meter>,
    /// The deadlines of all machines, the earliest first.
    deadlines: BTreeSet<(Instant, Token)>,
    next_token: usize,
    /// Whether accepting has failed and will be tried again later.
    paused: bool,
}

struct Meter {
    stream: TcpStream,
    machine: Machine,
    /// Its entry in `deadlines`.
    deadline: Instant,
    /// Whether the poll also reports when this socket can be written to.
    wants_write: bool,
}
// ANCHOR_END: loop

// ANCHOR: new
const LISTENER: Token = Token(0);

impl EventLoop {
    /// An event loop that will serve every meter that connects to `listener`.
    pub fn new(listener: std::net::TcpListener, rules: Rules) -> io::Result<EventLoop> {
        listener.set_nonblocking(true)?;
        let mut listener = TcpListener::from_std(listener);
        let poll = Poll::new()?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(EventLoop {
            poll,
            events: Events::with_capacity(1024),
            listener,
            rules,
            meters: HashMap::new(),
            deadlines: BTreeSet::new(),
            next_token: 1,
            paused: false,
        })
    }
    // ANCHOR_END: new

    // ANCHOR: turn
    /// Sleeps until a socket has news or a deadline passes, and handles it all.
    pub fn turn(&mut self) -> io::Result<()> {
        let sleep = self.time_to_first_deadline();
        match self.poll.poll(&mut self.events, sleep) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        let tokens: Vec<_> = self.events.iter().map(Event::token).collect();
        for token in tokens {
            match token {
                LISTENER if self.paused => {}
                LISTENER => self.accept(),
                token => self.attend(token, Meter::read),
            }
        }
        let now = Instant::now();
        while let Some(&(due, token)) = self.deadlines.first()
            && due <= now
        {
            self.deadlines.pop_first();
            match token {
                LISTENER => self.accept(),
                token => self.attend(token, |meter| meter.machine.on_time(now)),
            }
        }
        Ok(())
    }
    // ANCHOR_END: turn

    // ANCHOR: sleep
    fn time_to_first_deadline(&self) -> Option<Duration> {
        let (due, _) = self.deadlines.first()?;
        // Round up to the next millisecond, so that the deadline has passed.
        Some(due.saturating_duration_since(Instant::now()) + Duration::from_millis(1))
    }
    // ANCHOR_END: sleep

    // ANCHOR: attend
    /// Does one thing for a meter, and then everything that follows from it:
    /// sends the answer, and notes the new deadline or disconnects the meter.
    fn attend(
        &mut self,
        token: Token,
        action: impl FnOnce(&mut Meter) -> Result<(), End>,
    ) {
        let Some(meter) = self.meters.get_mut(&token) else { return };
        self.deadlines.remove(&(meter.deadline, token));
        let acted = action(meter);
        // Write even after an error: a meter may have closed only its own side.
        let written = meter.write();
        let result = acted
            .and(written)
            .and_then(|()| meter.reregister(token, self.poll.registry()));
        if result.is_err() {
            self.meters.remove(&token);
            return;
        }
        meter.deadline = meter.machine.deadline();
        self.deadlines.insert((meter.deadline, token));
    }
    // ANCHOR_END: attend

    // ANCHOR: accept
    fn accept(&mut self) {
        self.paused = false;
        loop {
            match self.listener.accept() {
                // If the new socket cannot be set up, it is closed.
                Ok((stream, _)) => drop(self.add(stream)),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return,
                    // The meter gave up before we accepted it.
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted => {}
                    // For example too many open files.
                    _ => {
                        self.paused = true;
                        let again = Instant::now() + Duration::from_millis(10);
                        self.deadlines.insert((again, LISTENER));
                        return;
                    }
                },
            }
        }
    }
    // ANCHOR_END: accept

    // ANCHOR: add
    fn add(&mut self, mut stream: TcpStream) -> io::Result<()> {
        let token = Token(self.next_token);
        self.next_token += 1;
        stream.set_nodelay(true)?;
        self.poll.registry().register(&mut stream, token, Interest::READABLE)?;
        let machine = Machine::new(self.rules, Instant::now());
        let deadline = machine.deadline();
        self.deadlines.insert((deadline, token));
        let meter = Meter { stream, machine, deadline, wants_write: false };
        self.meters.insert(token, meter);
        Ok(())
    }
}
// ANCHOR_END: add

// ANCHOR: read
impl Meter {
    /// Reads until the socket is empty, and answers. The poll reports new bytes only
    /// once.
    fn read(&mut self) -> Result<(), End> {
        let mut buffer = [0; 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(End::Closed),
                Ok(len) => {
                    self.machine.on_bytes(&buffer[..len], Instant::now())?;
                    self.write()?;
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
    }
    // ANCHOR_END: read

    // ANCHOR: write
    /// Sends as much as the socket takes now. The machine keeps the rest.
    fn write(&mut self) -> Result<(), End> {
        let unsent = self.machine.unsent();
        while !unsent.is_empty() {
            match self.stream.write(unsent) {
                Ok(sent) => drop(unsent.drain(..sent)),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
        Ok(())
    }
    // ANCHOR_END: write

    // ANCHOR: reregister
    /// Asks the poll to report when the socket can be written to, but only while
    /// bytes are unsent.
    fn reregister(&mut self, token: Token, registry: &Registry) -> Result<(), End> {
        let wants_write = !self.machine.unsent().is_empty();
        if wants_write == self.wants_write {
            return Ok(());
        }
        self.wants_write = wants_write;
        let mut interest = Interest::READABLE;
        if wants_write {
            interest |= Interest::WRITABLE;
        }
        registry.reregister(&mut self.stream, token, interest).map_err(End::Broken)
    }
}
// ANCHOR_END: reregister
