//! Checks what tokio-console would see. The program runs in a process of its own, and
//! the test takes the place of the console with its wire format over loopback.

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

/// Kills the program at the end of the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and returns the address at which it serves the console.
fn start() -> (Program, String) {
    // This port is free now, and the kernel gives other callers other ports first.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let address = port.expect("loopback has free ports").to_string();
    let program = Command::new(env!("CARGO_BIN_EXE_wakeful-console"))
        .env("TOKIO_CONSOLE_BIND", &address)
        .env("TOKIO_CONSOLE_PUBLISH_INTERVAL", "50ms")
        .spawn();
    (
        Program(program.expect("cargo has built the program")),
        address,
    )
}

async fn connect(address: &str) -> InstrumentClient<tonic::transport::Channel> {
    loop {
        match InstrumentClient::connect(format!("http://{address}")).await {
            Ok(client) => return client,
            // The server has not started yet.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

#[derive(Debug)]
struct Task {
    name: String,
    kind: String,
    /// The id in the program's own runtime.
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

/// The tasks that the program has reported so far.
#[derive(Debug, Default)]
struct Seen(HashMap<u64, Task>);

impl Seen {
    fn update(&mut self, update: Update) {
        let Some(tasks) = update.task_update else {
            return;
        };
        for task in tasks.new_tasks {
            let mut seen = Task {
                name: String::new(),
                kind: String::new(),
                id: 0,
                location: task.location.expect("a task has a location"),
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
            self.0.insert(task.id.expect("a task has a span").id, seen);
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

/// Receives updates until `enough` returns true.
async fn see_until(awaited: &str, enough: impl Fn(&Seen) -> bool) -> Seen {
    let (_program, address) = start();
    let mut seen = Seen::default();
    let receive = async {
        let mut client = connect(&address).await;
        let updates = client.watch_updates(InstrumentRequest {}).await;
        let mut updates = updates.expect("the program serves updates").into_inner();
        while !enough(&seen) {
            let update = updates.message().await.expect("the program still serves");
            seen.update(update.expect("the program still serves"));
        }
    };
    let received = timeout(Duration::from_secs(30), receive).await;
    assert!(
        received.is_ok(),
        "waited without success for {awaited}, and saw {seen:#?}"
    );
    seen
}

fn run<F: Future>(test: F) -> F::Output {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    tokio.expect("tokio's runtime can be made").block_on(test)
}

#[test]
fn tasks_are_seen_by_name_with_their_polls() {
    run(async {
        let seen = see_until("two busy tasks and one that waits", |seen| {
            let polls = |name| seen.named(name).map_or(0, Task::polls);
            polls("near") >= 5 && polls("far") >= 5 && polls("waits") >= 1
        })
        .await;
        for name in ["near", "far", "waits"] {
            let task = seen.named(name).expect("the task was seen");
            assert_eq!(task.kind, "task");
            assert!(task.id > 0);
            let file = task
                .location
                .file
                .as_deref()
                .expect("a location has a file");
            assert!(file.ends_with("src/main.rs"), "{file}");
            assert!(task.location.line.is_some_and(|line| line > 30));
            assert!(task.stats.dropped_at.is_none(), "{name} has not ended");
        }
        let waits = seen.named("waits").expect("the task was seen");
        assert_eq!(waits.polls(), 1, "the task is never woken");
        assert_eq!(waits.stats.wakes, 0);
    });
}

#[test]
fn clones_and_wakes_of_wakers_are_seen() {
    run(async {
        let seen = see_until("wakes of a busy task", |seen| {
            seen.named("far").is_some_and(|task| task.stats.wakes >= 5)
        })
        .await;
        let far = &seen.named("far").expect("the task was seen").stats;
        assert!(far.last_wake.is_some());
        assert!(far.waker_clones >= far.waker_drops, "{far:?}");
        // The task that waits for ever has stored its waker in the channel.
        let waits = seen.named("waits").expect("the task was seen");
        assert_eq!(waits.stats.waker_clones, 1);
        assert_eq!(waits.stats.waker_drops, 0);
    });
}

#[test]
fn the_end_of_a_task_is_seen() {
    run(async {
        see_until("the end of a brief task", |seen| {
            let mut brief = seen.0.values().filter(|task| task.name == "brief");
            brief.any(|task| task.polls() == 1 && task.stats.dropped_at.is_some())
        })
        .await;
    });
}

#[test]
fn the_root_and_blocking_work_are_seen() {
    run(async {
        let seen = see_until("the root and some blocking work", |seen| {
            let root = seen.of_kind("block_on");
            root.is_some_and(|root| root.polls() >= 3) && seen.of_kind("blocking").is_some()
        })
        .await;
        let root = seen.of_kind("block_on").expect("the root was seen");
        assert!(root.stats.dropped_at.is_none(), "the root still runs");
        assert!(root.stats.wakes >= 2);
    });
}
