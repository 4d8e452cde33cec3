
#[derive(Deserialize)]
struct Ask{n} {
    amount: u64,
    note: String,
}

#[derive(Serialize)]
struct Answer{n} {
    id: u64,
    total: u64,
    note: String,
}

