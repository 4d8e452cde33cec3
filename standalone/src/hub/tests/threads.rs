//! Members in threads of their own: whatever the interleaving is, each sequence has what the front page of the room
//! promises.

use std::collections::HashMap;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

use super::super::{Hub, Subscription};
use super::support::{Client, Received, data, history, hub, recoverable, recovering};
use crate::config::options::Namespace;

const CHANNELS: [&str; 2] = ["a", "b"];

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Subscribes, and recovers from the last position that the member has; or unsubscribes if it is subscribed.
    Toggle(usize),
    Publish(usize),
    /// Publishes without history, which gives no offset.
    Pass(usize),
    Sweep,
}

/// What one thread does, and what its member has received.
struct Walk<'a> {
    hub: &'a Hub,
    namespace: &'a Namespace,
    client: Client,
    channels: [Seen; 2],
    /// The channel whose reply is due.
    subscribing: Option<usize>,
    published: usize,
}

#[derive(Default)]
struct Seen {
    is_subscribed: bool,
    epoch: Option<String>,
    /// The offset and the data of each publication, in the order in which they came.
    publications: Vec<(u64, String)>,
    /// The offset of the last publication that the member has, or of the top when it subscribed first.
    top: u64,
    /// Whether each other client is here, by joins and leaves.
    others: HashMap<String, bool>,
}

impl<'a> Walk<'a> {
    fn new(hub: &'a Hub, namespace: &'a Namespace, number: usize) -> Self {
        let client = Client::joined(hub, &number.to_string());
        Self { hub, namespace, client, channels: Default::default(), subscribing: None, published: 0 }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Toggle(channel) if self.channels[channel].is_subscribed => self.unsubscribe(channel),
            Step::Toggle(channel) => self.subscribe(channel),
            Step::Publish(channel) => self.publish(channel),
            Step::Pass(channel) => {
                let new = super::super::NewPublication { skip_history: true, ..data("passing") };
                self.hub.publish(CHANNELS[channel], self.namespace, new);
            }
            Step::Sweep => self.hub.sweep(),
        }
    }

    fn subscribe(&mut self, channel: usize) {
        let seen = &mut self.channels[channel];
        let subscription = match &seen.epoch {
            Some(epoch) => recovering(seen.top, epoch),
            None => recoverable(),
        };
        let is_known = seen.epoch.is_some();
        let subscription = Subscription { join_leave: true, push_join_leave: true, ..subscription };
        let result = self.client.subscribe(self.hub, CHANNELS[channel], self.namespace, subscription).unwrap();
        assert_eq!(result.recovered, is_known, "the history is long enough for every recovery");
        assert_eq!(&result.epoch, seen.epoch.get_or_insert_with(|| result.epoch.clone()));
        if !is_known {
            seen.top = result.offset;
        }
        self.subscribing = Some(channel);
        self.read();
        assert!(self.channels[channel].is_subscribed, "the reply is there");
    }

    fn unsubscribe(&mut self, channel: usize) {
        assert!(self.hub.unsubscribe(CHANNELS[channel], &self.client.member));
        self.read();
        self.channels[channel].is_subscribed = false;
    }

    fn publish(&mut self, channel: usize) {
        let text = format!("{channel}:{}:{}", self.client.member.id, self.published);
        self.published += 1;
        let published = self.hub.publish(CHANNELS[channel], self.namespace, data(text.clone()));
        self.read();
        let seen = &self.channels[channel];
        if seen.is_subscribed {
            assert!(seen.publications.contains(&(published.offset, text)), "the own push is there before the reply");
        }
    }

    fn read(&mut self) {
        for (channel, received) in self.client.received_by_channel() {
            let named = CHANNELS.iter().position(|name| *name == channel);
            let place = named.or_else(|| self.subscribing.take()).unwrap();
            self.channels[place].receive(received, &self.client.member.id);
        }
    }

    fn end(mut self) -> [Seen; 2] {
        self.hub.leave(&self.client.member);
        for channel in CHANNELS {
            self.hub.unsubscribe(channel, &self.client.member);
        }
        self.read();
        self.channels
    }
}

impl Seen {
    fn add(&mut self, (offset, data): (u64, String)) {
        assert_eq!(offset, self.top + 1, "no hole, no double");
        self.top = offset;
        self.publications.push((offset, data));
    }

    fn begin(&mut self, publications: Vec<(u64, String)>) {
        self.others.clear();
        self.is_subscribed = true;
        publications.into_iter().for_each(|publication| self.add(publication));
    }

    fn receive(&mut self, received: Received, own: &str) {
        match received {
            Received::Subscribed { publications, .. } => self.begin(publications),
            _ if !self.is_subscribed => panic!("before the reply: {received:?}"),
            Received::Publication { offset: 0, data } => assert_eq!(data, "passing"),
            Received::Publication { offset, data } => self.add((offset, data)),
            Received::Join(id) => assert_ne!(self.others.insert(id, true), Some(true), "one join, then a leave"),
            Received::Leave(id) => {
                assert_ne!(id, own, "no leave of one's own");
                // Those who came first have joined before.
                assert_ne!(self.others.insert(id, false), Some(false), "no leave before a join");
            }
            other => panic!("unexpected: {other:?}"),
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..2usize).prop_map(Step::Toggle),
        6 => (0..2usize).prop_map(Step::Publish),
        1 => (0..2usize).prop_map(Step::Pass),
        1 => Just(Step::Sweep),
    ]
}

fn walk_all(walks: &[Vec<Step>], namespace: &Namespace) -> (Hub, Vec<[Seen; 2]>) {
    let hub = hub();
    let barrier = Barrier::new(walks.len());
    let seen = thread::scope(|scope| {
        let walk = |(number, steps): (usize, &Vec<Step>)| {
            let (hub, barrier, steps) = (&hub, &barrier, steps.clone());
            scope.spawn(move || {
                let mut walk = Walk::new(hub, namespace, number);
                barrier.wait();
                steps.into_iter().for_each(|step| walk.take(step));
                walk.end()
            })
        };
        let threads: Vec<_> = walks.iter().enumerate().map(walk).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    (hub, seen)
}

/// All members agree on what each offset of a channel is.
fn check_agreement(seen: &[[Seen; 2]]) {
    for channel in 0..CHANNELS.len() {
        let mut all: HashMap<u64, &str> = HashMap::new();
        for (offset, data) in seen.iter().flat_map(|member| &member[channel].publications) {
            assert_eq!(*all.entry(*offset).or_insert(data), data, "one publication for each offset");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn members_in_threads_miss_and_double_nothing(
        walks in prop::collection::vec(prop::collection::vec(step(), 1..200), 2..5)
    ) {
        let namespace = Namespace { history_ttl: Duration::from_secs(1000), ..history(10_000) };
        let (hub, seen) = walk_all(&walks, &namespace);
        check_agreement(&seen);
        prop_assert_eq!(hub.stats(), super::super::Stats::default());
    }

    #[test]
    fn channels_that_come_and_go_lose_no_subscriber(
        walks in prop::collection::vec(prop::collection::vec(0..2usize, 1..200), 2..5)
    ) {
        let hub = hub();
        let namespace = Namespace::default();
        let barrier = Barrier::new(walks.len());
        thread::scope(|scope| {
            for (number, channels) in walks.iter().enumerate() {
                let (hub, namespace, barrier) = (&hub, &namespace, &barrier);
                scope.spawn(move || come_and_go(hub, namespace, barrier, number, channels));
            }
        });
        prop_assert_eq!(hub.entries(), 0);
    }
}

fn come_and_go(hub: &Hub, namespace: &Namespace, barrier: &Barrier, number: usize, channels: &[usize]) {
    let client = Client::joined(hub, &number.to_string());
    barrier.wait();
    for (text, channel) in channels.iter().enumerate() {
        let text = format!("{number}:{text}");
        client.subscribe(hub, CHANNELS[*channel], namespace, Subscription::default()).unwrap();
        hub.publish(CHANNELS[*channel], namespace, data(text.clone()));
        let own = Received::Publication { offset: 0, data: text };
        assert!(client.received().contains(&own), "a channel is never published to but where its subscribers are");
        assert!(hub.unsubscribe(CHANNELS[*channel], &client.member));
    }
    hub.leave(&client.member);
}
