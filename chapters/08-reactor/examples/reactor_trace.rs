//! Records a reactor with three sockets as JSON. The chapter's figure shows them.
//!
//! The flags and the ticks are those of the real reactor. The events of a turn are read
//! off the ticks that it has changed.
//!
//! `cargo run -q -p reactor --example reactor_trace > book/traces/08-reactor.json`

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use reactor::Direction::{Read as ToRead, Write as ToWrite};
use reactor::{Direction, Reactor, Registered, mio};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/08-reactor/src/source.rs";
const SOURCE: &str = include_str!("../src/source.rs");
const INSERT: &str = "Token(self.generation << HALF | self.all.insert(source))";
const WAIT: &str = "mem::swap(&mut self.waiting, waker);";
const IS_READY: &str = "return Some(self.tick);";
const EVENT: &str = "self.waiting.take()";
const SAME_TICK: &str = "if self.tick == tick {";
const CLEARED: &str = "self.ready = false;";
const LOOK_UP: &str = "(source.generation == token.0 >> HALF).then_some(source)";
const REMOVE: &str = "self.all.try_remove(token.0 & (usize::MAX >> HALF))";
/// The code of this step is not in `source.rs`.
const ELSEWHERE: &str = "";

type Socket = Registered<mio::net::TcpStream>;

/// What the figure shows. The wakers use it too, so it is behind a lock.
#[derive(Default)]
struct Scene {
    sockets: Mutex<Vec<(&'static str, Arc<Socket>)>>,
    tasks: Mutex<Vec<(&'static str, &'static str)>>,
    steps: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token as a reader sees it: the place, and the generation.
fn token(socket: &Socket) -> String {
    let (token, half) = (socket.token().0, usize::BITS / 2);
    format!("{}.{}", token & (usize::MAX >> half), token >> half)
}

impl Scene {
    fn step(&self, line: &str, events: &[String], note: &str) {
        let mut rows = Vec::new();
        let mut locals = Vec::new();
        for (name, socket) in &*lock(&self.sockets) {
            let sides = [ToRead, ToWrite].map(|direction| {
                socket.state(direction).expect("the socket is registered")
            });
            let json = sides.map(|side| {
                format!(
                    "{{\"ready\":{},\"tick\":{},\"waiting\":{}}}",
                    side.ready, side.tick, side.waiting
                )
            });
            let text = sides.map(|side| {
                let waits = if side.waiting { ", a task waits" } else { "" };
                let ready = if side.ready { "ready" } else { "not ready" };
                format!("{ready}, tick {}{waits}", side.tick)
            });
            let token = token(socket);
            rows.push(format!(
                "{{\"token\":\"{token}\",\"name\":\"{name}\",\"read\":{},\"write\":{}}}",
                json[0], json[1]
            ));
            locals.push(format!(
                "{{\"name\":\"{token}\",\"type\":\"{name}\",\"value\":\"read: {}. write: {}\"}}",
                text[0], text[1]
            ));
        }
        let tasks: Vec<String> = lock(&self.tasks)
            .iter()
            .map(|(name, state)| format!("{{\"name\":\"{name}\",\"state\":\"{state}\"}}"))
            .collect();
        let shown = if events.is_empty() { "none".into() } else { events.join(", ") };
        lock(&self.steps).push(format!(
            "{{\"line\":{},\"state\":\"events: {shown}\",\"events\":[{}],\"sources\":[{}],\"tasks\":[{}],\"locals\":[{}],\"note\":\"{note}\"}}",
            line_or_null(line),
            events.iter().map(|event| quoted(event)).collect::<Vec<_>>().join(","),
            rows.join(","),
            tasks.join(","),
            locals.join(","),
        ));
    }

    /// Registers a socket. The other end is returned.
    fn register(&self, name: &'static str) -> io::Result<TcpStream> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let meter = TcpStream::connect(listener.local_addr()?)?;
        let (stream, _) = listener.accept()?;
        stream.set_nonblocking(true)?;
        let socket = Registered::new(mio::net::TcpStream::from_std(stream))?;
        lock(&self.sockets).push((name, Arc::new(socket)));
        Ok(meter)
    }

    fn socket(&self, name: &str) -> Arc<Socket> {
        let sockets = lock(&self.sockets);
        let (_, socket) = sockets.iter().find(|of| of.0 == name).expect("it is there");
        Arc::clone(socket)
    }

    fn ticks(&self) -> Vec<(Arc<Socket>, [u64; 2])> {
        let sockets: Vec<_> =
            lock(&self.sockets).iter().map(|of| Arc::clone(&of.1)).collect();
        let tick = |socket: &Socket, direction: Direction| {
            socket.state(direction).expect("the socket is registered").tick
        };
        let ticks = |socket: &Socket| [tick(socket, ToRead), tick(socket, ToWrite)];
        sockets.into_iter().map(|socket| (socket.clone(), ticks(&socket))).collect()
    }

    /// Turns the reactor until it has an event. Returns the events.
    fn turn(&self, reactor: &Reactor) -> io::Result<Vec<String>> {
        let before = self.ticks();
        loop {
            reactor.turn(Some(Duration::from_secs(20)))?;
            let mut events = Vec::new();
            for ((socket, old), (_, new)) in before.iter().zip(self.ticks()) {
                let names = [(0, "read"), (1, "write")];
                let changed = names.iter().filter(|(side, _)| old[*side] != new[*side]);
                let changed: Vec<_> = changed.map(|(_, name)| *name).collect();
                if !changed.is_empty() {
                    events.push(format!("{} {}", token(socket), changed.join(" and ")));
                }
            }
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }

    fn set(&self, task: &'static str, state: &'static str) {
        let mut tasks = lock(&self.tasks);
        match tasks.iter_mut().find(|of| of.0 == task) {
            Some(known) => known.1 = state,
            None => tasks.push((task, state)),
        }
    }
}

/// The waker of a task, which notes that it was called.
struct Note(Arc<Scene>, &'static str);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.0.set(self.1, "woken");
    }
}

/// Polls a task that reads up to four bytes.
fn poll(
    scene: &Arc<Scene>,
    name: &'static str,
    mut during: impl FnMut(&io::Result<usize>) -> io::Result<()>,
) -> Poll<io::Result<usize>> {
    let waker = Waker::from(Arc::new(Note(Arc::clone(scene), name)));
    let socket = scene.socket(name);
    scene.set(name, "polling");
    let polled = socket.poll_io(&mut Context::from_waker(&waker), ToRead, |mut io| {
        let result = io.read(&mut [0; 4]);
        during(&result)?;
        result
    });
    scene.set(name, if polled.is_ready() { "has bytes" } else { "waiting" });
    polled
}

/// Closes the garden's connection and connects the attic, in the middle of a turn.
struct Replace(Arc<Scene>);

impl Wake for Replace {
    fn wake(self: Arc<Self>) {
        let scene = &self.0;
        scene.set("roof", "woken");
        let events = ["0.1 read and write".to_string(), "1.2 read and write".to_string()];
        scene.step(
            EVENT,
            &events[..],
            "One turn has two events. The first one is for 0.1, and its waker is called.",
        );
        let garden = lock(&scene.sockets).pop();
        drop(garden);
        scene.set("garden", "dropped");
        scene.step(REMOVE, &events[1..], "This waker runs unusual code: it closes the garden's connection. Place 1 is free. The event of 1.2 is still in the list.");
        let meter = scene.register("attic").expect("there are descriptors");
        std::mem::forget(meter);
        assert!(poll(scene, "attic", |_| Ok(())).is_pending());
        scene.step(INSERT, &events[1..], "The attic is connected, gets the free place 1 and the new generation 3. Its task waits.");
    }
}

fn main() -> io::Result<()> {
    let (scene, reactor) = (Arc::new(Scene::default()), Reactor::new()?);
    let _entered = reactor.enter();
    let mut roof = scene.register("roof")?;
    scene.step(
        INSERT,
        &[],
        "The socket of the roof is registered. It gets place 0 and generation 1.",
    );
    let mut garden = scene.register("garden")?;
    scene.step(INSERT, &[], "The socket of the garden gets place 1 and generation 2.");
    assert!(poll(&scene, "roof", |_| Ok(())).is_pending());
    scene.step(WAIT, &[], "The task of the roof wants to read. Its side is not ready, so the task leaves its waker.");
    assert!(poll(&scene, "garden", |_| Ok(())).is_pending());
    scene.step(WAIT, &[], "The task of the garden does the same.");
    let events = scene.turn(&reactor)?;
    scene.step(EVENT, &events, "The first turn. The selector reports what it has found at the registration: both sockets can be written to. No task waits for that.");

    roof.write_all(b"six by")?;
    scene.step(ELSEWHERE, &[], "The meter on the roof sends six bytes. They are in the kernel, and our program does not know it yet.");
    let events = scene.turn(&reactor)?;
    scene.step(EVENT, &events, "The next turn has an event of 0.1. Its read side is ready, the tick is 1, and the waker of its task is taken out and called.");
    assert!(matches!(poll(&scene, "roof", |_| Ok(())), Poll::Ready(Ok(4))));
    scene.step(IS_READY, &[], "The task is polled and reads four bytes. Two are left, so the side stays ready. There will be no event for them.");
    assert!(matches!(poll(&scene, "roof", |_| Ok(())), Poll::Ready(Ok(2))));
    scene.step(IS_READY, &[], "The task reads the other two bytes. The side stays ready, because only the socket can say that it is empty.");
    let polled = poll(&scene, "roof", |result| {
        let empty = matches!(result, Err(error) if error.kind() == ErrorKind::WouldBlock);
        if empty && lock(&scene.steps).len() == 9 {
            scene.step(
                IS_READY,
                &[],
                "The task tries once more, with tick 1. The socket answers `WouldBlock`.",
            );
            roof.write_all(b"2")?;
            let events = scene.turn(&reactor)?;
            scene.step(EVENT, &events, "At this moment another byte arrives, and another thread turns the reactor. The tick is now 2.");
        } else if !empty {
            scene.step(SAME_TICK, &[], "Now the task wants to clear the flag. But it tried with tick 1, and the tick is 2. So the flag stays.");
        }
        Ok(())
    });
    assert!(matches!(polled, Poll::Ready(Ok(1))));
    scene.step(
        IS_READY,
        &[],
        "The task tries again, and reads the byte. Without the tick, it would wait for ever.",
    );
    assert!(poll(&scene, "roof", |_| Ok(())).is_pending());
    scene.step(CLEARED, &[], "The task wants more. The socket is empty, and the tick has not changed. The flag is cleared, and the task waits.");

    let waker = Waker::from(Arc::new(Replace(Arc::clone(&scene))));
    let socket = scene.socket("roof");
    let cx = &mut Context::from_waker(&waker);
    assert!(socket.poll_io(cx, ToRead, |mut io| io.read(&mut [0; 4])).is_pending());
    roof.write_all(b"x")?;
    garden.write_all(b"x")?;
    for (_, socket) in &*lock(&scene.sockets) {
        while socket.get_ref().peek(&mut [0]).is_err() {}
    }
    scene.step(
        ELSEWHERE,
        &[],
        "Both meters send a byte. The kernel has an event for each of them.",
    );
    reactor.turn(Some(Duration::from_secs(20)))?;
    let attic = scene.socket("attic").state(ToRead).expect("the socket is registered");
    assert!(attic.waiting && attic.tick == 0, "the old event did not reach the attic");
    let old = ["1.2 read and write".to_string()];
    scene.step(LOOK_UP, &old, "The second event says 1.2. In place 1 there is generation 3 now, so the event belongs to a socket that is gone. The reactor ignores it.");

    let steps = std::mem::take(&mut *lock(&scene.steps));
    let first = line_of("pub(crate) struct Side {");
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let flag = line.trim_start().starts_with("// ANCHOR");
        quoted(if flag { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"Three sockets and their events\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p reactor --example reactor_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        steps.join(",\n")
    );
    Ok(())
}

fn line_or_null(text: &str) -> String {
    if text == ELSEWHERE { "null".into() } else { line_of(text).to_string() }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}
