// One client of the official SDK, driven line by line: the settings as an argument, commands on stdin, answers and events on
// stdout, all as JSON. It ends with its stdin.
import { createHash, createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import { Centrifuge } from "centrifuge";
import { Centrifuge as ProtobufCentrifuge } from "centrifuge/build/protobuf";
import WebSocket from "ws";

const { url, protobuf, httpHeaders, ...options } = JSON.parse(process.argv[2]);

// What a browser does by itself: it sends cookies and its origin.
class Socket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { headers: httpHeaders });
  }
}

// Protobuf clients deal in bytes. Here they are JSON's, or `{ "base64": ".." }` for any others.
const encode = (value) => {
  if (!protobuf || value === undefined) return value;
  return value?.base64 === undefined ? new TextEncoder().encode(JSON.stringify(value)) : Buffer.from(value.base64, "base64");
};
const decode = (value) => {
  if (value instanceof Uint8Array) return decodeBytes(value);
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, decode(it)]));
};
const decodeBytes = (bytes) => {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
};

const write = (message) => process.stdout.write(`${JSON.stringify(decode(message))}\n`);
const tell = (target, names) => {
  for (const event of names) target.on(event, (context) => write({ event, ...context }));
  return target;
};

const SUBSCRIPTION = ["subscribing", "subscribed", "unsubscribed", "publication", "join", "leave"];
const client = new (protobuf ? ProtobufCentrifuge : Centrifuge)(url, { ...options, data: encode(options.data), websocket: Socket });
tell(client, ["connecting", "connected", "disconnected", "error", ...SUBSCRIPTION]);

const sign = (secret, channel, user, keys) => {
  const now = Math.floor(Date.now() / 1000);
  const hash = createHash("sha256").update(keys.join("\0")).digest("hex");
  const signed = [now, now + 3600, user, channel, hash].join("\0");
  return `${now}:${now + 3600}:${createHmac("sha256", secret).update(signed).digest("hex")}`;
};

const actions = {
  connect: () => client.connect(),
  disconnect: () => client.disconnect(),
  rpc: ({ method, data }) => client.rpc(method, encode(data)),
  publish: ({ channel, data }) => client.publish(channel, encode(data)),
  subscribe: ({ channel, ...how }) => {
    const subscription = client.newSubscription(channel, { ...how, data: encode(how.data) });
    // The SDK's "error" means: refused, and it will try again.
    subscription.on("error", ({ error }) => write({ event: "subscribe-error", channel, error }));
    tell(subscription, SUBSCRIPTION).subscribe();
  },
  unsubscribe: ({ channel }) => {
    const subscription = client.getSubscription(channel);
    subscription.unsubscribe();
    client.removeSubscription(subscription);
  },
  mapSubscribe: ({ channel, ...how }) => tell(client.newMapSubscription(channel, how), [...SUBSCRIPTION, "sync", "update"]).subscribe(),
  mapPublish: ({ channel, key, data }) => client.mapPublish(channel, key, encode(data)),
  mapRemove: ({ channel, key }) => client.mapRemove(channel, key),
  // The application signs what this user may track: by an RPC, or here in its place.
  pollSubscribe: ({ channel, secret, user, method }) => {
    const getSignature = async ({ keys }) =>
      method ? (await client.rpc(method, { channel, keys })).data : { keys, signature: sign(secret, channel, user, keys) };
    tell(client.newSharedPollSubscription(channel, { getSignature }), [...SUBSCRIPTION, "update"]).subscribe();
  },
  track: ({ channel, keys }) => client.getSharedPollSubscription(channel).track(keys),
  presence: ({ channel }) => client.presence(channel),
  history: ({ channel, ...how }) => client.history(channel, how),
  // A round trip, and whatever the SDK still does with what came before its answer. The answer itself is a refusal.
  settle: async () => {
    await client.history("settle").catch(() => {});
    await new Promise((done) => setImmediate(done));
  },
  state: () => client.state,
  // What no SDK would send: any bytes as one frame of a connection without an SDK, which speaks JSON. The replies come as they are, one a line.
  // A connection that stays is open until this process ends: one that closes takes its streams along, with what they have not read.
  inject: ({ base64, replies = 1, stays = false }) =>
    new Promise((done, failed) => {
      const socket = new WebSocket(url);
      socket.on("error", failed).on("close", (code, reason) => done(`closed: ${code} ${reason}`));
      socket.on("open", () => socket.send('{"id":1,"connect":{}}'));
      socket.once("message", () => {
        const lines = [];
        socket.on("message", (reply) => {
          lines.push(...reply.toString("latin1").split("\n"));
          if (lines.length < replies) return;
          done(lines.join("\n"));
          if (!stays) socket.close();
        });
        socket.send(Buffer.from(base64, "base64"));
      });
    }),
};

const commands = createInterface({ input: process.stdin });
commands.on("close", () => process.exit());
commands.on("line", async (line) => {
  const { id, action, ...how } = JSON.parse(line);
  try {
    write({ id, ok: (await actions[action](how)) ?? null });
  } catch (error) {
    write({ id, error: { code: error.code ?? null, message: error.message ?? String(error), temporary: error.temporary ?? null } });
  }
});
