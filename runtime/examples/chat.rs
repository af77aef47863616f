//! A chat server: names, rooms, and nobody waits for a slow reader.
//!
//! `cargo run -p wakeful --example chat` shows a short talk and ends. With an
//! address it serves until Ctrl-C, and lets everybody know; try it with `nc`,
//! from several windows:
//!
//! ```text
//! cargo run -p wakeful --example chat -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```
//!
//! The first line is your name. `/join ROOM` goes to another room, `/who` says
//! who is there, `/quit` leaves; everything else is said to the room.
//!
//! Each guest has two tasks: one reads what the guest says, one writes what the
//! guest is to hear, from a queue of bounded length. Who does not read fills
//! the queue, and is shown the door: the others do not wait.

use futures_util::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt,
    future::{Either, select},
    io::BufReader,
};
use std::{
    cell::RefCell, collections::BTreeMap, env, io, net::SocketAddr, pin::pin, rc::Rc,
    time::Duration,
};
use wakeful::{
    net::{TcpListener, TcpSocket, TcpStream, tcp},
    signal::ctrl_c,
    spawn_local,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// How many lines a guest may be behind.
const BEHIND: usize = 32;
/// The longest line that is heard.
const LONGEST: u64 = 512;
/// How long a line may take to be written, and everything when the server ends.
const GRACE: Duration = Duration::from_secs(2);

/// A line, shared by all who are to hear it.
type Line = Rc<str>;

/// All rooms and who is in them. One thread runs all tasks, so there is no lock
/// to hold and none to wait for; no borrow lasts over an `await`.
#[derive(Clone, Default)]
struct House(Rc<RefCell<BTreeMap<String, Guest>>>);

struct Guest {
    room: String,
    queue: mpsc::Sender<Line>,
}

impl House {
    /// Lets a guest in, unless the name is taken.
    fn enter(&self, name: &str, queue: mpsc::Sender<Line>) -> bool {
        let mut guests = self.0.borrow_mut();
        if name.is_empty() || guests.contains_key(name) {
            return false;
        }
        let room = "hall".to_owned();
        guests.insert(name.to_owned(), Guest { room, queue });
        drop(guests);
        self.tell("hall", &format!("* {name} is here"));
        true
    }

    /// Lets a guest out; the queue closes, and what is in it is still written.
    fn leave(&self, name: &str, why: &str) {
        let left = self.0.borrow_mut().remove(name);
        if let Some(guest) = left {
            self.tell(&guest.room, &format!("* {name} {why}"));
        }
    }

    fn join(&self, name: &str, room: &str) {
        let mut guests = self.0.borrow_mut();
        let Some(guest) = guests.get_mut(name) else {
            return;
        };
        let old = std::mem::replace(&mut guest.room, room.to_owned());
        drop(guests);
        self.tell(&old, &format!("* {name} goes to {room}"));
        self.tell(room, &format!("* {name} is here"));
    }

    fn who(&self, name: &str) {
        let guests = self.0.borrow();
        let Some(asks) = guests.get(name) else { return };
        let here = guests.iter().filter(|(_, guest)| guest.room == asks.room);
        let names: Vec<_> = here.map(|(name, _)| name.as_str()).collect();
        // An asker who is behind is not told, and dropped by the next line.
        let _ = asks
            .queue
            .try_send(format!("* here: {}\n", names.join(", ")).into());
    }

    fn say(&self, name: &str, text: &str) {
        let room = self.0.borrow().get(name).map(|guest| guest.room.clone());
        if let Some(room) = room {
            self.tell(&room, &format!("{name}: {text}"));
        }
    }

    /// Puts a line into the queue of everyone in a room, and shows those the
    /// door whose queue is full.
    fn tell(&self, room: &str, text: &str) {
        let line: Line = format!("{text}\n").into();
        let guests = self.0.borrow();
        let listening = guests.iter().filter(|(_, guest)| guest.room == room);
        let slow: Vec<String> = listening
            .filter(|(_, guest)| guest.queue.try_send(Rc::clone(&line)).is_err())
            .map(|(name, _)| name.clone())
            .collect();
        drop(guests);
        for name in slow {
            self.leave(&name, "does not listen, and had to go");
        }
    }

    /// Everyone must go.
    fn close(&self) {
        for guest in std::mem::take(&mut *self.0.borrow_mut()).into_values() {
            let _ = guest
                .queue
                .try_send("* the house closes: good night\n".into());
        }
    }
}

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        let Some(address) = env::args().nth(1) else {
            return show().await;
        };
        let listener = TcpListener::bind(address).await?;
        println!("open on {}, until Ctrl-C", listener.local_addr()?);
        serve(listener, ctrl_c()).await
    })
}

/// Lets guests in until `end`, and then out.
async fn serve(listener: TcpListener, end: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let house = House::default();
    let mut visits: Vec<JoinHandle<()>> = Vec::new();
    let mut end = pin!(end);
    loop {
        match select(end.as_mut(), pin!(listener.accept())).await {
            Either::Left((ended, _)) => break ended?,
            Either::Right((Ok((stream, _)), _)) => {
                visits.retain(|visit| !visit.is_finished());
                let house = house.clone();
                visits.push(spawn_local(async move {
                    // A guest whose connection fails has left, like others.
                    let _ = visit(stream, house).await;
                }));
            }
            // The listener has paused already if the system is out of room.
            Either::Right((Err(error), _)) => eprintln!("accept: {error}"),
        }
    }
    drop(listener);
    house.close();
    let all_out = async {
        for visit in visits {
            // A panic of one guest's task is not the others'.
            let _ = visit.await;
        }
    };
    if timeout(GRACE, all_out).await.is_err() {
        println!("server: some did not listen to the end");
    }
    Ok(())
}

/// One guest, from the name to the end.
async fn visit(stream: TcpStream, house: House) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"* your name?\n").await?;
    let (queue, mut lines) = mpsc::channel(BEHIND);
    let name = loop {
        let Some(name) = next_line(&mut reader).await? else {
            return Ok(());
        };
        if house.enter(&name, queue.clone()) {
            break name;
        }
        writer
            .write_all(b"* that name is taken: another?\n")
            .await?;
    };
    // From here on the house has the queue's only sender: a guest whom it lets
    // go has a queue that ends.
    drop(queue);

    let write = async {
        while let Some(line) = lines.recv().await {
            timeout(GRACE, writer.write_all(line.as_bytes())).await??;
        }
        writer.close().await
    };
    let read = async {
        let left = listen(&mut reader, &name, &house).await;
        house.leave(&name, "has left");
        left
    };
    // The writer ends when the house has let the guest go; the reader, when the
    // guest has. Either way the writer writes what there is to write.
    match select(pin!(read), pin!(write)).await {
        Either::Left((left, write)) => left.and(write.await),
        Either::Right((written, _)) => {
            house.leave(&name, "is lost");
            written
        }
    }
}

/// Does what a guest says, until it is to leave.
async fn listen(
    reader: &mut (impl AsyncBufReadExt + Unpin),
    name: &str,
    house: &House,
) -> io::Result<()> {
    while let Some(line) = next_line(reader).await? {
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("/join", room) if !room.is_empty() => house.join(name, room),
            ("/who", _) => house.who(name),
            ("/quit", _) => break,
            _ => house.say(name, &line),
        }
    }
    Ok(())
}

/// A line without its end; `None` at the end of them.
async fn next_line(reader: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.take(LONGEST).read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
}

/// Two guests who talk, and one who does not listen.
async fn show() -> io::Result<()> {
    // Small buffers in the system, so that little fills them.
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(8 * 1024)?;
    socket.bind("127.0.0.1:0".parse().expect("an address"))?;
    let listener = socket.listen(16)?;
    let address = listener.local_addr()?;
    let (end, ended) = oneshot::channel::<()>();
    let server = spawn_local(async move {
        let end = async {
            let _ended = ended.await;
            Ok(())
        };
        serve(listener, end).await
    });

    let mut ann = Client::connect("ann", address).await?;
    ann.say("ann").await?;
    ann.hear().await?;
    let mut bob = Client::connect("bob", address).await?;
    bob.say("ann").await?;
    bob.hear().await?;
    bob.say("bob").await?;
    bob.hear().await?;
    ann.hear().await?;
    ann.say("hello").await?;
    ann.hear().await?;
    bob.hear().await?;
    bob.say("/join garden").await?;
    bob.hear().await?;
    ann.hear().await?;
    bob.say("/who").await?;
    bob.hear().await?;

    let mut tom = Client::connect("tom", address).await?;
    tom.say("tom").await?;
    ann.hear().await?;
    println!("ann talks and talks, and tom does not listen");
    let talk = "bla ".repeat(100);
    loop {
        ann.say(&talk).await?;
        let heard = next_line(&mut ann.reader).await?.unwrap_or_default();
        if heard.starts_with('*') {
            println!("ann hears: {heard}");
            break;
        }
    }
    let mut late = Vec::new();
    tom.reader.read_to_end(&mut late).await?;
    println!("tom hears all of it late, and then the end");

    let _ = end.send(());
    bob.hear().await?;
    while next_line(&mut ann.reader).await?.is_some() {}
    server.await?
}

struct Client {
    name: &'static str,
    reader: BufReader<tcp::OwnedReadHalf>,
    writer: tcp::OwnedWriteHalf,
}

impl Client {
    async fn connect(name: &'static str, address: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(8 * 1024)?;
        let (reader, writer) = socket.connect(address).await?.into_split();
        let reader = BufReader::new(reader);
        let mut client = Self {
            name,
            reader,
            writer,
        };
        client.hear().await?;
        Ok(client)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(format!("{line}\n").as_bytes()).await
    }

    async fn hear(&mut self) -> io::Result<()> {
        let line = next_line(&mut self.reader).await?;
        println!("{} hears: {}", self.name, line.unwrap_or_default());
        Ok(())
    }
}
