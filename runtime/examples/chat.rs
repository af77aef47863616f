//! A chat server with names and rooms, in which no user waits for a slow reader.
//!
//! `cargo run -p wakeful --example chat` shows a short conversation and ends. With
//! an address, it serves until Ctrl-C, and then tells all users that it shuts down.
//! Try it with `nc` from several windows:
//!
//! ```text
//! cargo run -p wakeful --example chat -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```
//!
//! Your first line is your name. `/join ROOM` goes to another room, `/who` lists the
//! users in your room, and `/quit` leaves. The server sends every other line to the
//! room.
//!
//! Each user has two tasks. The first task reads the user's lines. The second task
//! writes the lines for this user, which it takes from a bounded queue. If a user does not read, the
//! queue fills up and the server disconnects the user. The others never wait.

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

/// How many lines a user may be behind.
const QUEUE_LENGTH: usize = 32;
/// The longest line that the server accepts.
const MAX_LINE: u64 = 512;
/// The time limit for writing one line, and for all of them at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// A line, shared by all its recipients.
type Line = Rc<str>;

/// All users and their rooms. One thread runs all tasks, so this needs no lock. No
/// borrow lasts across an `await`.
#[derive(Clone, Default)]
struct Chat(Rc<RefCell<BTreeMap<String, User>>>);

struct User {
    room: String,
    queue: mpsc::Sender<Line>,
}

impl Chat {
    /// Adds a user, unless the name is empty or taken.
    fn enter(&self, name: &str, queue: mpsc::Sender<Line>) -> bool {
        let mut users = self.0.borrow_mut();
        if name.is_empty() || users.contains_key(name) {
            return false;
        }
        let room = "hall".to_owned();
        users.insert(name.to_owned(), User { room, queue });
        drop(users);
        self.tell("hall", &format!("* {name} has joined"));
        true
    }

    /// Removes a user. The queue closes, and its lines are still written.
    fn leave(&self, name: &str, why: &str) {
        let left = self.0.borrow_mut().remove(name);
        if let Some(user) = left {
            self.tell(&user.room, &format!("* {name} {why}"));
        }
    }

    fn join(&self, name: &str, room: &str) {
        let mut users = self.0.borrow_mut();
        let Some(user) = users.get_mut(name) else {
            return;
        };
        let old = std::mem::replace(&mut user.room, room.to_owned());
        drop(users);
        self.tell(&old, &format!("* {name} goes to {room}"));
        self.tell(room, &format!("* {name} has joined"));
    }

    fn who(&self, name: &str) {
        let users = self.0.borrow();
        let Some(asker) = users.get(name) else { return };
        let here = users.iter().filter(|(_, user)| user.room == asker.room);
        let names: Vec<_> = here.map(|(name, _)| name.as_str()).collect();
        // If the queue of this user is full, the next line will disconnect the user.
        let _ = asker
            .queue
            .try_send(format!("* in this room: {}\n", names.join(", ")).into());
    }

    fn say(&self, name: &str, text: &str) {
        let room = self.0.borrow().get(name).map(|user| user.room.clone());
        if let Some(room) = room {
            self.tell(&room, &format!("{name}: {text}"));
        }
    }

    /// Queues a line for all users in a room, and disconnects those whose queue is
    /// full.
    fn tell(&self, room: &str, text: &str) {
        let line: Line = format!("{text}\n").into();
        let users = self.0.borrow();
        let listening = users.iter().filter(|(_, user)| user.room == room);
        let slow: Vec<String> = listening
            .filter(|(_, user)| user.queue.try_send(Rc::clone(&line)).is_err())
            .map(|(name, _)| name.clone())
            .collect();
        drop(users);
        for name in slow {
            self.leave(&name, "does not read, and was disconnected");
        }
    }

    /// Disconnects all users.
    fn close(&self) {
        for user in std::mem::take(&mut *self.0.borrow_mut()).into_values() {
            let _ = user
                .queue
                .try_send("* the server shuts down, goodbye\n".into());
        }
    }
}

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        let Some(address) = env::args().nth(1) else {
            return demo().await;
        };
        let listener = TcpListener::bind(address).await?;
        println!("serving on {}, until Ctrl-C", listener.local_addr()?);
        serve(listener, ctrl_c()).await
    })
}

/// Serves users until `end`, and then disconnects them.
async fn serve(listener: TcpListener, end: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let chat = Chat::default();
    let mut connections: Vec<JoinHandle<()>> = Vec::new();
    let mut end = pin!(end);
    loop {
        match select(end.as_mut(), pin!(listener.accept())).await {
            Either::Left((ended, _)) => break ended?,
            Either::Right((Ok((stream, _)), _)) => {
                connections.retain(|connection| !connection.is_finished());
                let chat = chat.clone();
                connections.push(spawn_local(async move {
                    // If the connection fails, the user has left.
                    let _ = serve_user(stream, chat).await;
                }));
            }
            // If the system has no descriptors left, `accept` has waited already.
            Either::Right((Err(error), _)) => eprintln!("accept: {error}"),
        }
    }
    drop(listener);
    chat.close();
    let all_out = async {
        for connection in connections {
            // A panic in the task of one user does not concern the others.
            let _ = connection.await;
        }
    };
    if timeout(GRACE, all_out).await.is_err() {
        println!("server: some users did not read to the end");
    }
    Ok(())
}

/// Serves one user, from the name to the end.
async fn serve_user(stream: TcpStream, chat: Chat) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"* what is your name?\n").await?;
    let (queue, mut lines) = mpsc::channel(QUEUE_LENGTH);
    let name = loop {
        let Some(name) = next_line(&mut reader).await? else {
            return Ok(());
        };
        if chat.enter(&name, queue.clone()) {
            break name;
        }
        writer
            .write_all(b"* that name is empty or taken, choose another\n")
            .await?;
    };
    // From here on, only the server has a sender of the queue. When it removes the
    // user, the queue ends.
    drop(queue);

    let write = async {
        while let Some(line) = lines.recv().await {
            timeout(GRACE, writer.write_all(line.as_bytes())).await??;
        }
        writer.close().await
    };
    let read = async {
        let left = read_lines(&mut reader, &name, &chat).await;
        chat.leave(&name, "has left");
        left
    };
    // The writer ends when the server has removed the user, and the reader ends when
    // the user has left. Either way the writer sends the lines that are left.
    match select(pin!(read), pin!(write)).await {
        Either::Left((left, write)) => left.and(write.await),
        Either::Right((written, _)) => {
            chat.leave(&name, "has lost the connection");
            written
        }
    }
}

/// Executes a user's lines until the user leaves.
async fn read_lines(
    reader: &mut (impl AsyncBufReadExt + Unpin),
    name: &str,
    chat: &Chat,
) -> io::Result<()> {
    while let Some(line) = next_line(reader).await? {
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("/join", room) if !room.is_empty() => chat.join(name, room),
            ("/who", _) => chat.who(name),
            ("/quit", _) => break,
            _ => chat.say(name, &line),
        }
    }
    Ok(())
}

/// The next line without its end, or `None` at the end of the stream.
async fn next_line(reader: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.take(MAX_LINE).read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
}

/// Two users who talk, and one who does not read.
async fn demo() -> io::Result<()> {
    // Small buffers in the kernel, so that few lines fill them.
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
    ann.receive().await?;
    let mut bob = Client::connect("bob", address).await?;
    bob.say("ann").await?;
    bob.receive().await?;
    bob.say("bob").await?;
    bob.receive().await?;
    ann.receive().await?;
    ann.say("hello").await?;
    ann.receive().await?;
    bob.receive().await?;
    bob.say("/join garden").await?;
    bob.receive().await?;
    ann.receive().await?;
    bob.say("/who").await?;
    bob.receive().await?;

    let mut tom = Client::connect("tom", address).await?;
    tom.say("tom").await?;
    ann.receive().await?;
    println!("ann sends many lines, and tom does not read them");
    let text = "bla ".repeat(100);
    loop {
        ann.say(&text).await?;
        let line = next_line(&mut ann.reader).await?.unwrap_or_default();
        if line.starts_with('*') {
            println!("ann receives: {line}");
            break;
        }
    }
    let mut late = Vec::new();
    tom.reader.read_to_end(&mut late).await?;
    println!("tom receives all of them late, and then the end of the stream");

    let _ = end.send(());
    bob.receive().await?;
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
        client.receive().await?;
        Ok(client)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.writer.write_all(format!("{line}\n").as_bytes()).await
    }

    async fn receive(&mut self) -> io::Result<()> {
        let line = next_line(&mut self.reader).await?;
        println!("{} receives: {}", self.name, line.unwrap_or_default());
        Ok(())
    }
}
