//! A DNS server with the records of one name.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

const A: u16 = 1;
const TXT: u16 = 16;

/// A DNS server that returns the addresses of a name, and gRPC's service config of it. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct NameServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// The records of a name.
struct Records {
    name: String,
    addresses: Vec<Ipv4Addr>,
    service_config: String,
}

impl NameServer {
    /// Starts one on a free port of 127.0.0.1: an `A` record of `name` for each address, and a `TXT` record of
    /// `_grpc_config.name` with this text.
    pub(super) async fn start(name: &str, addresses: &[Ipv4Addr], service_config: String) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("an address");
        let records = Records { name: name.to_owned(), addresses: addresses.to_vec(), service_config };
        Self { address, serving: tokio::spawn(serve(socket, records)) }
    }

    /// Where it listens, for UDP.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(socket: UdpSocket, records: Records) {
    let mut query = [0; 1232];
    while let Ok((length, peer)) = socket.recv_from(&mut query).await {
        if let Some(response) = records.response(&query[..length]) {
            drop(socket.send_to(&response, peer).await);
        }
    }
}

impl Records {
    /// The response to a query of one question, which it repeats: a header, the question, the records.
    fn response(&self, query: &[u8]) -> Option<Vec<u8>> {
        let (name, end) = name(query)?;
        let question = query.get(12..end + 4)?;
        let found = self.find(&name, u16::from_be_bytes([query[end], query[end + 1]]));
        let mut response = query[..2].to_vec();
        // A response, authoritative, without an error; one question.
        response.extend([0x85, 0x80, 0, 1]);
        response.extend(u16::try_from(found.len()).ok()?.to_be_bytes());
        response.extend([0; 4]);
        response.extend(question);
        response.extend(found.concat());
        Some(response)
    }

    fn find(&self, name: &str, kind: u16) -> Vec<Vec<u8>> {
        match kind {
            A if name == self.name => self.addresses.iter().map(|address| record(A, &address.octets())).collect(),
            TXT if name.strip_prefix("_grpc_config.") == Some(self.name.as_str()) => {
                vec![record(TXT, &text(&self.service_config))]
            }
            _ => Vec::new(),
        }
    }
}

/// The name in the question, and the place after it.
fn name(query: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut at) = (Vec::new(), 12);
    while *query.get(at)? > 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(query.get(at + 1..end)?).to_lowercase());
        at = end;
    }
    Some((labels.join("."), at + 1))
}

/// A record of the question's name, which stands at byte 12, for one second.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a short record");
    [&[0xc0, 12], &kind.to_be_bytes()[..], &[0, 1, 0, 0, 0, 1], &length.to_be_bytes(), data].concat()
}

/// A text of any length, as strings of at most 255 bytes.
fn text(text: &str) -> Vec<u8> {
    let strings = text.as_bytes().chunks(255);
    strings.flat_map(|string| [&[u8::try_from(string.len()).unwrap_or(u8::MAX)], string].concat()).collect()
}
