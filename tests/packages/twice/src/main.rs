#[centrifugo::channel("user.<id>")]
pub struct User {
    id: u64,
}

#[centrifugo::topic(User)]
async fn own(user: User) -> bool {
    user.id == 7
}

mod elsewhere {
    use super::User as Member;

    #[centrifugo::subscribe(Member)]
    async fn own(user: Member) -> bool {
        user.id == 8
    }
}

fn main() {}
