use std::rc::Rc;

use wakeful_dynamic::{Boxing, dyn_async};

#[dyn_async(Send)]
trait Meter {
    async fn read(&mut self) -> u32;
}

struct Local(Rc<u32>);

impl Meter for Local {
    async fn read(&mut self) -> u32 {
        0
    }
}

fn main() {
    let _ = MeterBox::new(Boxing::new(Local(Rc::new(7))));
}
