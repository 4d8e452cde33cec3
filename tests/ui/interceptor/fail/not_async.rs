use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor]
fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    Err(centrifugo::ErrorReply::PERMISSION_DENIED.into())
}

fn main() {}
