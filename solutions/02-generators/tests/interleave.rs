//! The promises of `Interleave`.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState::{self, Complete, Yielded};
use generators_exercises::interleave::Interleave;

/// Yields the letters of a word, then returns the word.
struct Letters {
    word: &'static str,
    said: usize,
}

fn letters(word: &'static str) -> Letters {
    Letters { word, said: 0 }
}

impl Coroutine for Letters {
    type Yield = char;
    type Return = &'static str;

    fn resume(self: Pin<&mut Self>, (): ()) -> CoroutineState<char, &'static str> {
        let this = self.get_mut();
        let said = this.said;
        this.said += 1;
        assert!(
            said <= this.word.len(),
            "the generator of {:?} was resumed after completion",
            this.word
        );
        this.word.chars().nth(said).map_or(Complete(this.word), Yielded)
    }
}

/// Runs a generator to its end. Returns everything it yielded, and its value.
fn drive<C>(mut coroutine: C) -> (String, C::Return)
where
    C: Coroutine<Yield = char> + Unpin,
{
    let mut said = String::new();
    loop {
        match Pin::new(&mut coroutine).resume(()) {
            Yielded(letter) => said.push(letter),
            Complete(value) => return (said, value),
        }
    }
}

#[test]
fn the_left_generator_runs_first() {
    let mut both = Interleave::new(letters("ab"), letters("xy"));
    assert_eq!(Pin::new(&mut both).resume(()), Yielded('a'));
    assert_eq!(Pin::new(&mut both).resume(()), Yielded('x'));
}

#[test]
fn both_generators_take_turns_to_the_end() {
    assert_eq!(drive(Interleave::new(letters("ace"), letters("bdf"))).0, "abcdef");
}

#[test]
fn the_longer_generator_runs_on_alone() {
    assert_eq!(drive(Interleave::new(letters("abcd"), letters("x"))).0, "axbcd");
    assert_eq!(drive(Interleave::new(letters("a"), letters("xyz"))).0, "axyz");
    assert_eq!(drive(Interleave::new(letters(""), letters("xyz"))).0, "xyz");
}

#[test]
fn both_return_values_are_returned() {
    let (_, values) = drive(Interleave::new(letters("a"), letters("xyz")));
    assert_eq!(values, ("a", "xyz"));
    let (_, values) = drive(Interleave::new(letters("abc"), letters("")));
    assert_eq!(values, ("abc", ""));
}

#[test]
fn two_generators_without_yields_complete_at_once() {
    assert_eq!(
        drive(Interleave::new(letters(""), letters(""))),
        (String::new(), ("", ""))
    );
}

#[test]
fn interleaves_can_be_nested() {
    let inner = Interleave::new(letters("bd"), letters("ce"));
    assert_eq!(
        drive(Interleave::new(letters("a"), inner)),
        ("abcde".into(), ("a", ("bd", "ce")))
    );
}

// The test accepts the name with or without backticks. The panic of a generator that
// is resumed too often does not contain it.
#[test]
#[should_panic(expected = "Interleave")]
fn it_panics_when_resumed_after_completion() {
    let mut both = Interleave::new(letters(""), letters(""));
    let _ = Pin::new(&mut both).resume(());
    let _ = Pin::new(&mut both).resume(());
}
