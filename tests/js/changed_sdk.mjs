// A CDN that serves another script than the SDK.
import assert from "node:assert/strict";
import { CDN, browser, newPage, sdk, settings } from "./browser.mjs";

try {
  const elsewhere = [];
  const page = await newPage(elsewhere, `${sdk}\n`);
  await page.goto(settings.page);
  await page.fill("#name", "Ann");
  await page.click("#enter");
  await page.waitForSelector("#door-alert", { state: "visible" });
  assert.match(await page.textContent("#door-alert"), /the SDK isn’t loaded/);
  assert.deepEqual(elsewhere, [CDN]);
} finally {
  await browser.close();
}
