use std::rc::Rc;

#[centrifugo::error_handler]
async fn report(failure: centrifugo::Failure) {
    let shared = Rc::new(failure);
    std::future::ready(()).await;
    drop(shared);
}

fn main() {}
