//! The work that every contender does.

use std::{
    future::poll_fn,
    hint::black_box,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

/// One row of the tables, without its number of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Takes all items of a [`Leaf`] through `levels` objects. All but the innermost object forward
    /// the item and add one.
    Nested { levels: u32, waits: bool },
    /// Takes all items of a [`Large`], which is in one object.
    Large { waits: bool },
    /// Calls a [`Meter`] with `&self` four times at once, again and again.
    Shared,
}

impl Work {
    /// The sum that a contender has to return for this number of items.
    pub fn sum(self, items: u32) -> u64 {
        let items = u64::from(items);
        let plain = items * (items + 1) / 2;
        match self {
            Self::Nested { levels, .. } => plain + items * (u64::from(levels) - 1),
            Self::Large { .. } => 2 * plain,
            Self::Shared => items * items.saturating_sub(1) / 2,
        }
    }
}

/// Counts up. Its items are 1, 2, 3 and so on.
#[derive(Debug)]
pub struct Leaf {
    last: u64,
    end: u64,
    waits: bool,
}

impl Leaf {
    pub fn new(items: u32, waits: bool) -> Self {
        // The compiler cannot compute the sum.
        black_box(Self {
            last: 0,
            end: items.into(),
            waits,
        })
    }

    pub fn waits(&self) -> bool {
        self.waits
    }

    /// Is pending once if this source waits.
    #[inline]
    pub fn pause(&self) -> Pause {
        Pause(self.waits)
    }

    #[inline]
    pub fn item(&mut self) -> Option<u64> {
        (self.last < self.end).then(|| {
            self.last += 1;
            self.last
        })
    }
}

/// A source whose future has 512 bytes of state. It returns each number doubled.
#[derive(Debug)]
pub struct Large(pub Leaf);

impl Large {
    /// The 512 bytes. They stay in the future during the pause.
    #[inline]
    pub fn state(&self) -> [u64; 64] {
        let mut state = [self.0.last + 1; 64];
        // The compiler cannot replace the array by its only value.
        black_box(&mut state);
        state
    }

    #[inline]
    pub fn item(&mut self, state: &[u64; 64]) -> Option<u64> {
        let item = self.0.item()?;
        Some(item + black_box(state)[63])
    }
}

/// A value with methods that take `&self`.
#[derive(Debug)]
pub struct Meter(pub u64);

impl Meter {
    #[inline]
    pub fn pause(&self) -> Pause {
        Pause(true)
    }

    #[inline]
    pub fn add(&self, number: u64) -> u64 {
        self.0 + number
    }
}

/// How many calls of [`Work::Shared`] run at once.
pub const AT_ONCE: usize = 4;

/// Is pending once if the field is true.
#[derive(Debug)]
pub struct Pause(bool);

impl Future for Pause {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            self.0 = false;
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

/// Polls a future until it is ready. Its waker does nothing.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Runs [`AT_ONCE`] calls at once and returns the sum of their results.
#[inline]
pub async fn sum_of_all<F: Future<Output = u64>>(calls: [F; AT_ONCE]) -> u64 {
    let [a, b, c, d] = calls;
    let (mut a, mut b, mut c, mut d) = (pin!(a), pin!(b), pin!(c), pin!(d));
    let mut sums = [None; AT_ONCE];
    poll_fn(|context| {
        let calls = [a.as_mut(), b.as_mut(), c.as_mut(), d.as_mut()];
        for (sum, call) in sums.iter_mut().zip(calls) {
            if sum.is_none()
                && let Poll::Ready(result) = call.poll(context)
            {
                *sum = Some(result);
            }
        }
        let mut sum = 0;
        for one in &sums {
            match one {
                Some(one) => sum += one,
                None => return Poll::Pending,
            }
        }
        Poll::Ready(sum)
    })
    .await
}

/// Takes all items of `$source` and returns a future of their sum. `$next` is an expression that
/// returns the future of one call.
macro_rules! drain {
    ($source:ident, $next:expr) => {
        async {
            // The compiler cannot know the type in the object.
            let mut $source = ::std::hint::black_box($source);
            let mut sum = 0_u64;
            while let Some(item) = $next.await {
                sum = sum.wrapping_add(item);
            }
            sum
        }
    };
}

/// The loop of [`Work::Shared`]. `$calls` is an expression that returns the futures of the calls
/// with the numbers in `$numbers`.
macro_rules! four_at_once {
    ($items:expr, |$numbers:ident| $calls:expr) => {
        async {
            let mut sum = 0_u64;
            for first in (0..u64::from($items)).step_by($crate::work::AT_ONCE) {
                let $numbers = [first, first + 1, first + 2, first + 3];
                sum = sum.wrapping_add($crate::work::sum_of_all($calls).await);
            }
            sum
        }
    };
}

/// Puts `$levels` objects around each other. `$object` makes an object of `$value`, and `$forward`
/// makes a value that forwards to the object inside.
macro_rules! nested {
    ($levels:expr, $leaf:expr, $forward:expr, |$value:ident| $object:expr) => {{
        let $value = $leaf;
        let mut source = $object;
        for _ in 1..$levels {
            let $value = $forward(source);
            source = $object;
        }
        source
    }};
}

pub(crate) use {drain, four_at_once, nested};
