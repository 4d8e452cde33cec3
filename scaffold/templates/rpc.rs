/// Handles a client's call of the method `sum`.
#[centrifugo::rpc("sum")]
async fn rpc(centrifugo::Data(numbers): centrifugo::Data<Vec<i32>>) -> Result<i32, centrifugo::Reject> {
    let sum = numbers.into_iter().try_fold(0_i32, i32::checked_add);
    Ok(sum.ok_or(centrifugo::ErrorReply::BAD_REQUEST)?)
}
