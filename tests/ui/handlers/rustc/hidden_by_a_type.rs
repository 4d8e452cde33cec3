#[allow(non_camel_case_types)]
struct kick {}

#[centrifugo::rpc("kick")]
async fn kick() {}

fn main() {
    let _handlers = centrifugo::handlers![kick];
}
