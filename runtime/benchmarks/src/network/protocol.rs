//! What the servers answer.

/// How much of a request a connection has room for.
pub const CAPACITY: usize = 1024;

pub const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\nHello, world!";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// What came goes back.
    Echo,
    /// A request without a body gets [`RESPONSE`].
    Http,
}

impl Protocol {
    /// The answer to what has come so far, or `None` if more must come.
    pub fn answer(self, request: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Echo => Some(request),
            Self::Http => request.ends_with(b"\r\n\r\n").then_some(RESPONSE),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Http => "http",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Echo, Self::Http];
        all.into_iter().find(|protocol| protocol.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_request_is_answered_when_it_is_whole() {
        assert_eq!(Protocol::Http.answer(b"GET / HTTP/1.1\r\n"), None);
        let whole = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        assert_eq!(Protocol::Http.answer(whole), Some(RESPONSE));
    }

    #[test]
    fn a_protocol_is_found_by_its_name() {
        for protocol in [Protocol::Echo, Protocol::Http] {
            assert_eq!(Protocol::named(protocol.name()), Some(protocol));
        }
        assert_eq!(Protocol::named("gopher"), None);
    }
}
