//! What `#[dyn_async]` makes of a trait.

mod common;

use std::fmt;

use common::*;
use wakeful_dynamic::Caller;

/// A trait with all that the macro supports.
#[dyn_async]
pub trait Line<K: Clone>: fmt::Debug + fmt::Display
where
    K: PartialEq,
{
    type Error: fmt::Debug;

    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error>;

    async fn find<'k>(&self, keys: &'k [K], key: &K) -> Option<&'k K>;

    fn name(&self) -> &str;

    fn rename(&mut self, name: &str);

    async fn read_twice(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        let first = self.read(buffer).await?;
        Ok(first + self.read(buffer).await?)
    }

    fn has_a_name(&self) -> bool {
        !self.name().is_empty()
    }

    fn len(&self, (key, times): (K, usize)) -> usize {
        let _ = key;
        times
    }

    fn ready(&self) -> impl Future<Output = bool>;

    async fn apply(&self, change: &mut dyn FnMut(&str) -> bool) -> bool;

    /// Objects do not have this one, so it needs a default body.
    fn make<T: Into<String>>(name: T) -> Self
    where
        Self: Sized,
    {
        panic!(
            "there is no value without a type, only the name {}",
            name.into()
        )
    }
}

#[derive(Debug)]
struct Wire(String);

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wire {}", self.0)
    }
}

impl Line<u8> for Wire {
    type Error = String;

    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, String> {
        yield_now().await;
        let first = buffer.first_mut().ok_or("the buffer is empty")?;
        *first += 1;
        Ok(1)
    }

    async fn find<'k>(&self, keys: &'k [u8], key: &u8) -> Option<&'k u8> {
        yield_now().await;
        keys.iter().find(|found| *found == key)
    }

    fn make<T: Into<String>>(name: T) -> Self {
        Self(name.into())
    }

    fn name(&self) -> &str {
        &self.0
    }

    fn rename(&mut self, name: &str) {
        self.0 = name.into();
    }

    fn has_a_name(&self) -> bool {
        true
    }

    fn ready(&self) -> impl Future<Output = bool> {
        std::future::ready(true)
    }

    async fn apply(&self, change: &mut dyn FnMut(&str) -> bool) -> bool {
        yield_now().await;
        change(&self.0)
    }
}

/// Generic code takes a value and an object.
async fn drive<L: Line<u8, Error = String>>(line: &mut L) -> String {
    line.rename("north");
    let mut buffer = [0; 4];
    assert_eq!(line.read_twice(&mut buffer).await, Ok(2));
    assert_eq!(buffer[0], 2);
    assert_eq!(line.read(&mut []).await.unwrap_err(), "the buffer is empty");
    assert_eq!(line.find(&[3, 4], &4).await, Some(&4));
    assert!(line.has_a_name());
    assert_eq!(line.len((1, 5)), 5);
    assert!(line.ready().await);
    let mut length = 0;
    line.apply(&mut |name| {
        length = name.len();
        true
    })
    .await;
    assert_eq!(length, 5);
    format!("{line} {line:?} {}", line.name())
}

#[test]
fn generic_code_takes_a_value_and_every_object() {
    const EXPECTED: &str = "the wire north Wire(\"north\") north";
    fn check<S: Caller>(mut line: LineBox<'_, u8, String, S>) {
        assert_eq!(block_on(drive(&mut line)), EXPECTED);
    }
    assert_eq!(block_on(drive(&mut Wire::make("south"))), EXPECTED);
    check(LineBox::new(Boxing::new(Wire::make("south"))));
    check(LineBox::new(Cached::new(Wire::make("south"))));
    let space = Space::<256>::new();
    check(LineBox::new_with(
        Scratch::<256, _>::new(Wire(String::new())),
        space,
    ));
    check(LineBox::new_with(
        ScratchOrBox::new(Wire(String::new())),
        space,
    ));

    let mut cached = Cached::new(Wire(String::new()));
    let mut borrowed = LineMut::new(&mut cached);
    assert_eq!(block_on(drive(&mut borrowed)), EXPECTED);
    assert_eq!(cached.into_inner().0, "north");
}

#[test]
fn objects_of_different_types_are_in_one_list() {
    struct Fixed(u32);
    impl Source for Fixed {
        type Item = u32;

        async fn next(&mut self) -> Option<u32> {
            Some(self.0)
        }
    }
    let mut sources = [
        SourceBox::new(Inline::<64, _>::new(Fixed(3))),
        SourceBox::new(Cached::new(From(async || Some(4)))),
    ];
    let sum: u32 = sources
        .iter_mut()
        .map(|source| block_on(source.next()).unwrap())
        .sum();
    assert_eq!(sum, 7);
}

#[test]
fn an_object_in_another_adapter_makes_a_chain() {
    struct Twice<S>(S);
    impl<S: Source<Item = u32>> Source for Twice<S> {
        type Item = u32;

        async fn next(&mut self) -> Option<u32> {
            self.0.next().await.map(|item| item * 2)
        }
    }
    with_each_adapter!(
        Twice(SourceBox::new(Cached::new(Twice(SourceBox::new(
            Inline::<64, _>::new(From(async || {
                yield_now().await;
                Some(1)
            }))
        ))))),
        |name, object| {
            assert_eq!(block_on(object.next()), Some(4), "{name}");
            assert_eq!(block_on(object.next()), Some(4), "{name}");
        }
    );
}

#[dyn_async(Send)]
trait Store: Send + Sync {
    async fn get(&self, key: &str) -> Option<u32>;
    async fn has(&self, key: &str) -> bool {
        self.get(key).await.is_some()
    }
}

struct One;

impl Store for One {
    async fn get(&self, key: &str) -> Option<u32> {
        yield_now().await;
        (key == "one").then_some(1)
    }
}

#[test]
fn the_calls_of_a_send_trait_are_send_also_in_generic_code() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    async fn generic(store: &impl Store) -> bool {
        is_send(store.has("one")).await
    }
    let boxing = Boxing::new(One);
    let store = StoreRef::new(&boxing);
    assert!(block_on(is_send(generic(&store))));
    let scratch = Scratch::<128, _>::new(One);
    let in_space = StoreRef::new_with(&scratch, Space::<128>::new());
    assert!(block_on(is_send(generic(&in_space))));
    let owned: StoreBox<'static> = is_send(StoreBox::new(Cached::new(One)));
    assert!(block_on(is_send(async move { owned.get("one").await })) == Some(1));
}

#[dyn_async]
trait Gauge: fmt::Debug + Send {
    async fn measure(&mut self) -> u32;
    fn last(&self) -> u32;
}

#[derive(Debug)]
struct Level(u32);

impl Gauge for Level {
    async fn measure(&mut self) -> u32 {
        yield_now().await;
        self.0 += 1;
        self.0
    }

    fn last(&self) -> u32 {
        self.0
    }
}

#[test]
fn inline_serves_plain_methods_with_a_shared_reference() {
    let mut gauge = GaugeBox::new(Inline::<64, _>::new(Level(6)));
    assert_eq!(block_on(gauge.measure()), 7);
    assert_eq!(gauge.last(), 7);
}

#[test]
fn an_object_has_the_supertraits_of_its_trait() {
    fn describe<G: Gauge>(gauge: G) -> String {
        std::thread::scope(|scope| {
            let described = scope.spawn(move || format!("{gauge:?}"));
            described.join().unwrap()
        })
    }
    assert_eq!(
        describe(GaugeBox::new(Cached::new(Level(6)))),
        describe(Level(6))
    );
}

/// The generated methods have variables that could have these names.
#[dyn_async]
trait Names {
    async fn call(&mut self, request: u32, object: u32, caller: u32, inner: u32) -> [u32; 4];
    #[dyn_async(fused)]
    async fn fused(&mut self, context: u32, handle: u32, object: u32, call: u32) -> [u32; 4];
    fn plain(&self, inner: u32, object: u32) -> [u32; 2];
}

struct Echo;

impl Names for Echo {
    async fn call(&mut self, request: u32, object: u32, caller: u32, inner: u32) -> [u32; 4] {
        [request, object, caller, inner]
    }

    async fn fused(&mut self, context: u32, handle: u32, object: u32, call: u32) -> [u32; 4] {
        [context, handle, object, call]
    }

    fn plain(&self, inner: u32, object: u32) -> [u32; 2] {
        [inner, object]
    }
}

#[test]
fn an_argument_may_have_any_name() {
    let mut names = NamesBox::new(Cached::new(Echo));
    assert_eq!(block_on(names.call(1, 2, 3, 4)), [1, 2, 3, 4]);
    assert_eq!(block_on(names.fused(1, 2, 3, 4)), [1, 2, 3, 4]);
    assert_eq!(names.plain(1, 2), [1, 2]);
}
