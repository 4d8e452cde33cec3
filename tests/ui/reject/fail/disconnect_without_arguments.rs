#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect())]
    Banned,
}

fn main() {}
