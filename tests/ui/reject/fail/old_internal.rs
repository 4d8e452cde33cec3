#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[internal]
    Io(std::io::Error),
}

fn main() {}
