//! Shows warnings of libraries. mdBook reports odd things on a page (a footnote defined twice, an
//! unclosed tag) through `tracing`, and without a subscriber these reports are lost.

use std::fmt::{Debug, Write as _};

use tracing_core::{
    Event, Field, Level, LevelFilter, Metadata, Subscriber,
    field::Visit,
    span::{Attributes, Id, Record},
};

use super::{Paint, complain, indented};

/// Prints warnings and errors of libraries to stderr from now on.
pub fn show_warnings() {
    // This fails only if another subscriber exists already.
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

    // A span shows how a library got to a point, and readers do not need that.
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
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " ({name}: {value:?})"),
        };
    }
}
