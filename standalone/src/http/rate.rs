//! The limit of new connections (`client.connection_rate_limit`).

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// A bucket of tokens, one for each new connection. As Centrifugo's it begins full, and one token a second comes back.
pub(super) struct Rate(Option<Mutex<Bucket>>);

struct Bucket {
    size: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Rate {
    /// `None`: no limit.
    pub(super) fn new(size: Option<u32>) -> Self {
        Self(size.map(|size| {
            let size = f64::from(size);
            Mutex::new(Bucket { size, tokens: size, filled_at: Instant::now() })
        }))
    }

    /// Takes a token. `false`: there is none.
    pub(super) fn allows(&self) -> bool {
        let Some(bucket) = &self.0 else { return true };
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        bucket.tokens = (bucket.tokens + now.duration_since(bucket.filled_at).as_secs_f64()).min(bucket.size);
        bucket.filled_at = now;
        let has_token = bucket.tokens >= 1.0;
        if has_token {
            bucket.tokens -= 1.0;
        }
        has_token
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_bucket_gets_a_token_each_second() {
        let rate = Rate::new(Some(2));
        assert_eq!([rate.allows(), rate.allows(), rate.allows()], [true, true, false]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!([rate.allows(), rate.allows()], [true, false]);
        assert!((0..100).all(|_| Rate::new(None).allows()));
    }
}
