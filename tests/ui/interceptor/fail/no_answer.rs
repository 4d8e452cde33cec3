use centrifugo::{Call, Event, Next};

#[centrifugo::interceptor]
async fn timed<E: Event>(call: Call<E>, next: Next<E>) {}

fn main() {}
