// Two people, and a third who isn't welcome, on the chat's page.
import assert from "node:assert/strict";
import { CDN, browser, newPage, settings } from "./browser.mjs";

const mistakes = [];
const elsewhere = [];

/** The connection of a page, which can be cut. */
class Line {
  #mended = Promise.resolve();

  async connect(client) {
    await this.#mended;
    this.sides = [client, client.connectToServer()];
  }

  /** Closes the connection. The page's next one is open as soon as `mend` is called. */
  async cut() {
    this.#mended = new Promise((resolve) => (this.mend = resolve));
    await Promise.all(this.sides.map((side) => side.close()));
  }
}

/** A page of a person of their own, who has come in. */
async function person(name, word = "", line = null) {
  const page = await newPage(elsewhere);
  if (line) await page.routeWebSocket(/connection.websocket/, (client) => line.connect(client));
  page.on("pageerror", (error) => mistakes.push(`${name}: ${error}`));
  page.on("console", (message) => message.type() === "error" && mistakes.push(`${name}: ${message.text()}`));
  await page.goto(settings.page);
  await page.fill("#name", name);
  await page.fill("#word", word);
  await page.click("#enter");
  return page;
}

const text = (page, selector) => page.textContent(selector);
const until = (page, selector, state = "visible") => page.waitForSelector(selector, { state });
const say = async (page, words) => {
  await page.fill("#text", words);
  await page.click("#send:not([disabled])");
};
// `SHOTS=/tmp cargo test -p centrifugo-tests --test e2e page` keeps pictures of it.
const { SHOTS } = process.env;
const shot = async (page, name) => SHOTS && page.screenshot({ path: `${SHOTS}/${name}.png` });

try {
  const ann = await person("Ann", "ahoy");
  await until(ann, '#connection[data-state="connected"]');
  const line = new Line();
  const bob = await person("Bob", "", line);
  await until(bob, '#connection[data-state="connected"]');
  await until(ann, '#members [data-user="Bob"]');

  // What one says, both read, in the words of the sender: markup is text.
  await say(ann, "hello <b>Bob</b>");
  for (const page of [ann, bob]) {
    await until(page, '.message[data-author="Ann"] .text');
    assert.equal(await text(page, '.message[data-author="Ann"] .text'), "hello <b>Bob</b>");
  }
  await say(bob, "hello Ann");
  await until(ann, '.message[data-author="Bob"]');
  await shot(ann, "light");
  await ann.emulateMedia({ colorScheme: "dark" });
  await shot(ann, "dark");
  await ann.setViewportSize({ width: 390, height: 800 });
  await shot(ann, "narrow");
  await ann.setViewportSize({ width: 1280, height: 720 });

  // Who types is seen by the others, until the message is there.
  await ann.fill("#text", "I am wri");
  await until(bob, "#typing:text('Ann is typing')");
  await say(ann, "I am writing");
  await until(bob, "#typing:empty", "attached");

  // A page whose connection was cut receives what it missed, in addition to what it has.
  await bob.$eval(".message", (message) => (message.id = "kept"));
  await line.cut();
  await until(bob, '#connection[data-state="connecting"]');
  await say(ann, "while you were away");
  line.mend();
  await until(bob, ".message:has-text('while you were away')");
  await until(bob, '#connection[data-state="connected"]');
  await until(bob, "#kept");

  // What the handlers refuse.
  await say(bob, "   ");
  await until(bob, '#alert[data-code="422"]');
  await bob.click('#rooms [data-room="bridge"]');
  await until(bob, '#alert[data-code="403"]');
  assert.match(await text(bob, "#alert"), /this room is for the crew/);
  await ann.click('#rooms [data-room="bridge"]');
  await until(ann, "#send:not([disabled])");
  await say(ann, "just us");
  await until(ann, '.message[data-author="Ann"] .text');

  // Who comes later, or again, reads what was said.
  await bob.click('#rooms [data-room="lobby"]');
  await until(bob, '.message[data-author="Ann"]');
  await bob.reload();
  await until(bob, '.message[data-author="Bob"]');

  // Advertising ends it, for good.
  await say(bob, "BUY NOW");
  await until(bob, '#door-alert[data-code="4502"]');
  assert.match(await text(bob, "#door-alert"), /no advertising/);

  const eve = await person("Eve", "sesame");
  await until(eve, '#door-alert[data-code="401"]');
  await shot(eve, "door");
  const nobody = await person("");
  await until(nobody, '#door-alert[data-code="421"]');

  assert.deepEqual(mistakes, []);
  assert.deepEqual([...new Set(elsewhere)], settings.isFromCdn ? [CDN] : []);
} finally {
  await browser.close();
}
