//! The metrics of an app, as Prometheus scrapes them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::PATIENCE;

/// The time series of a scrape.
#[derive(Debug, Clone)]
pub struct Scrape {
    /// The text of the response.
    pub text: String,
    series: Vec<(Series, f64)>,
}

/// A time series: its name and its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The name.
    pub name: String,
    /// The labels, by their names.
    pub labels: BTreeMap<String, String>,
}

impl Scrape {
    /// Scrapes the app that serves its metrics on this address.
    ///
    /// # Panics
    ///
    /// If it doesn't serve them.
    pub async fn of(address: SocketAddr) -> Self {
        let response = request(address, "GET /metrics").await;
        let (head, text) = response.split_once("\r\n\r\n").expect("a response");
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
        let series = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(parsed).collect();
        Self { text: text.to_owned(), series }
    }

    /// The time series.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.series.iter().map(|(series, _)| series)
    }

    /// The sum of all time series with this name and, among others, these labels. 0 if there are none.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let is_one = |series: &Series| {
            let has = |(name, value): &(&str, &str)| series.labels.get(*name).is_some_and(|own| own == value);
            series.name == name && labels.iter().all(has)
        };
        self.series.iter().filter(|(series, _)| is_one(series)).map(|(_, value)| value).sum()
    }
}

/// Sends a request (`GET /metrics`) over HTTP/1, and returns all that arrives until the connection ends.
///
/// # Panics
///
/// If it doesn't end in time.
pub async fn request(address: SocketAddr, request: &str) -> String {
    let exchange = async {
        let mut socket = TcpStream::connect(address).await.expect("a connection");
        let request = format!("{request} HTTP/1.1\r\nhost: app\r\n\r\n");
        socket.write_all(request.as_bytes()).await.expect("a request");
        let mut response = String::new();
        // What isn't HTTP/1 may reset the connection.
        drop(socket.read_to_string(&mut response).await);
        response
    };
    timeout(PATIENCE, exchange).await.expect("a response in time")
}

/// Parses a line: `name{label="value"} 1`.
fn parsed(line: &str) -> (Series, f64) {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty()).map(|label| {
        let (name, value) = label.split_once("=\"").expect("a label");
        (name.to_owned(), value.trim_end_matches('"').to_owned())
    });
    let series = Series { name: name.to_owned(), labels: labels.collect() };
    (series, value.parse().expect("a number"))
}
