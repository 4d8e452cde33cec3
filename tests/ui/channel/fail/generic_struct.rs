#[centrifugo::channel("user.<id>")]
struct User<T> {
    id: T,
}

fn main() {}
