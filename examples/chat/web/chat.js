// The page's part of the chat, with the official SDK. All text from users goes through `textContent`, never through HTML.

const $ = (id) => document.getElementById(id);
const params = new URLSearchParams(location.search);
const SIGNED_IN = "chat.signed-in";
const TYPING_MS = 3000; // how long somebody is shown as typing; half of it is between two signs

let client; // the connection
let me; // the user's name, as the handler keeps it
let room; // the current room's subscriptions, members and last offset
let rooms = [];

// --- sign in ---------------------------------------------------------------------------------------------------------

$("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn({ name: $("name").value, word: $("word").value });
});

$("leave").addEventListener("click", () => {
  sessionStorage.removeItem(SIGNED_IN);
  client.disconnect();
});

async function signIn(who) {
  if (typeof Centrifuge === "undefined") return show("door-alert", { message: "the SDK isn’t loaded" });
  $("enter").disabled = true;
  show("door-alert", null);
  try {
    const { endpoint } = await (await fetch("/settings.json")).json();
    // A path is one of the page's own server.
    me = who.name.trim();
    client = new Centrifuge(new URL(endpoint, location.href.replace(/^http/, "ws")).href, { data: who });
  } catch (error) {
    $("enter").disabled = false;
    return show("door-alert", { message: "the page’s server doesn’t answer" });
  }
  client.on("connecting", ({ code, reason }) => {
    state("connecting", code === 0 ? "connecting …" : `reconnecting … (${reason})`);
  });
  client.on("connected", () => {
    sessionStorage.setItem(SIGNED_IN, JSON.stringify(who));
    state("connected", "connected");
    if ($("chat").hidden) open();
  });
  // Final: the user left, or the SDK doesn't try again after this refusal.
  client.on("disconnected", ({ code, reason }) => close(code === 0 ? null : { code, message: reason }));
  client.on("error", ({ error }) => state("connecting", `no connection yet (${error.message})`));
  client.connect();
}

async function open() {
  $("door").hidden = true;
  $("chat").hidden = false;
  try {
    rooms = (await client.rpc("rooms", null)).data;
  } catch (error) {
    return show("alert", error);
  }
  $("rooms").replaceChildren(...rooms.map(roomButton));
  enter(rooms.find(({ name }) => name === location.hash.slice(1)) ?? rooms[0]);
}

function close(error) {
  if (error) sessionStorage.removeItem(SIGNED_IN);
  state("disconnected", "disconnected");
  room = null;
  client.removeAllListeners();
  $("chat").hidden = true;
  $("door").hidden = false;
  $("enter").disabled = false;
  show("door-alert", error);
  $("name").focus();
}

function state(name, text) {
  $("connection").dataset.state = name;
  $("connection").textContent = text;
  enableSaying();
}

// --- rooms -----------------------------------------------------------------------------------------------------------

function roomButton(it) {
  const button = element("button", null, it.name);
  button.type = "button";
  button.dataset.room = it.name;
  button.title = it.about;
  if (it.crewOnly) button.append(element("small", null, "crew"));
  button.addEventListener("click", () => enter(it));
  const item = element("li");
  item.append(button);
  return item;
}

function enter(it) {
  if (room?.name === it.name && room.subscription.state !== "unsubscribed") return;
  for (const subscription of room ? [room.subscription, room.typing] : []) {
    subscription.removeAllListeners();
    subscription.unsubscribe();
    client.removeSubscription(subscription);
  }
  history.replaceState(null, "", `#${it.name}`);
  document.title = `#${it.name} · Chat`;
  $("room-name").textContent = it.name;
  $("room-about").textContent = it.about;
  for (const button of $("rooms").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.dataset.room === it.name));
  }
  show("alert", null);
  $("messages").replaceChildren();
  $("messages").dataset.empty = "opening the room …";

  const subscription = client.newSubscription(`chat:${it.name}`);
  const typing = client.newSubscription(`typing:${it.name}`);
  const here = { name: it.name, subscription, typing, members: new Map(), typists: new Map(), offset: 0, author: null };
  room = here;
  showMembers();
  showTyping(here);

  subscription.on("subscribed", (context) => {
    subscribed(here, context).catch((error) => here === room && show("alert", error));
  });
  subscription.on("publication", (publication) => addMessage(here, publication));
  subscription.on("join", ({ info }) => joined(info));
  subscription.on("leave", ({ info }) => left(info));
  subscription.on("error", ({ error }) => show("alert", error));
  subscription.on("subscribing", enableSaying);
  subscription.on("unsubscribed", ({ code, reason }) => {
    $("messages").dataset.empty = "You are not in this room.";
    show("alert", { code, message: reason });
    enableSaying();
  });
  subscription.subscribe();
  typing.on("publication", ({ info }) => typed(here, info.user));
  typing.subscribe();
}

// Also runs after each reconnection; Centrifugo has then sent the missed publications, if its history still had them.
async function subscribed(here, { wasRecovering, recovered }) {
  show("alert", null);
  if (!(wasRecovering && recovered)) {
    const { publications } = await here.subscription.history({ limit: 100 });
    if (here !== room) return;
    // Messages that arrived in the meantime are part of the history, too.
    $("messages").replaceChildren();
    Object.assign(here, { offset: 0, author: null });
    for (const publication of publications) addMessage(here, publication);
    $("messages").dataset.empty = "Nobody has said anything yet.";
  }
  const { clients } = await here.subscription.presence();
  if (here !== room) return;
  here.members = new Map(Object.entries(clients).map(([id, { user }]) => [id, user]));
  showMembers();
  enableSaying();
}

// --- members ---------------------------------------------------------------------------------------------------------

function joined({ client: id, user }) {
  const isNew = !isPresent(user);
  room.members.set(id, user);
  if (isNew) notice(`${user} came in`, "join", user);
  showMembers();
}

function left({ client: id, user }) {
  room.members.delete(id);
  if (!isPresent(user)) notice(`${user} left`, "leave", user);
  showMembers();
}

const isPresent = (user) => [...room.members.values()].includes(user);

function showMembers() {
  const users = [...new Set(room.members.values())].sort((a, b) => a.localeCompare(b));
  $("count").textContent = users.length ? `· ${users.length}` : "";
  $("members").replaceChildren(
    ...users.map((user) => {
      const item = element("li");
      item.dataset.user = user;
      item.append(avatar(user), element("span", null, user));
      return item;
    }),
  );
}

// --- messages --------------------------------------------------------------------------------------------------------

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value;
  $("text").value = "";
  try {
    await room.subscription.publish({ text });
    typedAt = 0;
    show("alert", null);
  } catch (error) {
    $("text").value ||= text;
    show("alert", error);
  }
});

function enableSaying() {
  $("send").disabled = !(client?.state === "connected" && room?.subscription.state === "subscribed");
  $("text").placeholder = room ? `Say something in #${room.name}` : "";
}

function addMessage(here, { data, info, offset }) {
  if (here !== room || offset <= here.offset) return;
  here.offset = offset;
  const author = info?.user ?? "the server";
  noLongerTypes(here, author);
  const item = element("li", here.author === author ? "message more" : "message");
  item.dataset.author = author;
  item.dataset.offset = offset;
  const sent = new Date(data.sentAt);
  const time = element("time", null, sent.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = sent.toISOString();
  const head = element("div", "head");
  head.append(element("span", "author", author), time);
  item.append(avatar(author), head, element("div", "text", data.text));
  here.author = author;
  append(item);
}

function notice(text, kind, user) {
  const item = element("li", "notice", text);
  item.dataset.notice = kind;
  item.dataset.user = user;
  room.author = null;
  append(item);
}

/** Appends an item, and scrolls to it unless the user has scrolled up. */
function append(item) {
  const log = $("messages");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.append(item);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

// --- typing ----------------------------------------------------------------------------------------------------------

let typedAt = 0;

$("text").addEventListener("input", () => {
  if (!$("text").value || Date.now() - typedAt < TYPING_MS / 2) return;
  typedAt = Date.now();
  room?.typing.publish({}).catch(() => {}); // nobody misses a sign that is lost
});

function typed(here, user) {
  if (user === me) return;
  clearTimeout(here.typists.get(user));
  here.typists.set(user, setTimeout(() => noLongerTypes(here, user), TYPING_MS));
  showTyping(here);
}

function noLongerTypes(here, user) {
  clearTimeout(here.typists.get(user));
  if (here.typists.delete(user)) showTyping(here);
}

function showTyping(here) {
  if (here !== room) return;
  const users = [...here.typists.keys()];
  $("typing").textContent = users.length ? `${users.join(", ")} ${users.length > 1 ? "are" : "is"} typing …` : "";
}

// --- elements --------------------------------------------------------------------------------------------------------

function element(tag, classes, text) {
  const it = document.createElement(tag);
  if (classes) it.className = classes;
  if (text !== undefined) it.textContent = text;
  return it;
}

function avatar(user) {
  const it = element("span", "avatar", [...user][0]?.toUpperCase());
  it.ariaHidden = "true";
  it.style.setProperty("--hue", [...user].reduce((hue, letter) => (hue * 31 + letter.codePointAt(0)) % 360, 7));
  return it;
}

/** Shows an error with its code; `null` hides it. */
function show(id, error) {
  $(id).hidden = !error;
  $(id).dataset.code = error?.code ?? "";
  $(id).textContent = error ? (error.code ? `${error.message} (${error.code})` : error.message) : "";
}

// --- start -----------------------------------------------------------------------------------------------------------

// `/?name=ann` signs in at once, which helps with several tabs; so does a reload.
const known = params.has("name") ? Object.fromEntries(params) : JSON.parse(sessionStorage.getItem(SIGNED_IN));
if (known) {
  $("name").value = known.name;
  $("word").value = known.word ?? "";
  signIn(known);
}
