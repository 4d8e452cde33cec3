async fn plain() {}

fn main() {
    let _app = centrifugo::App::empty().handlers(centrifugo::handlers![plain]);
}
