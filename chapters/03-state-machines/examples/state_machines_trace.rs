//! Records a run of `save` for the chapter's widget: the line that runs, what
//! is alive and in which bytes, the state and the drop flag, as JSON. Where
//! things lie is the compiler's report; the two bytes are read from the future.
//!
//! `cargo +nightly run -q -p state-machines --example state_machines_trace > book/traces/03-state-machines.json`

mod report;

use std::fmt::Write as _;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::Poll;

use report::{Type, Variant};
use state_machines::{Disk, Full, poll, save};

const SOURCE: &str = include_str!("../src/save.rs");
const TEXT: &str = "to do";
/// The states that the compiler gives to every `async fn`.
const UNRESUMED: u8 = 0;
const RETURNED: u8 = 1;
const FIRST_AWAIT: u8 = 3;

/// A byte of the future that has a value in its present state.
fn byte<F>(future: Pin<&F>, at: usize) -> u8 {
    assert!(at < size_of::<F>());
    // SAFETY: within the future, which is borrowed meanwhile. The callers ask
    // for the state, initialised always, and for a drop flag where there is one.
    unsafe { (&raw const *future).cast::<u8>().add(at).read() }
}

struct Recorder {
    layout: Type,
    disk: Disk,
    steps: Vec<String>,
}

impl Recorder {
    fn state<F>(&self, future: Pin<&F>) -> u8 {
        byte(future, self.layout.state().expect("the layout has a state byte"))
    }

    fn variant(&self, state: u8) -> &Variant {
        let name = match state {
            UNRESUMED => "Unresumed".to_string(),
            RETURNED => "Returned".to_string(),
            state => format!("Suspend{}", state - FIRST_AWAIT),
        };
        let found = self.layout.variants.iter().find(|variant| variant.name == name);
        found.unwrap_or_else(|| panic!("the layout has no {name}"))
    }

    /// Notes how the future is now.
    fn step<F>(&mut self, future: Pin<&F>, line: &str, said: &str, note: &str) {
        let state = self.state(future);
        let variant = self.variant(state);
        let flag = variant.fields.iter().find(|field| field.kind == "flag");
        let flag = flag.map(|field| byte(future, field.bytes.start));
        let mut locals = Vec::new();
        for field in &variant.fields {
            // After the first poll the arguments have been moved into locals.
            let moved = field.kind == "upvar" && state != UNRESUMED;
            if moved || (field.name == "draft" && flag == Some(0)) {
                continue;
            }
            let (name, value) = match &*field.name {
                "text" => ("text", format!("{TEXT:?}")),
                "disk" => ("disk", "a handle".to_string()),
                "_lock" => ("_lock", "held".to_string()),
                "draft" => ("draft", "not kept yet".to_string()),
                "__awaitee" => ("awaitee", "asked, not answered".to_string()),
                _ => ("drop flag", flag.unwrap_or_default().to_string()),
            };
            locals.push(format!(
                "{{\"name\":{},\"type\":{},\"value\":{},\"offset\":{},\"size\":{}}}",
                quoted(name),
                quoted(&field.kind),
                quoted(&value),
                field.bytes.start,
                field.bytes.len()
            ));
        }
        let place = self.layout.state().unwrap_or_default();
        self.push(line, &variant.name.clone(), said, &locals, Some((place, state)), note);
    }

    fn push(
        &mut self,
        line: &str,
        name: &str,
        said: &str,
        locals: &[String],
        state: Option<(usize, u8)>,
        note: &str,
    ) {
        let mut json =
            format!("{{\"line\":{},\"state\":{},", line_of(line), quoted(name));
        if let Some((at, value)) = state {
            let _ = write!(json, "\"byte\":{{\"offset\":{at},\"value\":{value}}},");
        }
        let _ = write!(
            json,
            "\"said\":{},\"disk\":{},\"locals\":[{}],\"note\":{}}}",
            quoted(said),
            quoted(&self.disk.diary().join(", ")),
            locals.join(","),
            quoted(note)
        );
        self.steps.push(json);
    }
}

/// The number of the line that contains `text`.
fn line_of(text: &str) -> usize {
    let found = SOURCE.lines().position(|line| line.contains(text));
    found.map_or_else(|| panic!("no line has {text:?}"), |index| index + 1)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn polled(future: Pin<&mut impl Future<Output = Result<usize, Full>>>) -> String {
    match poll(future) {
        Poll::Pending => "poll → Pending".to_string(),
        Poll::Ready(result) => format!("poll → Ready({result:?})"),
    }
}

fn record(layout: Type) -> String {
    let disk = Disk::new(100);
    let mut recorder = Recorder { layout, disk: disk.clone(), steps: Vec::new() };
    let mut future = Box::pin(save(disk.clone(), TEXT.to_string()));
    assert_eq!(size_of_val(&*future), recorder.layout.size);
    recorder.step(
        future.as_ref(),
        "pub async fn save",
        "save(disk, text)",
        "The function has been called. Nothing has run, and the disk has not been touched. Of \
         120 bytes the arguments have 32, and one is the state.",
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.write",
        &said,
        "The first poll ran to the first await. The arguments have moved into locals, and the \
         32 bytes they came in stay empty from now on. The draft may be moved away on one path \
         and not on the other, so a flag says that it is still there.",
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.sync",
        &said,
        "The draft was kept: its value has moved away, and the flag says so. Its eight bytes \
         remain, for an empty text would still need them. The second request lies where the \
         first one lay.",
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "Ok(text.len())",
        &said,
        "The end. Awaitee, lock, text and disk have been dropped; the state says that nothing \
         is left to drop.",
    );

    let mut future = Box::pin(save(disk, TEXT.to_string()));
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.write",
        &said,
        "Another one, from the start to the first await.",
    );
    drop(future);
    recorder.push(
        "disk.write",
        "gone",
        "drop(future)",
        &[],
        None,
        "Dropped in the middle. The state told the destructor what was alive: the request, \
         then the draft, for the flag was set, then the lock, the text and the disk. This is \
         what cancelling is.",
    );

    let lines =
        SOURCE.lines().map(|line| if line.contains("// ANCHOR") { "" } else { line });
    let begin = line_of("/// Replaces the file");
    let lines = lines.skip(begin - 1).map(quoted).collect::<Vec<_>>().join(",\n");
    format!(
        "{{\n\"title\":\"save, await by await\",\n\
         \"source\":{{\"path\":\"chapters/03-state-machines/src/save.rs\",\"start\":{begin},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo +nightly run -q -p state-machines --example state_machines_trace\",\n\
         \"size\":{},\n\"steps\":[\n{}\n]\n}}",
        recorder.layout.size,
        recorder.steps.join(",\n")
    )
}

fn main() -> ExitCode {
    let types = match report::made() {
        Ok(types) => types,
        Err(error) => {
            eprintln!(
                "{error}\nThe report needs a nightly compiler: cargo +nightly run …"
            );
            return ExitCode::FAILURE;
        }
    };
    let Some(layout) = types.into_iter().find(|of| of.name.ends_with("::save()}")) else {
        eprintln!("the report does not name `save`");
        return ExitCode::FAILURE;
    };
    println!("{}", record(layout));
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What today's compiler reports, so that Miri can read the bytes without it.
    fn layout() -> Type {
        report::read(
            "type: `{async fn body of save::save()}`: 120 bytes, alignment: 8 bytes
    discriminant: 1 bytes
    variant `Unresumed`: 32 bytes
        upvar `.text`: 24 bytes, offset: 0 bytes, alignment: 8 bytes
        upvar `.disk`: 8 bytes
    variant `Suspend0`: 119 bytes
        upvar `.text`: 24 bytes, offset: 0 bytes, alignment: 8 bytes
        upvar `.disk`: 8 bytes
        local `.disk`: 8 bytes
        local `.text`: 24 bytes
        local `._lock`: 8 bytes
        local `.draft`: 8 bytes
        padding: 1 bytes
        local `..coroutine_field6`: 1 bytes, alignment: 1 bytes, type: bool
        padding: 6 bytes
        local `.__awaitee`: 32 bytes, alignment: 8 bytes, type: disk::Request
    variant `Suspend1`: 0 bytes
    variant `Returned`: 0 bytes",
        )
        .remove(0)
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_state_and_the_flag_are_where_the_report_says() {
        let disk = Disk::new(100);
        let recorder = Recorder { layout: layout(), disk: disk.clone(), steps: vec![] };
        let mut future = Box::pin(save(disk, TEXT.to_string()));
        assert_eq!(recorder.state(future.as_ref()), UNRESUMED);
        for flag in [1, 0] {
            assert!(poll(future.as_mut()).is_pending());
            assert_eq!(recorder.state(future.as_ref()), FIRST_AWAIT + 1 - flag);
            assert_eq!(byte(future.as_ref(), 81), flag);
        }
        assert!(poll(future.as_mut()).is_ready());
        assert_eq!(recorder.state(future.as_ref()), RETURNED);
    }
}
