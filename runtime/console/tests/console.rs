//! What tokio-console would see: the program runs as a process of its own, and
//! the test is the console, with its own wire format over loopback.

use console_api::{
    Field, Location,
    field::{Name, Value},
    instrument::{InstrumentRequest, Update, instrument_client::InstrumentClient},
    tasks::Stats,
};
use std::{
    collections::HashMap,
    net::TcpListener,
    process::{Child, Command},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// Ends the program with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and says where it serves the console.
fn start() -> (Program, String) {
    // Free now; the kernel deals the next one to others first.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let address = port.expect("loopback has free ports").to_string();
    let program = Command::new(env!("CARGO_BIN_EXE_wakeful-console"))
        .env("TOKIO_CONSOLE_BIND", &address)
        .env("TOKIO_CONSOLE_PUBLISH_INTERVAL", "50ms")
        .spawn();
    (Program(program.expect("it was built for this")), address)
}

async fn connect(address: &str) -> InstrumentClient<tonic::transport::Channel> {
    loop {
        match InstrumentClient::connect(format!("http://{address}")).await {
            Ok(client) => return client,
            // Its server is not up yet.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

#[derive(Debug)]
struct Task {
    name: String,
    kind: String,
    /// As the program's own runtime counts.
    id: u64,
    location: Location,
    stats: Stats,
}

impl Task {
    fn polls(&self) -> u64 {
        self.stats
            .poll_stats
            .as_ref()
            .map_or(0, |stats| stats.polls)
    }
}

/// What has been heard of the tasks so far.
#[derive(Debug, Default)]
struct Seen(HashMap<u64, Task>);

impl Seen {
    fn hear(&mut self, update: Update) {
        let Some(tasks) = update.task_update else {
            return;
        };
        for task in tasks.new_tasks {
            let mut seen = Task {
                name: String::new(),
                kind: String::new(),
                id: 0,
                location: task.location.expect("a place in the source"),
                stats: Stats::default(),
            };
            for Field { name, value, .. } in task.fields {
                let Some(Name::StrName(name)) = name else {
                    panic!("the subscriber names its fields")
                };
                match (name.as_str(), value) {
                    ("task.name", Some(Value::DebugVal(name))) => seen.name = name,
                    ("kind", Some(Value::DebugVal(kind))) => seen.kind = kind,
                    ("task.id", Some(Value::U64Val(id))) => seen.id = id,
                    (other, value) => panic!("field {other}: {value:?}"),
                }
            }
            self.0.insert(task.id.expect("a span's number").id, seen);
        }
        for (span, stats) in tasks.stats_update {
            if let Some(task) = self.0.get_mut(&span) {
                task.stats = stats;
            }
        }
    }

    fn named(&self, name: &str) -> Option<&Task> {
        self.0.values().find(|task| task.name == name)
    }

    fn of_kind(&self, kind: &str) -> Option<&Task> {
        self.0.values().find(|task| task.kind == kind)
    }
}

/// Hears of tasks until `enough` says so.
async fn hear_until(awaited: &str, enough: impl Fn(&Seen) -> bool) -> Seen {
    let (_program, address) = start();
    let mut seen = Seen::default();
    let listen = async {
        let mut client = connect(&address).await;
        let updates = client.watch_updates(InstrumentRequest {}).await;
        let mut updates = updates.expect("it serves").into_inner();
        while !enough(&seen) {
            let update = updates.message().await.expect("it goes on serving");
            seen.hear(update.expect("it goes on serving"));
        }
    };
    let heard = timeout(Duration::from_secs(30), listen).await;
    assert!(
        heard.is_ok(),
        "waited in vain for {awaited}; heard of {seen:#?}"
    );
    seen
}

fn run<F: Future>(test: F) -> F::Output {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    tokio.expect("there is room for a runtime").block_on(test)
}

#[test]
fn tasks_are_seen_by_name_with_their_polls() {
    run(async {
        let seen = hear_until("two busy tasks and one that waits", |seen| {
            let polls = |name| seen.named(name).map_or(0, Task::polls);
            polls("near") >= 5 && polls("far") >= 5 && polls("waits") >= 1
        })
        .await;
        for name in ["near", "far", "waits"] {
            let task = seen.named(name).expect("it was seen");
            assert_eq!(task.kind, "task");
            assert!(task.id > 0);
            let file = task.location.file.as_deref().expect("a file");
            assert!(file.ends_with("src/main.rs"), "{file}");
            assert!(task.location.line.is_some_and(|line| line > 30));
            assert!(task.stats.dropped_at.is_none(), "{name} lives");
        }
        let waits = seen.named("waits").expect("it was seen");
        assert_eq!(waits.polls(), 1, "nobody wakes it");
        assert_eq!(waits.stats.wakes, 0);
    });
}

#[test]
fn wakers_are_seen_as_they_are_cloned_and_used() {
    run(async {
        let seen = hear_until("wakes of a busy task", |seen| {
            seen.named("far").is_some_and(|task| task.stats.wakes >= 5)
        })
        .await;
        let far = &seen.named("far").expect("it was seen").stats;
        assert!(far.last_wake.is_some());
        assert!(far.waker_clones >= far.waker_drops, "{far:?}");
        // One that waits for ever has left its waker with the one who might.
        let waits = seen.named("waits").expect("it was seen");
        assert_eq!(waits.stats.waker_clones, 1);
        assert_eq!(waits.stats.waker_drops, 0);
    });
}

#[test]
fn what_ends_is_seen_to_end() {
    run(async {
        hear_until("a brief task's end", |seen| {
            let mut brief = seen.0.values().filter(|task| task.name == "brief");
            brief.any(|task| task.polls() == 1 && task.stats.dropped_at.is_some())
        })
        .await;
    });
}

#[test]
fn the_root_and_blocking_work_are_seen_too() {
    run(async {
        let seen = hear_until("the root and some blocking work", |seen| {
            let root = seen.of_kind("block_on");
            root.is_some_and(|root| root.polls() >= 3) && seen.of_kind("blocking").is_some()
        })
        .await;
        let root = seen.of_kind("block_on").expect("it was seen");
        assert!(root.stats.dropped_at.is_none(), "it runs");
        assert!(root.stats.wakes >= 2);
    });
}
