fn check() -> Result<(), centrifugo::Reject> {
    Err(String::from("not you"))?
}

fn main() {}
