mod generated;
mod handlers;

use generated::centrifugo_proxy_server::CentrifugoProxyServer;
use tracing_subscriber::EnvFilter;

#[derive(Clone)]
pub struct Shop {
    pub total: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let address = std::env::var("PROXY_ADDRESS").unwrap_or_else(|_| "127.0.0.1:10001".to_owned()).parse()?;
    tracing::info!("listening on {address}");
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    tonic::transport::Server::builder()
        .add_service(CentrifugoProxyServer::new(handlers::Proxy { shop: Shop { total: 1_000 } }))
        .serve_with_shutdown(address, stop)
        .await?;
    Ok(())
}
