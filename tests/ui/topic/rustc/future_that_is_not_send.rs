#[centrifugo::topic("news")]
async fn news() -> bool {
    let kept = std::rc::Rc::new(7);
    std::future::ready(()).await;
    *kept == 7
}

fn main() {}
