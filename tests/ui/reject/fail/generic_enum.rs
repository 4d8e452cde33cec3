#[derive(Debug, centrifugo::Reject)]
enum Oops<T> {
    #[reject(internal)]
    Other(T),
}

fn main() {}
