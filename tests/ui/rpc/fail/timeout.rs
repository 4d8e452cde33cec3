#[centrifugo::rpc("a", timeout = 500)]
async fn number() {}

#[centrifugo::rpc("b", timeout = "500")]
async fn without_unit() {}

#[centrifugo::rpc("c", timeout = "5sec")]
async fn other_unit() {}

#[centrifugo::rpc("d", timeout = "soon")]
async fn without_number() {}

#[centrifugo::rpc("e", timeout = "0s")]
async fn zero() {}

#[centrifugo::rpc("f", timeout = "300000000h")]
async fn endless() {}

#[centrifugo::connect(timeout)]
async fn without_value() -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
