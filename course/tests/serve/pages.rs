//! Pages: how the server answers, and how it follows changes of the files.

use crate::{
    client::{Running, options},
    fixture::Fixture,
};

#[test]
fn every_page_carries_the_token_and_no_other_file_does() {
    let server = Running::new();
    for page in ["/", "/07-lamps.html", "/07-lamps", "/nowhere"] {
        assert!(server.get(page).body.contains(server.token()), "{page}");
    }
    assert!(!server.get("/book.js").body.contains(server.token()));
}

#[test]
fn every_file_has_its_content_type() {
    let server = Running::new();
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/widgets/lamp.js", "text/javascript; charset=utf-8"),
        ("/css/general.css", "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{path}"
        );
    }
}

#[test]
fn a_browser_with_a_current_copy_gets_no_second_one() {
    let server = Running::new();
    let first = server.get("/07-lamps.html");
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let etag = first.header("etag").expect("a page has an ETag");
    let again = server.with(
        "GET",
        "/07-lamps.html",
        &format!("if-none-match: {etag}\r\n"),
    );
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let other = server.with("GET", "/07-lamps.html", "if-none-match: \"other\"\r\n");
    assert_eq!(other.status, 200);
}

#[test]
fn head_gives_the_headers_of_get_without_a_body() {
    let server = Running::new();
    let (get, head) = (server.get("/"), server.with("HEAD", "/", ""));
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(
        head.header("content-length"),
        Some(get.body.len().to_string().as_str())
    );
}

#[test]
fn a_missing_page_is_404_and_a_wrong_method_is_405() {
    let server = Running::new();
    let lost = server.get("/nowhere.html");
    assert_eq!(lost.status, 404);
    assert!(lost.body.contains("not found"));
    assert_eq!(server.api("DELETE", "/").status, 405);
    assert_eq!(server.api("DELETE", "/api/exercises").status, 405);
    for path in ["/api/nothing", "/api/"] {
        let answer = server.api("GET", path);
        let told = format!("there is nothing at {path}");
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (404, &told.into())
        );
    }
}

#[test]
fn one_connection_carries_many_requests() {
    use std::io::{BufRead, BufReader, Read, Write};
    let server = Running::new();
    let mut stream = BufReader::new(server.connect());
    for _ in 0..3 {
        write!(
            stream.get_mut(),
            "GET /hello.html HTTP/1.1\r\nhost: localhost:{}\r\n\r\n",
            server.port
        )
        .unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream
                .read_line(&mut line)
                .expect("the head of the answer has a line");
            if let Some(n) = line.strip_prefix("content-length: ") {
                length = n.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("the answer has a body");
        assert!(body.ends_with(b"</html>\n"));
    }
}

#[test]
fn an_edited_page_is_rebuilt_and_its_readers_are_told() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server
        .fixture
        .write("book/src/hello.md", "# Hello\n\nQuite another page.\n");
    assert!(
        events.until("book")["pages"]
            .as_array()
            .unwrap()
            .contains(&"hello.html".into())
    );
    assert!(
        server
            .get("/hello.html")
            .body
            .contains("Quite another page.")
    );
}

#[test]
fn a_change_in_source_that_a_page_shows_rebuilds_the_page() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    let lamps = server
        .fixture
        .read("chapters/07-lamps/src/lib.rs")
        .replace("Gives light.", "Gives no light.");
    server.fixture.write("chapters/07-lamps/src/lib.rs", &lamps);
    assert_eq!(
        events.until("book")["pages"],
        serde_json::json!(["07-lamps.html"])
    );
    assert!(
        server
            .get("/07-lamps.html")
            .body
            .contains("Gives no light.")
    );
}

#[test]
fn a_page_that_does_not_build_reports_why_and_its_old_version_stays() {
    let server = Running::new();
    let mut events = server.events("/api/events");
    events.until("hello");
    server
        .fixture
        .write("book/src/hello.md", "# Hello\n\n{{#source no.rs}}\n");
    let message = events.until("problem")["message"].to_string();
    assert!(
        message.contains("book/src/hello.md:3") && message.contains("no.rs"),
        "{message}"
    );
    assert!(
        server
            .get("/hello.html")
            .body
            .contains("without live parts")
    );
    // A page that connects later receives the message too.
    assert_eq!(
        server.events("/api/events").until("problem")["message"].to_string(),
        message
    );
    server
        .fixture
        .write("book/src/hello.md", "# Hello\n\nMended.\n");
    events.until("book");
    assert!(server.get("/hello.html").body.contains("Mended."));
}

#[test]
fn a_book_that_was_never_built_shows_the_reason_until_it_builds() {
    let fixture = Fixture::new();
    let page = fixture.read("book/src/hello.md");
    fixture.write("book/src/hello.md", "{{#source no.rs}}\n");
    let server = Running::on(fixture, options());
    let excuse = server.get("/hello.html");
    assert_eq!(excuse.status, 503);
    assert!(
        excuse.body.contains("book/src/hello.md:1"),
        "{}",
        excuse.body
    );
    let mut events = server.events("/api/events");
    events.until("hello");
    server.fixture.write("book/src/hello.md", &page);
    events.until("book");
    assert_eq!(server.get("/hello.html").status, 200);
}

#[test]
fn the_inspector_shows_the_servers_own_tasks_and_sockets() {
    let server = Running::new();
    let snapshot = server.events("/api/inspector").until("snapshot");
    let tasks = snapshot["tasks"].as_array().expect("there are tasks");
    assert!(
        tasks.iter().any(|t| t["location"]
            .as_str()
            .is_some_and(|l| l.starts_with("course/src/serve/"))),
        "{tasks:?}"
    );
    let waits = tasks
        .iter()
        .filter_map(|task| task["waits"].as_array())
        .flatten();
    let on: Vec<_> = waits.filter_map(|wait| wait["on"].as_str()).collect();
    assert!(
        on.iter()
            .any(|on| on.starts_with("readable: tcp listener 127.0.0.1:")),
        "{on:?}"
    );
    let sockets = snapshot["sockets"].as_array().expect("there are sockets");
    assert!(
        sockets
            .iter()
            .any(|s| s["kind"] == "tcp listener" && s["interest"] == "readable"),
        "{sockets:?}"
    );
}
