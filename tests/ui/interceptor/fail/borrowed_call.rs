use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor]
async fn timed<E: Event>(_call: &Call<E>, _next: Next<E>) -> Result<E::Reply, Reject> {
    todo!()
}

fn main() {}
