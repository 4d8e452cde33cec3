// Two people, and a third who isn't welcome, on the chat's page.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const settings = JSON.parse(process.argv[2]);
const browser = await chromium.launch({ executablePath: settings.chromium, args: ["--no-sandbox"] });
const mistakes = [];

/** A page of a person of their own, who has come in. */
async function person(name, word = "") {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => mistakes.push(`${name}: ${error}`));
  page.on("console", (message) => message.type() === "error" && mistakes.push(`${name}: ${message.text()}`));
  await page.goto(settings.page);
  await page.fill("#name", name);
  await page.fill("#word", word);
  await page.click("#enter");
  return page;
}

const text = (page, selector) => page.textContent(selector);
const until = (page, selector) => page.waitForSelector(selector, { state: "visible" });
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
  const bob = await person("Bob");
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
} finally {
  await browser.close();
}
