use centrifugo::{Call, Event, Next};

#[centrifugo::interceptor]
async fn timed<E: Event>(_call: Call<E>, _next: Next<E>) -> String {
    String::new()
}

fn main() {}
