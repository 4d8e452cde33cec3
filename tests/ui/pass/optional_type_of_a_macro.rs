//! The type of an optional placeholder may come from a macro.
macro_rules! topic {
    ($name:ident($pattern:literal, $ty:ty)) => {
        #[centrifugo::topic($pattern)]
        async fn $name(id: $ty) -> bool {
            id.is_none()
        }
    };
}

topic!(user("user[.<id>]", Option<u64>));

fn main() {
    drop(user(None));
}
