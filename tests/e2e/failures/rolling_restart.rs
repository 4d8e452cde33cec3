//! Two instances of an app behind one address, restarted one after the other under load.

#![expect(clippy::print_stdout, reason = "measurements, shown by --nocapture")]

use std::net::SocketAddr;
use std::time::Duration;

use centrifugo_server::Centrifugo;
use centrifugo_tests::attacked::{Attacked, Settings};
use centrifugo_tests::balancer::Strategy;
use centrifugo_tests::{Balancer, Crowd, PATIENCE};
use futures_util::future::join_all;
use tokio::time::sleep;

use super::{APP, centrifugos};

/// All clients' calls a second.
const RATE: u32 = 1000;
/// The time for which the calls go on between two restarts.
const PAUSE: Duration = Duration::from_millis(700);

/// Restarts each instance while clients of three Centrifugos call this address, and checks that each call is answered. The
/// handlers take longer than the pause between two calls, so some run whenever an instance stops.
async fn loses_no_call(address: SocketAddr, apps: &mut [Attacked], settings: &Settings) {
    let centrifugos = centrifugos(3, address).await;
    let crowd = Crowd::connect(centrifugos.iter().map(Centrifugo::address), 20).await;
    let restarts = async {
        for app in apps {
            sleep(PAUSE).await;
            app.terminate();
            app.ends_within(PATIENCE).await;
            *app = Attacked::start(APP, &Settings { address: Some(app.address()), ..settings.clone() }).await;
        }
        sleep(PAUSE).await;
    };
    let ((), calls) = crowd.calls_until(RATE, r#""rpc":{"method":"sleep","data":10}"#, restarts).await;
    println!("{calls}");
    assert!(calls.failed.is_empty(), "{:#?}", calls.failed);
    join_all(centrifugos.into_iter().map(Centrifugo::stop)).await;
}

async fn instances(settings: &[Settings; 2]) -> Vec<Attacked> {
    join_all(settings.iter().map(|settings| Attacked::start(APP, settings))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_a_balancer_loses_no_call() {
    let settings = Settings::default();
    let mut apps = instances(&[settings.clone(), settings.clone()]).await;
    let balancer = Balancer::start(apps.iter().map(Attacked::address), Strategy::NextThatServes).await;
    loses_no_call(balancer.address(), &mut apps, &settings).await;
}

/// Like kube-proxy: a connection that an instance refuses is lost, so the balancer has to know of the stop before.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_a_balancer_that_only_probes_loses_no_call_with_a_stop_delay() {
    let settings = Settings { stop_delay: Some(Duration::from_secs(1)), ..Settings::default() };
    let mut apps = instances(&[settings.clone(), settings.clone()]).await;
    let balancer = Balancer::start(apps.iter().map(Attacked::address), Strategy::NextThatServesOrNone).await;
    loses_no_call(balancer.address(), &mut apps, &settings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_of_two_instances_on_one_port_loses_no_call() {
    let settings = Settings { reuse_port: true, ..Settings::default() };
    let first = Attacked::start(APP, &settings).await;
    let address = first.address();
    let settings = Settings { address: Some(address), ..settings };
    let mut apps = vec![first, Attacked::start(APP, &settings).await];
    loses_no_call(address, &mut apps, &settings).await;
}
