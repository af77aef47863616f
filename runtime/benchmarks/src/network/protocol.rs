//! The answers of the servers, and the work that they do before each answer.

use std::{cell::Cell, hint::black_box};

/// The size of a connection's buffer.
pub const CAPACITY: usize = 1024;

pub const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\nHello, world!";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The answer is the request.
    Echo,
    /// A request without a body gets [`RESPONSE`].
    Http,
    /// The same, but an answer takes between no work and ten pieces of it.
    Uneven,
}

impl Protocol {
    /// The answer to the bytes so far, or `None` if the request is incomplete.
    pub fn answer(self, request: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Echo => Some(request),
            Self::Http | Self::Uneven => request.ends_with(b"\r\n\r\n").then_some(RESPONSE),
        }
    }

    /// The number of pieces of work before this answer. The server yields after
    /// each piece.
    pub fn pieces(self) -> u32 {
        thread_local! {
            static ANSWERS: Cell<u32> = const { Cell::new(0) };
        }
        match self {
            Self::Echo | Self::Http => 0,
            Self::Uneven => {
                let number = ANSWERS.replace(ANSWERS.get().wrapping_add(1));
                // 0 to 10, each equally often, in an order that no load follows.
                number.wrapping_mul(7) % 11
            }
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Http => "http",
            Self::Uneven => "uneven",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Echo, Self::Http, Self::Uneven];
        all.into_iter().find(|protocol| protocol.name() == name)
    }
}

/// One piece of work, of about ten microseconds. It is the same for every server.
pub fn compute() {
    let mut value = black_box(1_u64);
    for step in 0..5_000_u64 {
        value = (value ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    black_box(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_request_is_answered_when_it_is_complete() {
        assert_eq!(Protocol::Http.answer(b"GET / HTTP/1.1\r\n"), None);
        let whole = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        assert_eq!(Protocol::Http.answer(whole), Some(RESPONSE));
    }

    #[test]
    fn uneven_answers_take_zero_to_ten_pieces_equally_often() {
        let mut pieces: Vec<u32> = (0..11).map(|_| Protocol::Uneven.pieces()).collect();
        pieces.sort_unstable();
        assert_eq!(pieces, (0..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_protocol_is_found_by_its_name() {
        for protocol in [Protocol::Echo, Protocol::Http, Protocol::Uneven] {
            assert_eq!(Protocol::named(protocol.name()), Some(protocol));
        }
        assert_eq!(Protocol::named("gopher"), None);
    }
}
