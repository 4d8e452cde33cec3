use std::rc::Rc;

#[centrifugo::error_handler]
async fn report(_: Rc<str>) {}

fn main() {}
