//! Requests that the server refuses. Each test sends one over a real socket, as a foreign page or
//! program would.

use std::io::{Read, Write};

use crate::{
    client::{Running, options},
    fixture::Fixture,
};

const ID: &str = "/api/exercises/lamps/dim";

#[test]
fn a_foreign_dns_name_that_points_here_is_refused() {
    let server = Running::new();
    let port = server.port;
    for host in [
        "host: evil.example\r\n".to_owned(),
        format!("host: evil.example:{port}\r\n"),
        format!("host: 127.0.0.1.evil.example:{port}\r\n"),
        "host: 127.0.0.1\r\n".to_owned(),
        "host: 127.0.0.1:1\r\n".to_owned(),
        "host:\r\n".to_owned(),
        String::new(),
        format!("host: 127.0.0.1:{port}\r\nhost: evil.example\r\n"),
    ] {
        for path in ["/", "/api/exercises"] {
            let request = format!(
                "GET {path} HTTP/1.1\r\n{host}x-course-token: {}\r\nconnection: close\r\n\r\n",
                server.token()
            );
            let answer = server.raw(request.as_bytes());
            assert!(matches!(answer.status, 400 | 403), "{host:?}: {answer:?}");
            assert!(
                !answer.body.contains(server.token()),
                "{host:?} was given the token"
            );
        }
    }
    let absolute = format!(
        "GET http://evil.example/ HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
    );
    assert_eq!(server.raw(absolute.as_bytes()).status, 403);
}

#[test]
fn localhost_is_accepted_as_a_name() {
    let server = Running::new();
    let request = format!(
        "GET / HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n",
        server.port
    );
    assert_eq!(server.raw(request.as_bytes()).status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn no_other_address_of_this_machine_answers() {
    let server = Running::new();
    assert!(std::net::TcpStream::connect(("127.0.0.2", server.port)).is_err());
}

/// All users of a machine share its loopback address, but only the reader may see the token.
#[cfg(target_os = "linux")]
#[test]
fn another_user_of_this_machine_gets_no_answer() {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};
    if std::fs::metadata("/proc/self").map(|me| me.uid()).ok() != Some(0) {
        println!("skipped: only root can try this as another user");
        return;
    }
    let server = Running::new();
    let ask = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{0}; printf 'GET / HTTP/1.1\\r\\nhost: localhost:{0}\\r\\nconnection: close\\r\\n\\r\\n' >&3; cat <&3",
        server.port
    );
    let answer = |user: u32| {
        let mut bash = std::process::Command::new("bash");
        let output = bash
            .args(["-c", &ask])
            .uid(user)
            .gid(user)
            .output()
            .expect("bash is there");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(answer(0).contains(server.token()));
    assert_eq!(answer(65534), "");
}

#[test]
fn nothing_under_api_answers_without_the_token() {
    let server = Running::new();
    let origin = format!("origin: http://127.0.0.1:{}\r\n", server.port);
    let wrong = format!("{origin}x-course-token: {}\r\n", "0".repeat(32));
    let prefix = format!("{origin}x-course-token: {}\r\n", &server.token()[..31]);
    for (method, path) in [
        ("GET", "/api/exercises".to_owned()),
        ("GET", "/api/events".to_owned()),
        ("GET", "/api/events?token=".to_owned()),
        ("GET", "/api/inspector?token=1".to_owned()),
        ("POST", "/api/run".to_owned()),
        ("GET", "/api/nothing".to_owned()),
        ("POST", format!("{ID}/run")),
        ("POST", format!("{ID}/reset")),
        ("POST", format!("{ID}/open")),
        ("GET", format!("{ID}/source")),
        ("GET", format!("{ID}/tests")),
        // Only event streams may have the token in their address, because addresses end up in
        // histories.
        ("GET", format!("/api/exercises?token={}", server.token())),
    ] {
        for headers in [&origin, &wrong, &prefix] {
            assert_eq!(
                server.with(method, &path, headers).status,
                403,
                "{method} {path} {headers}"
            );
        }
    }
}

#[test]
fn another_site_is_refused_even_with_the_token() {
    let server = Running::new();
    let token = format!("x-course-token: {}\r\n", server.token());
    for origin in [
        "",
        "origin: null\r\n",
        "origin: http://evil.example\r\n",
        "origin: http://127.0.0.1:1\r\n",
        "origin: http://127.0.0.1\r\n",
        &format!("origin: https://127.0.0.1:{}\r\n", server.port),
        &format!("origin: http://127.0.0.1:{}.evil.example\r\n", server.port),
    ] {
        for path in ["/api/run", &format!("{ID}/run"), &format!("{ID}/reset")] {
            assert_eq!(
                server
                    .with("POST", path, &format!("{token}{origin}"))
                    .status,
                403,
                "{origin} {path}"
            );
        }
        if !origin.is_empty() {
            let answer = server.with("GET", "/api/exercises", &format!("{token}{origin}"));
            assert_eq!(answer.status, 403, "{origin}");
        }
    }
    let cross = format!("{token}sec-fetch-site: cross-site\r\n");
    assert_eq!(server.with("GET", "/api/exercises", &cross).status, 403);
    let same = format!("{token}sec-fetch-site: same-origin\r\n");
    assert_eq!(server.with("GET", "/api/exercises", &same).status, 200);
}

#[test]
fn no_path_leads_out_of_the_book() {
    let fixture = Fixture::new();
    fixture.write("secret.txt", "the secret");
    fixture.write("target/course/book/secret.txt", "the secret");
    let server = Running::on(fixture, options());
    for path in [
        "/../secret.txt",
        "/../../../../secret.txt",
        "/css/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2f..%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "//etc/passwd",
        "/etc/passwd",
        "/%2fetc%2fpasswd",
        "/index.html%00.txt",
        "/secret.txt%00",
        "/./../secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/file:///etc/passwd",
    ] {
        let answer = server.get(path);
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
        assert!(
            !answer.body.contains("the secret") && !answer.body.contains("root:"),
            "{path}"
        );
    }
    let absolute = format!("{}", server.fixture.root().join("secret.txt").display());
    assert_eq!(server.get(&absolute).status, 404);
}

#[test]
fn the_name_of_an_exercise_is_never_a_path() {
    let server = Running::new();
    for id in [
        "../..",
        "lamps/..",
        "lamps/%2e%2e",
        "lamps/dim%2f..",
        "lamps/dim%00",
        "lamps/%2e%2e%2f%2e%2e%2fCargo.toml",
        "etc/passwd",
    ] {
        for (method, action) in [
            ("GET", "source"),
            ("POST", "reset"),
            ("POST", "open"),
            ("POST", "run"),
        ] {
            let answer = server.api(method, &format!("/api/exercises/{id}/{action}"));
            assert!(
                matches!(answer.status, 400 | 404),
                "{id}/{action}: {answer:?}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn an_exercise_replaced_by_a_link_to_another_place_is_not_read_written_or_opened() {
    let server = Running::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.rs");
    std::fs::write(&secret, "the secret").unwrap();
    let file = server.fixture.root().join("work/07-lamps/src/dim.rs");
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&secret, &file).unwrap();
    for (method, action) in [("GET", "source"), ("POST", "reset"), ("POST", "open")] {
        let answer = server.api(method, &format!("{ID}/{action}"));
        assert_eq!(answer.status, 403, "{action}: {answer:?}");
        assert!(!answer.body.contains("the secret"));
    }
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "the secret");
}

#[test]
fn a_body_that_is_too_large_is_refused_with_and_without_a_content_length() {
    let server = Running::new();
    let head = format!(
        "POST /api/run HTTP/1.1\r\nhost: 127.0.0.1:{0}\r\norigin: http://127.0.0.1:{0}\r\nx-course-token: {1}\r\ncontent-type: application/json\r\nconnection: close\r\n",
        server.port,
        server.token()
    );
    let announced = format!("{head}content-length: 300000\r\n\r\n");
    assert_eq!(server.raw(announced.as_bytes()).status, 413);
    let chunks = format!("10000\r\n{}\r\n", "x".repeat(0x10000)).repeat(5);
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
    assert_eq!(server.raw(chunked.as_bytes()).status, 413);
}

#[test]
fn a_block_must_be_sent_as_json() {
    let server = Running::new();
    // A form on another site can send this without a preflight request.
    let headers = format!(
        "x-course-token: {}\r\norigin: http://127.0.0.1:{}\r\ncontent-type: text/plain\r\n",
        server.token(),
        server.port
    );
    assert_eq!(server.with("POST", "/api/run", &headers).status, 415);
}

#[test]
fn every_refusal_is_json_and_says_what_to_do() {
    let server = Running::new();
    let plain = format!(
        "x-course-token: {}\r\norigin: http://127.0.0.1:{}\r\ncontent-type: text/plain\r\n",
        server.token(),
        server.port
    );
    let run = |body: &str| server.api_with("POST", "/api/run", body);
    for (answer, status, part) in [
        (run("{"), 400, "Reload the page"),
        (run("{}"), 422, "missing field `chapter`"),
        (
            server.with("POST", "/api/run", &plain),
            415,
            "content-type: application/json",
        ),
        (server.api("GET", "/api/run"), 405, "does not accept GET"),
        (
            server.api("POST", "/api/exercises"),
            405,
            "does not accept POST",
        ),
        (
            server.api("GET", &format!("{ID}/hint")),
            400,
            "missing field `n`",
        ),
        (
            server.api("GET", &format!("{ID}/hint?n=x")),
            400,
            "Reload the page",
        ),
        (
            server.api("POST", "/api/exercises/lamps/%ff/run"),
            400,
            "UTF-8",
        ),
        (
            server.api("GET", "/api/nothing"),
            404,
            "nothing at /api/nothing",
        ),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
        let error = answer.json()["error"].to_string();
        assert!(error.contains(part), "{error}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("allow").is_some(), status == 405);
    }
}

#[test]
fn a_client_that_never_finishes_its_request_is_disconnected() {
    let mut options = options();
    options.head_time = std::time::Duration::from_millis(500);
    let server = Running::on(Fixture::new(), options);
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: 127").unwrap();
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest)
        .expect("the server closes a connection with half a head");
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn pages_forbid_frames_foreign_windows_guessed_types_and_foreign_scripts() {
    let server = Running::new();
    for path in ["/", "/nowhere", "/api/exercises"] {
        let answer = server.get(path);
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(
            answer
                .header("content-security-policy")
                .is_some_and(|csp| csp.contains("frame-ancestors 'self'")),
            "{path}"
        );
    }
}
