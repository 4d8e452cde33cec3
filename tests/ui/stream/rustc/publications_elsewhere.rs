use centrifugo::Publications;

#[centrifugo::topic("chat:<_>")]
async fn join(said: Publications<String>) -> bool {
    true
}

fn main() {}
