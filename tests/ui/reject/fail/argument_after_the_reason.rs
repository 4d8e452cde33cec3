#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(4501, "banned", temporary))]
    Banned,
}

fn main() {}
