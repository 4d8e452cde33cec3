// The page's part of the chat, with the official SDK. All text from users goes through `textContent`, never through HTML.

const $ = (id) => document.getElementById(id);
const params = new URLSearchParams(location.search);
const SIGNED_IN = "chat.signed-in";

let client; // the connection
let room; // the current room's subscription, members and last offset
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
  $("enter").disabled = true;
  show("door-alert", null);
  try {
    const { endpoint } = await (await fetch("/settings.json")).json();
    client = new Centrifuge(endpoint, { data: who });
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
  if (room) {
    room.subscription.removeAllListeners();
    room.subscription.unsubscribe();
    client.removeSubscription(room.subscription);
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
  const here = (room = { name: it.name, subscription, members: new Map(), offset: 0, author: null });
  showMembers();

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
