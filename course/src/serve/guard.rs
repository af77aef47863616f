//! Decides which requests we answer.
//!
//! The server listens only on loopback. But any website that the reader opens can make the browser
//! send requests to loopback too. So we check each request. (Other users of the machine were
//! rejected earlier, see `peer`.)
//!
//! - **Host**: we refuse every request, even for a page, whose `Host` is not ours. An attacker's
//!   DNS name can point to 127.0.0.1 (DNS rebinding), and a page carries the token that allows
//!   running code.
//! - **Token**: every request under `/api` needs the token that only our own pages carry.
//! - **Origin**: a request that changes something must name our own pages as its origin. If a
//!   browser sends `Origin` or `Sec-Fetch-Site` with a read, they must be ours as well.
//! - **Size**: no body is larger than [`MAX_BODY`].

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{self, HeaderName},
        uri::Authority,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    course::Shared,
    error::{Refusal, TOO_LARGE, in_words},
};
use crate::files;

/// The largest body that we read.
pub const MAX_BODY: usize = 256 * 1024;

/// The name of the server. A second course looks for it.
pub const SERVER: &str = "cargo-course";

/// The headers of every answer. No other site can put our pages in a frame or hold a window of
/// them, no browser guesses their types, and pages load no scripts from elsewhere. (mdBook's pages
/// contain inline scripts and styles.)
const ANSWERS: [(HeaderName, &str); 7] = [
    (header::SERVER, SERVER),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'",
    ),
];

/// Passes a request on to its handler, or refuses it with a reason.
pub async fn guard(State(course): State<Shared>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = match check(&course, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    if path.starts_with("/api/") {
        response = in_words(&method, &path, response).await;
    }
    for (name, value) in ANSWERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses what would read or write files if the clone was moved, because parts of its old folder may be there.
pub async fn only_where_the_course_is(
    State(course): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if course.layout.is_there() {
        return next.run(request).await;
    }
    let why = files::was_moved(course.layout.root());
    Refusal::new(StatusCode::GONE, why).into_response()
}

fn check(course: &Shared, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let refuse = |status, why: &str| Err(Refusal::new(status, why));
    let authority = request.uri().authority().map(Authority::as_str);
    if !one(headers, &header::HOST).is_some_and(|host| is_ours(host, course.port))
        || authority.is_some_and(|authority| !is_ours(authority, course.port))
    {
        return refuse(
            StatusCode::FORBIDDEN,
            "this server only answers requests to 127.0.0.1 or localhost, with its port",
        );
    }
    if one(headers, &header::CONTENT_LENGTH)
        .and_then(|n| n.parse().ok())
        .is_some_and(|n: u64| n > MAX_BODY as u64)
    {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE);
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let api = request.uri().path().starts_with("/api/");
    let origin = headers
        .contains_key(header::ORIGIN)
        .then(|| one(headers, &header::ORIGIN).unwrap_or(""));
    let ours = |origin: &str| {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| is_ours(host, course.port))
    };
    match origin {
        Some(origin) if !ours(origin) => {
            return refuse(
                StatusCode::FORBIDDEN,
                "this request comes from another site",
            );
        }
        None if !safe => {
            return refuse(
                StatusCode::FORBIDDEN,
                "a request that changes something needs an Origin header",
            );
        }
        _ => {}
    }
    let site = headers
        .get("sec-fetch-site")
        .and_then(|site| site.to_str().ok());
    if api && site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return refuse(
            StatusCode::FORBIDDEN,
            "this request comes from another site",
        );
    }
    if api && !shown(request).is_some_and(|token| course.token.is(token)) {
        return refuse(
            StatusCode::FORBIDDEN,
            "the token is missing, or it belongs to an earlier start of the server. Reload the page",
        );
    }
    Ok(())
}

/// The value of a header that must occur exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_ours(host: &str, port: u16) -> bool {
    let name = host.strip_suffix(&format!(":{port}"));
    // Browsers omit the default port of the protocol.
    let name = name.or_else(|| (port == 80).then_some(host));
    matches!(name, Some("127.0.0.1" | "localhost"))
}

/// The token from the header, or from the address for event streams. A browser cannot set a header
/// for an event stream.
fn shown(request: &Request) -> Option<&str> {
    if let Some(token) = one(
        request.headers(),
        &HeaderName::from_static("x-course-token"),
    ) {
        return Some(token);
    }
    if !matches!(request.uri().path(), "/api/events" | "/api/inspector") {
        return None;
    }
    request
        .uri()
        .query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("token="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_right_port_are_accepted() {
        for host in ["127.0.0.1:3000", "localhost:3000"] {
            assert!(is_ours(host, 3000), "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost:3001",
            "evil.example:3000",
            "127.0.0.1.evil.example:3000",
            "a@127.0.0.1:3000",
            "[::1]:3000",
            "",
        ] {
            assert!(!is_ours(host, 3000), "{host}");
        }
        assert!(is_ours("localhost", 80));
    }
}
