// A browser without the internet: in place of the SDK at the CDN it receives npm's file, and nothing else beyond the page's
// server.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const settings = JSON.parse(process.argv[2]);
export const browser = await chromium.launch({ executablePath: settings.chromium, args: ["--no-sandbox"] });
export const sdk = readFileSync(settings.sdk, "utf8");

export const CDN = "https://cdn.jsdelivr.net/npm/centrifuge@5.7.4/dist/centrifuge.js";
const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };

/** A page of a person of their own. `requests` gets the URLs that it loads from elsewhere. */
export async function newPage(requests, script = sdk) {
  const page = await (await browser.newContext()).newPage();
  await page.route((url) => url.origin !== new URL(settings.page).origin && url.protocol !== "data:", (route) => {
    const url = route.request().url();
    requests.push(url);
    return url === CDN ? route.fulfill({ headers, body: script }) : route.abort();
  });
  return page;
}
