//! Records a run of `save` as JSON. The chapter's figure shows it: the line that
//! waits, the live locals and their bytes, the state and the drop flag. The compiler
//! reports the layout, and the state and the flag are read from the future itself.
//!
//! `cargo +nightly run -q -p state-machines --example state_machines_trace > book/traces/03-state-machines.json`

mod report;

use std::fmt::Write as _;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::Poll;

use report::{Type, Variant};
use state_machines::{Disk, Full, poll, save};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/03-state-machines/src/save.rs";
const SOURCE: &str = include_str!("../src/save.rs");
const TEXT: &str = "to do";
/// The state numbers that the compiler uses for every `async fn`.
const UNRESUMED: u8 = 0;
const RETURNED: u8 = 1;
const FIRST_AWAIT: u8 = 3;

/// Reads a byte of the future. It must have a value in the present state.
fn byte<F>(future: Pin<&F>, at: usize) -> u8 {
    assert!(at < size_of::<F>());
    // SAFETY: the byte lies inside the future, and the borrow keeps the future alive.
    // The callers read only the state, which is always initialised, and the drop flag
    // in states that have one.
    unsafe { (&raw const *future).cast::<u8>().add(at).read() }
}

struct Recorder {
    layout: Type,
    disk: Disk,
    steps: Vec<String>,
}

impl Recorder {
    fn state<F>(&self, future: Pin<&F>) -> u8 {
        byte(
            future,
            self.layout
                .state()
                .expect("the compiler's report leaves a byte for the state"),
        )
    }

    fn variant(&self, state: u8) -> &Variant {
        let name = match state {
            UNRESUMED => "Unresumed".to_string(),
            RETURNED => "Returned".to_string(),
            state => format!("Suspend{}", state - FIRST_AWAIT),
        };
        let found = self.layout.variants.iter().find(|variant| variant.name == name);
        found.unwrap_or_else(|| panic!("the compiler's report has no variant `{name}`"))
    }

    /// Adds a step that shows the future as it is now.
    fn step<F>(&mut self, future: Pin<&F>, line: &str, said: &str, note: &str) {
        let state = self.state(future);
        let variant = self.variant(state);
        let flag = variant.fields.iter().find(|field| field.kind == "flag");
        let flag = flag.map(|field| byte(future, field.bytes.start));
        let mut locals = Vec::new();
        for field in &variant.fields {
            // The first poll moves the arguments into locals.
            let moved = field.kind == "upvar" && state != UNRESUMED;
            if moved || (field.name == "draft" && flag == Some(0)) {
                continue;
            }
            let (name, value) = match &*field.name {
                _ if field.kind == "flag" => {
                    ("drop flag", flag.unwrap_or_default().to_string())
                }
                "text" => ("text", format!("{TEXT:?}")),
                "disk" => ("disk", "a handle".to_string()),
                "_lock" => ("_lock", "held".to_string()),
                "draft" => ("draft", "not kept yet".to_string()),
                "__awaitee" => ("awaitee", "sent, not answered".to_string()),
                other => panic!(
                    "`save` has a local `{other}` that this recorder does not know. Say \
                     here which value the figure shows for it."
                ),
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

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}

fn polled(future: Pin<&mut impl Future<Output = Result<usize, Full>>>) -> String {
    match poll(future) {
        Poll::Pending => "poll → Pending".to_string(),
        Poll::Ready(result) => format!("poll → Ready({result:?})"),
    }
}

fn record(layout: Type) -> String {
    let disk = Disk::new(100);
    let size = layout.size;
    let mut recorder = Recorder { layout, disk: disk.clone(), steps: Vec::new() };
    let arguments: usize =
        recorder.variant(UNRESUMED).fields.iter().map(|field| field.bytes.len()).sum();
    let mut future = Box::pin(save(disk.clone(), TEXT.to_string()));
    assert_eq!(size_of_val(&*future), size, "the report describes another `save`");
    recorder.step(
        future.as_ref(),
        "pub async fn save",
        "save(disk, text)",
        &format!(
            "The call only stored its arguments, which take {arguments} of the {size} bytes. No line \
             of the body has run yet."
        ),
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.write",
        &said,
        &format!(
            "The first poll ran up to the first await and moved the arguments into locals, so the \
             {arguments} bytes that held them stay unused. The drop flag is 1 because the draft is \
             still there: only one of the two paths after this await moves it away."
        ),
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.sync",
        &said,
        "The second poll kept the draft, so the drop flag is now 0. The draft's bytes stay \
         reserved, because with an empty text the draft would still be here.",
    );
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "Ok(text.len())",
        &said,
        "The third poll returned the result and dropped the request, the lock, the text and the \
         disk handle. The state now says that nothing is left to drop.",
    );

    let mut future = Box::pin(save(disk, TEXT.to_string()));
    let said = polled(future.as_mut());
    recorder.step(
        future.as_ref(),
        "disk.write",
        &said,
        "This is a second call of `save`. Its first poll ran up to the first await, as before.",
    );
    drop(future);
    recorder.push(
        "disk.write",
        "dropped",
        "drop(future)",
        &[],
        None,
        "The caller dropped the future at its first await, which is how Rust cancels a future. The \
         destructor read the state and the flag, and dropped the request, the draft, the lock, \
         the text and the disk handle.",
    );

    let lines =
        SOURCE.lines().map(|line| if line.contains("// ANCHOR") { "" } else { line });
    // The doc comment belongs to the function.
    let docs = SOURCE.lines().take(line_of("pub async fn save") - 1);
    let docs = docs.collect::<Vec<_>>();
    let docs = docs.iter().rev().take_while(|line| line.starts_with("///")).count();
    let begin = line_of("pub async fn save") - docs;
    let lines = lines.skip(begin - 1).map(quoted).collect::<Vec<_>>().join(",\n");
    format!(
        "{{\n\"title\":\"save, await by await\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{begin},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo +nightly run -q -p state-machines --example state_machines_trace\",\n\
         \"size\":{size},\n\"steps\":[\n{}\n]\n}}",
        recorder.steps.join(",\n")
    )
}

fn main() -> ExitCode {
    let types = match report::made() {
        Ok(types) => types,
        Err(error) => {
            eprintln!(
                "{error}\nThe layout report needs a nightly compiler. Run: cargo +nightly run …"
            );
            return ExitCode::FAILURE;
        }
    };
    let Some(layout) = types.into_iter().find(|of| of.name.ends_with("::save()}")) else {
        eprintln!(
            "The compiler's report has no type for `save`. Was the function renamed?"
        );
        return ExitCode::FAILURE;
    };
    println!("{}", record(layout));
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Today's report of the compiler. Miri cannot start a compiler, so it uses this.
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
    fn the_state_and_the_flag_are_at_the_offsets_of_the_report() {
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
