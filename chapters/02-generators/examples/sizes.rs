//! The sizes of the chapter's generators, in bytes.

use generators::{Decoder, Exchange, Message, Walk};

fn main() {
    println!("{:3}  Decoder", size_of::<Decoder>());
    println!("{:3}  Option<Decoder>", size_of::<Option<Decoder>>());
    println!("{:3}  Message", size_of::<Message>());
    println!("{:3}  Exchange: a Message and a Decoder", size_of::<Exchange>());
    println!("{:3}  Walk, on a 64-bit machine", size_of::<Walk<'_>>());
}
