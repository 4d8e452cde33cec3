//! Five processes as in `docs/scaling.md`: two nodes of Centrifugo, a Redis, two instances of the app.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use centrifugo::Publisher;
use centrifugo_server::Centrifugo;
use centrifugo_tests::balancer::Strategy;
use centrifugo_tests::{Balancer, Client, eventually};
use serde_json::{Value, json};

use super::name_server::NameServer;
use super::redis::Redis;
use super::{own_loopback, page};

const KEY: &str = "the key of the API";
const PORT: u16 = 10_001;
/// The name of the app's instances, and Centrifugo's endpoint.
const NAME: &str = "app.internal";
/// The name of Redis in the page's configuration.
const REDIS: &str = "redis://redis.internal:6379";

/// The five processes, and what stands in for DNS and the balancer in front of the nodes.
pub(super) struct Cluster {
    pub(super) redis: Redis,
    pub(super) instances: [Instance; 2],
    nodes: [Option<Centrifugo>; 2],
    balancer: Balancer,
    config: Value,
    _names: NameServer,
}

/// An instance of the app. It ends when it is dropped.
pub(super) struct Instance {
    process: Child,
    host: Ipv4Addr,
    api: String,
}

impl Cluster {
    pub(super) async fn start() -> Self {
        let redis = Redis::start(page::block("ini")).await;
        let balancer = Balancer::start([], Strategy::FirstThatAccepts).await;
        let api = format!("http://{}/api", balancer.address());
        let instances = [own_loopback(), own_loopback()].map(|host| Instance::start(host, api.clone()));
        for instance in &instances {
            instance.answers().await;
        }
        let names = NameServer::start(NAME, &instances.each_ref().map(|instance| instance.host), service_config()).await;
        let config = config(&names, &redis);
        let (first, second) = tokio::join!(node(&config), node(&config));
        let cluster = Self { redis, instances, nodes: [Some(first), Some(second)], balancer, config, _names: names };
        cluster.balance();
        cluster
    }

    /// The balancer's targets are the nodes that run.
    fn balance(&self) {
        self.balancer.set(self.nodes.iter().flatten().map(Centrifugo::address));
    }

    pub(super) fn node(&self, number: usize) -> &Centrifugo {
        self.nodes[number].as_ref().expect("a node that runs")
    }

    /// Sends SIGKILL. The balancer doesn't learn it.
    pub(super) fn kill_node(&mut self, number: usize) {
        drop(self.nodes[number].take().expect("a node that runs"));
    }

    /// Starts a killed node again.
    pub(super) async fn restart_node(&mut self, number: usize) {
        self.nodes[number] = Some(node(&self.config).await);
        self.balance();
    }

    /// A publisher that calls a node, or the balancer.
    pub(super) fn publisher(&self, node: Option<usize>) -> Publisher {
        let url = node.map_or_else(|| self.instances[0].api.clone(), |number| self.node(number).api_url());
        Publisher::new(url, KEY).expect("a publisher")
    }

    /// A user who connects with a node, or with the balancer, which has the first node that runs.
    pub(super) async fn user(&self, name: &str, node: Option<usize>) -> Client {
        let mut client = self.connecting(name, node, false).await;
        client.event("connected").await;
        client
    }

    /// A user who begins to connect, which may wait until the app's gate is open.
    pub(super) async fn connecting(&self, name: &str, node: Option<usize>, waits: bool) -> Client {
        let address = node.map_or(self.balancer.address(), |number| self.node(number).address());
        let data = json!({ "user": name, "waits": waits });
        let mut client = Client::open(&format!("ws://{address}/connection/websocket"), json!({ "data": data })).await;
        client.call("connect", json!({})).await.expect("a client that can try");
        client
    }
}

impl Instance {
    fn start(host: Ipv4Addr, api: String) -> Self {
        let address = format!("{host}:{PORT}");
        let process = command(&address).env("CENTRIFUGO_API_URL", &api).spawn().expect("an app");
        Self { process, host, api }
    }

    /// Its address, which it returns to clients.
    pub(super) fn address(&self) -> String {
        format!("{}:{PORT}", self.host)
    }

    /// Sends SIGKILL, and waits for its end.
    pub(super) fn kill(&mut self) {
        self.process.kill().expect("an app that runs");
        self.process.wait().expect("its end");
    }

    /// Starts a killed one again, at the same address.
    pub(super) async fn restart(&mut self) {
        *self = Self::start(self.host, self.api.clone());
        self.answers().await;
    }

    async fn answers(&self) {
        let address = SocketAddr::from((self.host, PORT));
        eventually(|| TcpStream::connect(address).ok(), || format!("no app at {address}")).await;
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn command(address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scaled-app"));
    command.env("PROXY_ADDRESS", address).env("CENTRIFUGO_HTTP_API_KEY", KEY).env("RUST_LOG", "warn");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The configuration that the app prints, with this test's DNS server and addresses. The presence of a killed node's clients
/// ends sooner, subscribers are checked sooner, and calls have more time on a busy machine.
fn config(names: &NameServer, redis: &Redis) -> Value {
    let printed = command(&format!("{NAME}:{PORT}")).env("PROXY_PRINT_CONFIG", "1").stdout(Stdio::piped()).output();
    let printed = String::from_utf8(printed.expect("an app").stdout).expect("UTF-8");
    let endpoint = format!("grpc://{NAME}:{PORT}");
    assert!(printed.contains(&endpoint) && printed.contains(REDIS), "{printed}");
    let printed = printed.replace(&endpoint, &format!("dns://{}/{NAME}:{PORT}", names.address()));
    let mut config: Value = serde_json::from_str(&printed.replace(REDIS, &redis.url())).expect("a configuration");
    config["engine"]["redis"]["presence_ttl"] = "3s".into();
    config["client"]["presence_update_interval"] = "1s".into();
    config["client"]["channel_position_check_delay"] = "1s".into();
    for proxy in ["/client/proxy/connect", "/channel/proxy/subscribe", "/rpc/proxy"] {
        config.pointer_mut(proxy).expect("a proxy")["timeout"] = "20s".into();
    }
    config
}

/// The page's service config, in the form of a TXT record.
fn service_config() -> String {
    let config: Value = serde_json::from_str(page::block("jsonc")).expect("a service config");
    format!("grpc_config={}", json!([{ "serviceConfig": config }]))
}

async fn node(config: &Value) -> Centrifugo {
    Centrifugo::start(config.clone()).await.unwrap_or_else(|error| panic!("{error}"))
}
