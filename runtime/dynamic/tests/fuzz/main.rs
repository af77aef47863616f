//! Random sequences of calls, polls, cancellations, leaks and panics, compared with a model. The fuzz
//! target `dynamic` in `runtime/fuzz` runs the same body. Under Miri this program needs
//! `-Zmiri-ignore-leaks`, because it leaks calls on purpose.

#[path = "../common/mod.rs"]
mod common;
mod leaf;
mod objects;
mod slot;
mod world;

#[global_allocator]
static ALLOCATOR: common::Counting = common::Counting;

/// The inputs are the same every time. Miri gets a few short ones.
#[test]
fn random_calls_agree_with_the_model() {
    let (count, longest) = if cfg!(miri) { (6, 64) } else { (2_000, 512) };
    // xorshift64*
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    for _ in 0..count {
        let length = usize::from(random()) * longest / 256;
        let input: Vec<u8> = (0..length).map(|_| random()).collect();
        let broke = std::panic::catch_unwind(|| world::dynamic(&input));
        assert!(broke.is_ok(), "this input breaks the promise: {input:?}");
    }
}
