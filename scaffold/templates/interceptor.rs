/// Runs around the handlers of every event, or of those that the attribute names.
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
