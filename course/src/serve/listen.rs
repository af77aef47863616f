//! Opens the port, accepts connections and shuts down.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use async_channel::{Receiver, Sender};
use futures_util::future::select;
use wakeful::{net::TcpListener, time};

use super::{
    connection,
    course::{Course, Shared},
    editor::Editor,
    error::ServeError,
    guard::SERVER,
    peer::Peers,
    refresh,
    router::router,
    slots::Slots,
};
use crate::{
    catalog::{Catalog, Layout},
    files, progress,
    runner::Limits,
    watch::{Mode, Watch},
};

/// How many connections we serve at once. A browser opens six. If all slots are taken, see `slots`.
const MAX_CONNECTIONS: usize = 512;
/// How long a shutdown waits for requests that are in progress.
const DRAIN: Duration = Duration::from_secs(2);
/// How long to wait when the system has no more file descriptors.
const BREATHE: Duration = Duration::from_millis(100);

/// The settings of the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1. With 0 the system chooses a free one.
    pub port: u16,
    /// The reader's editor.
    pub editor: Editor,
    /// The limits for running an exercise or a block of a page.
    pub limits: Limits,
    /// How long a client may take to send the head of a request.
    pub head_time: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            editor: Editor::from_env(),
            limits: Limits::default(),
            head_time: Duration::from_secs(20),
        }
    }
}

/// A server that listens.
pub struct Server {
    course: Shared,
    listener: TcpListener,
    end: Sender<Infallible>,
    ending: Receiver<Infallible>,
    notes: Vec<String>,
}

impl Server {
    /// Opens the port and builds the book. Needs a `wakeful` runtime.
    pub async fn start(layout: Layout, options: Options) -> Result<Self, ServeError> {
        let (listener, port) = bind(options.port).await?;
        let catalog = Catalog::load(&layout)?;
        let mut notes = Vec::new();
        let told = refresh::update_work(&layout, &catalog);
        let loaded = progress::load_carried(&layout, &catalog)?;
        let (end, ending) = async_channel::bounded(1);
        let course = Course::new(
            layout,
            port,
            options,
            catalog,
            loaded.progress,
            ending.clone(),
        )?;
        let course = Arc::new(course);
        notes.extend(told);
        notes.extend(loaded.damaged.map(|damaged| damaged.told(&course.layout)));
        notes.extend(neighbours(&course));
        course.build_book().await;
        let directories = refresh::directories(&course);
        let directories: Vec<&Path> = directories.iter().map(AsRef::as_ref).collect();
        let watch = Watch::with_files(&directories, &[&course.layout.progress()])?;
        if let Mode::Polled { reason } = watch.mode() {
            notes.push(format!(
                "The server checks all files every second instead of waiting for changes ({reason})."
            ));
        }
        drop(wakeful::spawn_local(refresh::follow(course.clone(), watch)));
        Ok(Self {
            course,
            listener,
            end,
            ending,
            notes,
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.course.port
    }

    /// The address to open in a browser.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.course.port)
    }

    /// Notes for the reader, before the first page.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Serves until `stop` completes, then waits for the requests in progress.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self {
            course,
            listener,
            end,
            ending,
            ..
        } = self;
        // Every connection holds a clone of the sender. The channel closes when the last one ends.
        let (alive, gone) = async_channel::bounded::<Infallible>(1);
        {
            let accepting = std::pin::pin!(accept(&course, listener, &ending, alive));
            select(accepting, std::pin::pin!(stop)).await;
        }
        // The listener is closed now, so the system refuses new connections at once.
        end.close();
        course.hub.close();
        let _ = time::timeout(DRAIN, gone.recv()).await;
        // Ignore errors. The directory is below target/, and the next start empties it anyway.
        let _ = std::fs::remove_dir_all(course.book_dir());
    }
}

async fn accept(
    course: &Shared,
    listener: TcpListener,
    ending: &Receiver<Infallible>,
    alive: Sender<Infallible>,
) {
    let router = router(course.clone());
    let head_time = course.head_time;
    let (peers, slots) = (
        Rc::new(Peers::of(course.port)),
        Slots::new(most_connections()),
    );
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // The client left again, or there are no descriptors. The next attempt may succeed.
            time::sleep(BREATHE).await;
            continue;
        };
        let Some(slot) = slots.take() else {
            continue;
        };
        let (router, ending, alive) = (router.clone(), ending.clone(), alive.clone());
        let peers = peers.clone();
        drop(wakeful::spawn_local(async move {
            if peers.is_ours(peer).await {
                connection::serve(stream, router, head_time, ending, slot).await;
            }
            drop(alive);
        }));
    }
}

/// How many connections we serve at once. A shell of macOS allows 256 descriptors, and without a free one
/// we could neither accept a reader nor start cargo.
fn most_connections() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let descriptors = getrlimit(Resource::Nofile).current;
        let descriptors = descriptors.and_then(|most| usize::try_from(most).ok());
        // The other half is for files, and for the pipes of cargo and of the reader's programs.
        descriptors.map_or(MAX_CONNECTIONS, |most| MAX_CONNECTIONS.min(most / 2))
    }
    #[cfg(not(unix))]
    MAX_CONNECTIONS
}

/// Listens on loopback, and never on another address.
async fn bind(port: u16) -> Result<(TcpListener, u16), ServeError> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken {
            port,
            by: if is_course(port) {
                "another cargo course"
            } else {
                "another program"
            },
            free: (port.saturating_add(1)..=port.saturating_add(20))
                .find(|port| std::net::TcpListener::bind(address(*port)).is_ok()),
        },
        _ => ServeError::Listen { port, source },
    };
    let listener = TcpListener::bind(address(port)).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound.port()))
}

/// Whether a course answers on that port.
fn is_course(port: u16) -> bool {
    const PATIENCE: Duration = Duration::from_secs(3);
    let ask = || -> io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = std::net::TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "HEAD / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
        )?;
        let mut head = String::new();
        stream.take(4096).read_to_string(&mut head)?;
        Ok(head)
    };
    ask().is_ok_and(|head| {
        head.to_ascii_lowercase()
            .contains(&format!("server: {SERVER}"))
    })
}

/// Finds other courses that serve this clone. Each has a directory whose name is its port and the number
/// of its process. Also removes the directories of servers that were killed.
fn neighbours(course: &Course) -> Option<String> {
    let mut others = BTreeSet::new();
    for entry in std::fs::read_dir(course.books_dir()).ok()?.flatten() {
        let name = entry.file_name();
        let Some((port, process)) = name.to_str().and_then(|name| name.split_once('-')) else {
            continue;
        };
        let (Ok(port), Ok(process)) = (port.parse::<u16>(), process.parse::<u32>()) else {
            continue;
        };
        if port == course.port {
            let _ = std::fs::remove_dir_all(entry.path());
        } else if is_course(port) {
            others.insert(port);
        } else if !files::may_run(process) {
            // A server in a container has another number here, but it still answers.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let urls: Vec<_> = others
        .iter()
        .map(|port| format!("http://127.0.0.1:{port}/"))
        .collect();
    (!urls.is_empty()).then(|| {
        format!(
            "This clone is also served at {}. Both show the same exercises and progress.",
            urls.join(", ")
        )
    })
}
