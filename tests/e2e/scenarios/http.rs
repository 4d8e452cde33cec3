//! One HTTP request. HTTP/1.0, so that the response ends with its connection.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The headers of responses that clients and pages can notice.
const COMPARED: [&str; 6] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-origin",
    "content-type",
    "sec-websocket-protocol",
    "sec-websocket-version",
];

/// A response, as far as it is compared.
pub(crate) struct Response {
    pub(crate) status: String,
    /// `name=value`, in the order of the alphabet.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

pub(crate) async fn call(
    address: SocketAddr,
    verb: &str,
    path: &str,
    headers: &[(String, String)],
    body: &str,
) -> io::Result<Response> {
    let is_of_page = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("origin"));
    let mut stream = TcpStream::connect(address).await?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{verb} {path} HTTP/1.0\r\nhost: {address}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    let response = String::from_utf8_lossy(&response).into_owned();
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    let (line, lines) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok(Response { status, headers: compared(lines, is_of_page), body: body.trim_end().to_owned() })
}

/// A header without a value is none, and those for pages are only compared in what a page receives.
fn compared(lines: &str, is_of_page: bool) -> Vec<String> {
    let headers = lines.lines().filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim()));
    let compared = headers.filter(|(name, value)| COMPARED.contains(&name.as_str()) && !value.is_empty());
    let compared = compared.filter(|(name, _)| is_of_page || !name.starts_with("access-control-"));
    let mut lines: Vec<_> = compared.map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort();
    lines
}
