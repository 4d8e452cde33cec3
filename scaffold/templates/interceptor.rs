/// Wraps the handlers of every event; list events in the attribute to wrap fewer.
#[centrifugo::interceptor]
async fn interceptor<E: centrifugo::Event>(
    call: centrifugo::Call<E>,
    next: centrifugo::Next<E>,
) -> Result<E::Reply, centrifugo::Reject> {
    let start = std::time::Instant::now();
    let outcome = next.run(call).await;
    println!("{} took {:?}", E::KIND, start.elapsed());
    outcome
}
