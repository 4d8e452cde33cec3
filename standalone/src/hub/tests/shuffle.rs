//! Random histories of one channel, in which each member receives exactly what a simple model says.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::super::{Hub, Position, Recover, Subscription};
use super::support::{CHANNEL, Client, Received, data, history, hub, pass};
use crate::config::options::Namespace;

const MEMBERS: usize = 4;
const SIZE: usize = 5;
const HISTORY_TTL: u64 = 10;
const META_TTL: u64 = 30;

#[derive(Debug, Clone, Copy)]
enum Step {
    Subscribe {
        member: usize,
        kind: Kind,
    },
    Unsubscribe {
        member: usize,
    },
    /// The connection ends, and another one takes its place.
    Reconnect {
        member: usize,
    },
    Publish {
        keep: bool,
        key: Option<u8>,
    },
    RemoveHistory,
    Pass {
        seconds: u64,
    },
    Sweep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Joins,
    Recoverable,
    /// From the last position that the member has.
    Recovering,
}

/// The channel as it should be, with seconds for times and without any locks.
#[derive(Default)]
struct Model {
    now: u64,
    /// The number of streams that there have been, and the one that there is.
    streams: usize,
    stream: Option<ModelStream>,
    keys: BTreeMap<u8, u64>,
    published: u64,
    members: [ModelMember; MEMBERS],
}

struct ModelStream {
    number: usize,
    top: u64,
    kept: VecDeque<(u64, String)>,
    publications_due: u64,
    position_due: u64,
}

#[derive(Default)]
struct ModelMember {
    name: String,
    subscribed: Option<Kind>,
    received: Vec<Received>,
    /// The number of the stream, and the last offset of it.
    position: Option<(usize, u64)>,
}

impl Model {
    fn stream(&mut self) -> &mut ModelStream {
        let (now, next) = (self.now, self.streams + 1);
        let streams = &mut self.streams;
        let stream = self.stream.get_or_insert_with(|| {
            *streams = next;
            ModelStream { number: next, top: 0, kept: VecDeque::new(), publications_due: 0, position_due: 0 }
        });
        stream.position_due = now + META_TTL;
        stream
    }

    fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        let now = self.now;
        if let Some(stream) = self.stream.as_mut().filter(|stream| stream.publications_due <= now) {
            stream.kept.clear();
        }
        // A stream that nobody has published to is the same when it is made again, unless a member relies on it.
        let is_relied_on = self.members.iter().any(|member| member.relies_on_position());
        self.stream.take_if(|stream| (stream.top > 0 || is_relied_on) && stream.position_due <= now);
        self.keys.retain(|_, due| *due > now);
    }

    fn subscribe(&mut self, member: usize, kind: Kind) {
        self.members[member].subscribed = Some(kind);
        let mut reply = Received::Subscribed { recovered: false, publications: Vec::new() };
        if self.members[member].relies_on_position() {
            let position = self.members[member].position;
            let stream = self.stream();
            if kind == Kind::Recovering
                && let Some(publications) = stream.recover(position)
            {
                reply = Received::Subscribed { recovered: true, publications };
            }
            self.members[member].position = Some((stream.number, stream.top));
        }
        self.members[member].received.push(reply);
        if kind == Kind::Joins {
            let join = Received::Join(self.members[member].name.clone());
            self.push_to_seers(&join);
        }
    }

    fn unsubscribe(&mut self, member: usize) {
        let kind = self.members[member].subscribed.take();
        if kind == Some(Kind::Joins) {
            let leave = Received::Leave(self.members[member].name.clone());
            self.push_to_seers(&leave);
        }
    }

    fn push_to_seers(&mut self, message: &Received) {
        for member in self.members.iter_mut().filter(|member| member.subscribed == Some(Kind::Joins)) {
            member.received.push(message.clone());
        }
    }

    fn publish(&mut self, keep: bool, key: Option<u8>) {
        if key.is_some_and(|key| self.keys.contains_key(&key)) {
            return;
        }
        if let Some(key) = key {
            self.keys.insert(key, self.now + 300);
        }
        self.published += 1;
        let text = self.published.to_string();
        let offset = if keep { self.keep(text.clone()) } else { 0 };
        let stream = self.stream.as_ref().map(|stream| stream.number);
        for member in self.members.iter_mut().filter(|member| member.subscribed.is_some()) {
            let has_lost_position = member.relies_on_position() && member.position.map(|(number, _)| number) != stream;
            if keep && has_lost_position {
                continue;
            }
            member.received.push(Received::Publication { offset, data: text.clone() });
            if keep && member.relies_on_position() {
                member.position = member.position.map(|(stream, _)| (stream, offset));
            }
        }
    }

    fn keep(&mut self, text: String) -> u64 {
        let due = self.now + HISTORY_TTL;
        let stream = self.stream();
        stream.top += 1;
        stream.kept.push_back((stream.top, text));
        stream.kept.drain(..stream.kept.len().saturating_sub(SIZE));
        stream.publications_due = due;
        stream.top
    }
}

impl ModelStream {
    fn recover(&self, position: Option<(usize, u64)>) -> Option<Vec<(u64, String)>> {
        let (number, offset) = position?;
        let missed: Vec<_> = self.kept.iter().filter(|(kept, _)| *kept > offset).cloned().collect();
        let is_complete = number == self.number && offset <= self.top && missed.len() as u64 == self.top - offset;
        is_complete.then_some(missed)
    }
}

impl ModelMember {
    fn relies_on_position(&self) -> bool {
        self.subscribed.is_some_and(Kind::is_positioned)
    }
}

impl Kind {
    fn is_positioned(self) -> bool {
        matches!(self, Self::Recoverable | Self::Recovering)
    }
}

/// The hub, driven by the same steps as the model.
struct Run {
    hub: Hub,
    namespace: Namespace,
    model: Model,
    clients: Vec<Client>,
    received: Vec<Vec<Received>>,
    /// The position of each client as its SDK would know it.
    positions: Vec<Position>,
    connections: usize,
}

impl Run {
    fn new() -> Self {
        let hub = hub();
        let clients: Vec<Client> = (0..MEMBERS).map(|member| Client::joined(&hub, &format!("{member}.0"))).collect();
        let mut model = Model::default();
        for (member, client) in model.members.iter_mut().zip(&clients) {
            member.name = client.member.id.to_string();
        }
        let (received, positions) = (vec![Vec::new(); MEMBERS], vec![Position::default(); MEMBERS]);
        Self { hub, namespace: history(SIZE), model, clients, received, positions, connections: 0 }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Subscribe { member, kind } if self.model.members[member].subscribed.is_none() => {
                // The SDK recovers only from a position that it has.
                let has_position = self.model.members[member].position.is_some();
                let kind = if kind == Kind::Recovering && !has_position { Kind::Recoverable } else { kind };
                self.subscribe(member, kind);
            }
            Step::Subscribe { .. } => {}
            Step::Unsubscribe { member } => self.unsubscribe(member),
            Step::Reconnect { member } => self.reconnect(member),
            Step::Publish { keep, key } => self.publish(keep, key),
            Step::RemoveHistory => {
                self.hub.history_remove(CHANNEL);
                self.model.stream.iter_mut().for_each(|stream| stream.kept.clear());
            }
            Step::Pass { seconds } => {
                pass(seconds).await;
                self.model.pass(seconds);
            }
            Step::Sweep => self.hub.sweep(),
        }
        self.collect();
    }

    fn subscribe(&mut self, member: usize, kind: Kind) {
        self.model.subscribe(member, kind);
        let since = self.positions[member].clone();
        let subscription = Subscription {
            recoverable: kind.is_positioned(),
            recover: Recover { is_requested: kind == Kind::Recovering, since, reject_unrecovered: false },
            join_leave: kind == Kind::Joins,
            push_join_leave: kind == Kind::Joins,
            ..Subscription::default()
        };
        let result = self.clients[member].subscribe(&self.hub, CHANNEL, &self.namespace, subscription).unwrap();
        if kind.is_positioned() {
            let offset = result.publications.last().map_or(result.offset, |publication| publication.offset);
            self.positions[member] = Position { offset, epoch: result.epoch };
        }
    }

    fn unsubscribe(&mut self, member: usize) {
        let was_subscribed = self.model.members[member].subscribed.is_some();
        self.model.unsubscribe(member);
        assert_eq!(self.hub.unsubscribe(CHANNEL, &self.clients[member].member), was_subscribed);
    }

    fn reconnect(&mut self, member: usize) {
        self.connections += 1;
        let client = Client::joined(&self.hub, &format!("{member}.{}", self.connections));
        let name = client.member.id.to_string();
        let old = std::mem::replace(&mut self.clients[member], client);
        self.received[member].extend(old.received());
        old.gone(&self.hub, &[CHANNEL]);
        self.model.unsubscribe(member);
        self.model.members[member].name = name;
    }

    fn publish(&mut self, keep: bool, key: Option<u8>) {
        self.model.publish(keep, key);
        let mut new = data(self.model.published.to_string());
        new.skip_history = !keep;
        new.idempotency_key = key.map(|key| key.to_string());
        self.hub.publish(CHANNEL, &self.namespace, new);
    }

    /// Takes what was received, and moves the positions on as an SDK does.
    fn collect(&mut self) {
        for (member, client) in self.clients.iter().enumerate() {
            for received in client.received() {
                let is_positioned = self.model.members[member].relies_on_position();
                match received {
                    Received::Publication { offset: offset @ 1.., .. } if is_positioned => {
                        self.positions[member].offset = offset;
                    }
                    _ => {}
                }
                self.received[member].push(received);
            }
        }
    }

    fn check(&self) {
        for (member, received) in self.received.iter().enumerate() {
            assert_eq!(received, &self.model.members[member].received, "member {member}");
        }
    }

    /// Everyone goes, and so does everything.
    async fn end(mut self) {
        for client in self.clients.drain(..) {
            client.gone(&self.hub, &[CHANNEL]);
        }
        pass(300).await;
        self.hub.sweep();
        assert_eq!(self.hub.entries(), 0);
    }
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        1 => Just(Kind::Plain),
        1 => Just(Kind::Joins),
        1 => Just(Kind::Recoverable),
        3 => Just(Kind::Recovering)
    ];
    prop_oneof![
        4 => (0..MEMBERS, kind).prop_map(|(member, kind)| Step::Subscribe { member, kind }),
        2 => (0..MEMBERS).prop_map(|member| Step::Unsubscribe { member }),
        1 => (0..MEMBERS).prop_map(|member| Step::Reconnect { member }),
        6 => (prop::bool::weighted(0.9), prop::option::weighted(0.1, 0..3u8))
            .prop_map(|(keep, key)| Step::Publish { keep, key }),
        1 => Just(Step::RemoveHistory),
        2 => (1..40u64).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Sweep),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn each_member_receives_exactly_what_the_model_says(steps in prop::collection::vec(step(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut run = Run::new();
            for step in steps {
                run.take(step).await;
            }
            run.check();
            run.end().await;
        });
    }
}
