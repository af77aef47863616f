//! How a server starts and ends: ports, a second server, Ctrl-C.

#[cfg(unix)]
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use course::serve::{ServeError, Server};

#[cfg(target_os = "linux")]
use crate::client::{await_that, runs};
use crate::{
    client::{Running, options},
    fixture::Fixture,
};

fn refused(port: u16) -> ServeError {
    let fixture = Fixture::new();
    let mut options = options();
    options.port = port;
    wakeful::block_on(async { Server::start(fixture.layout(), options).await.err() })
        .expect("the port is taken")
}

#[test]
fn the_error_for_a_used_port_suggests_a_free_one() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let error = refused(port);
    assert_eq!(
        error.to_string(),
        format!("port {port} of 127.0.0.1 is taken by another program")
    );
    assert!(error.advice().unwrap().contains("--port"), "{error:?}");
}

#[test]
fn the_error_names_another_course_that_uses_the_port() {
    let first = Running::new();
    assert_eq!(
        refused(first.port).to_string(),
        format!(
            "port {} of 127.0.0.1 is taken by another cargo course",
            first.port
        )
    );
}

#[test]
fn two_courses_can_serve_one_clone_and_the_second_mentions_the_first() {
    let first = Running::new();
    let (layout, mut events) = (first.fixture.layout(), first.events("/api/events"));
    wakeful::block_on(async {
        let second = Server::start(layout, options())
            .await
            .expect("a second course starts");
        assert_ne!(second.port(), first.port);
        assert!(
            second
                .notes()
                .iter()
                .any(|note| note.contains(&first.port.to_string())),
            "{:?}",
            second.notes()
        );
        second.run(async {}).await;
    });
    // The first server still has its book and its open pages.
    first
        .fixture
        .write("book/src/hello.md", "# Hello\n\nStill there.\n");
    events.until("book");
    assert!(first.get("/hello.html").body.contains("Still there."));
}

#[cfg(unix)]
#[test]
fn a_start_removes_the_books_of_servers_that_were_killed() {
    let fixture = Fixture::new();
    let mut killed = Command::new("true").spawn().expect("`true` is there");
    killed.wait().expect("it ends");
    // No course answers on port 1.
    let book = |process| format!("target/course/book/1-{process}");
    let (old, other) = (book(killed.id()), book(std::process::id()));
    for book in [&old, &other] {
        fixture.write(&format!("{book}/index.html"), "old");
    }
    let server = Running::on(fixture, options());
    let is_there = |book: &str| server.fixture.root().join(book).exists();
    assert!(!is_there(&old));
    assert!(is_there(&other), "its server may still be starting");
}

#[test]
fn a_shutdown_closes_the_listener_and_ends_the_event_streams() {
    let server = Running::new();
    let port = server.port;
    let mut events = server.events("/api/events");
    events.until("hello");
    drop(server);
    assert!(events.next("the end of the events").is_none());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_shutdown_kills_the_programs_that_still_run() {
    let server = Running::new();
    let code = "println!(\"{}\", std::process::id()); loop {}";
    let mut block = server.play("07-lamps", code);
    let id = block.until("stdout")["text"]
        .as_str()
        .unwrap()
        .trim()
        .to_owned();
    assert!(runs(&id));
    drop(server);
    await_that("the block of a stopped server ends", || !runs(&id));
}

#[cfg(unix)]
#[test]
fn without_a_browser_the_address_is_printed_and_a_signal_ends_the_server_with_zero() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let fixture = Fixture::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_course"))
            .args(["--port", "0"])
            .current_dir(fixture.root())
            .env_remove("BROWSER")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WSL_DISTRO_NAME")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the course starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
        let mut until = |part: &str| {
            let found = lines.find_map(|line| line.ok().filter(|line| line.contains(part)));
            found.unwrap_or_else(|| panic!("no line with {part:?}"))
        };
        let url = until("http://127.0.0.1:");
        let url = url.trim();
        assert!(
            url.starts_with("http") && url.ends_with('/'),
            "the address is not alone on its line: {url}"
        );
        assert!(until("No browser").contains(url));
        // Like a closed terminal: from now on the pipe is closed.
        drop(lines);
        let id = child.id().to_string();
        let killed = Command::new("kill")
            .args([signal, &id])
            .status()
            .expect("kill is there");
        assert!(killed.success());
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

/// The pipe is closed before the end, and printing to it must not panic.
#[cfg(unix)]
#[test]
fn warnings_of_mdbook_are_printed() {
    let fixture = Fixture::new();
    fixture.write(
        "book/src/hello.md",
        "# Hello[^a]\n\n[^a]: one\n\n[^a]: two\n",
    );
    let (heard, deaf) = std::io::pipe().unwrap();
    drop(heard);
    let mut child = Command::new(env!("CARGO_BIN_EXE_course"))
        .args(["--port", "0", "--no-open"])
        .current_dir(fixture.root())
        .stdout(deaf)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the course starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its errors are ours")).lines();
    let warning = lines.find_map(|line| line.ok().filter(|line| line.starts_with("warning:")));
    let warning = warning.expect("a warning is printed");
    assert!(warning.contains("footnote `a` in hello.md"), "{warning}");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
