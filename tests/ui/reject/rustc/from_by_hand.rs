#[derive(Debug, thiserror::Error)]
#[error("over the quota")]
struct Quota;

impl From<Quota> for centrifugo::Reject {
    fn from(_: Quota) -> Self {
        centrifugo::ErrorReply::new(429, "slow down").into()
    }
}

fn main() {}
