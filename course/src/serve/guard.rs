//! Who may ask.
//!
//! The server listens on loopback only, but every page of the internet that this machine's
//! browser shows can send requests to loopback too. So:
//!
//! (Other users of the machine do not get this far: see `peer`.)
//!
//! - **Host**: a name that somebody else's DNS points at 127.0.0.1 (rebinding) is refused, on
//!   every request, pages included: with a page's token one could run code.
//! - **Token**: whatever is under `/api` demands the token that only our own pages carry.
//! - **Origin**: whatever is not a plain read must come from our own pages, and say so; where a
//!   browser sends an `Origin` or `Sec-Fetch-Site` with a read, it must be ours as well.
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

/// The largest body that is read.
pub const MAX_BODY: usize = 256 * 1024;

/// The name under which the server goes; a second course looks for it.
pub const SERVER: &str = "cargo-course";

/// What every answer says to the browser: nobody frames these pages, sniffs their types, or loads
/// scripts into them from elsewhere. (mdBook's pages have scripts and styles of their own inline.)
const ANSWERS: [(HeaderName, &str); 6] = [
    (header::SERVER, SERVER),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'self'; base-uri 'self'; form-action 'self'",
    ),
];

/// Lets a request through to its handler, or says why not.
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

fn check(course: &Shared, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let refuse = |status, why: &str| Err(Refusal::new(status, why));
    let authority = request.uri().authority().map(Authority::as_str);
    if !one(headers, &header::HOST).is_some_and(|host| is_ours(host, course.port))
        || authority.is_some_and(|authority| !is_ours(authority, course.port))
    {
        return refuse(
            StatusCode::FORBIDDEN,
            "this server answers only to 127.0.0.1 and localhost, with its port",
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
                "a request that changes something must say its Origin",
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
            "the token is missing or of an earlier start: reload the page",
        );
    }
    Ok(())
}

/// A header that must stand there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_ours(host: &str, port: u16) -> bool {
    let name = host.strip_suffix(&format!(":{port}"));
    // Browsers leave the port away where it is the protocol's own.
    let name = name.or_else(|| (port == 80).then_some(host));
    matches!(name, Some("127.0.0.1" | "localhost"))
}

/// The token, from its header; or from the address, for the event streams, whose
/// requests a browser lets nobody give a header.
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
    fn only_loopback_names_with_the_right_port_are_ours() {
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
