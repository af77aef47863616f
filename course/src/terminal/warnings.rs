//! What libraries warn of: mdBook says through `tracing` what is odd about a page (a footnote
//! defined twice, a tag that is never closed), and without a subscriber nobody hears it.

use std::fmt::{Debug, Write as _};

use tracing_core::{
    Event, Field, Level, LevelFilter, Metadata, Subscriber,
    field::Visit,
    span::{Attributes, Id, Record},
};

use super::{Paint, complain, indented};

/// From now on, warnings and errors of libraries are printed to stderr.
pub fn show_warnings() {
    // Fails only where somebody listens already.
    let _ = tracing_core::dispatcher::set_global_default(tracing_core::Dispatch::new(Warnings));
}

struct Warnings;

impl Subscriber for Warnings {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        *about.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let head = Paint::for_stderr().yellow("warning:");
        complain(&format!("{head} {}", indented(&message.0, 9)));
    }

    // Spans say how a library got there, which is not for readers.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " ({name}: {value:?})"),
        };
    }
}
