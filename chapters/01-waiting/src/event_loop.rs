// ANCHOR: loop
//! One thread for all connections.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use crate::{End, Machine, Rules};

const LISTENER: Token = Token(0);

/// All the meters that are connected, and what they wait for.
pub struct EventLoop {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    rules: Rules,
    meters: HashMap<Token, Meter>,
    /// Every meter's deadline, the earliest in front.
    deadlines: BTreeSet<(Instant, Token)>,
    next: usize,
}

struct Meter {
    stream: TcpStream,
    machine: Machine,
    /// Its entry in `deadlines`.
    deadline: Instant,
    /// Whether we also want to hear when it can be written to.
    writing: bool,
}
// ANCHOR_END: loop

// ANCHOR: turn
impl EventLoop {
    /// Will serve every meter that connects to `listener`.
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
            next: 1,
        })
    }

    /// Sleeps until something happens or is due, and deals with all of it.
    pub fn turn(&mut self) -> io::Result<()> {
        let next = self.deadlines.first().map(|(due, _)| *due);
        // Rounded up: a sleep that ends before the deadline would be repeated.
        let sleep = next.map(|due| {
            due.saturating_duration_since(Instant::now()) + Duration::from_millis(1)
        });
        match self.poll.poll(&mut self.events, sleep) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        let events: Vec<_> = self.events.iter().map(mio::event::Event::token).collect();
        for token in events {
            if token == LISTENER {
                self.accept()?;
            } else {
                self.attend(token, Meter::on_event);
            }
        }
        let now = Instant::now();
        while let Some(&(due, token)) = self.deadlines.first() {
            if due > now {
                break;
            }
            self.attend(token, |meter, _| meter.machine.on_time(now));
        }
        Ok(())
    }
}
// ANCHOR_END: turn

// ANCHOR: attend
impl EventLoop {
    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    // It went away before we came to it.
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted => continue,
                    _ => return Err(error),
                },
            };
            let token = Token(self.next);
            self.next += 1;
            self.poll.registry().register(&mut stream, token, Interest::READABLE)?;
            stream.set_nodelay(true)?;
            let machine = Machine::new(self.rules, Instant::now());
            let deadline = machine.deadline();
            self.deadlines.insert((deadline, token));
            self.meters
                .insert(token, Meter { stream, machine, deadline, writing: false });
        }
    }

    /// Does something for a meter, and then all that has to follow: send what
    /// is to be sent, note the deadline, or hang up.
    fn attend(
        &mut self,
        token: Token,
        what: impl FnOnce(&mut Meter, &mut [u8]) -> Result<(), End>,
    ) {
        let Some(meter) = self.meters.get_mut(&token) else { return };
        let done = what(meter, &mut [0; 1024]).and_then(|()| meter.send());
        let writing = !meter.machine.unsent().is_empty();
        let done = done.and_then(|()| {
            if writing == meter.writing {
                return Ok(());
            }
            meter.writing = writing;
            let also = if writing { Interest::WRITABLE } else { Interest::READABLE };
            let registry = self.poll.registry();
            registry
                .reregister(&mut meter.stream, token, Interest::READABLE | also)
                .map_err(End::Broken)
        });
        self.deadlines.remove(&(meter.deadline, token));
        meter.deadline = meter.machine.deadline();
        match done {
            Ok(()) => _ = self.deadlines.insert((meter.deadline, token)),
            Err(_) => _ = self.meters.remove(&token),
        }
    }
}
// ANCHOR_END: attend

// ANCHOR: meter
impl Meter {
    /// Reads until there is nothing left: the poll tells of news, once.
    fn on_event(&mut self, buffer: &mut [u8]) -> Result<(), End> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err(End::Closed),
                Ok(len) => self.machine.on_bytes(&buffer[..len], Instant::now())?,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
    }

    /// Sends what can be sent now, and keeps the rest.
    fn send(&mut self) -> Result<(), End> {
        let unsent = self.machine.unsent();
        while !unsent.is_empty() {
            match self.stream.write(unsent) {
                Ok(sent) => _ = unsent.drain(..sent),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
        Ok(())
    }
}
// ANCHOR_END: meter
