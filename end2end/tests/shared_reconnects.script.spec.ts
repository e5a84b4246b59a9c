// What nobody watches over comes back by itself: the page of a link and the wall, whatever the server or the line does.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { Line } from "../support/line";
import { isNeverLeft } from "../support/pages";
import { type ClusterHead } from "../support/server";
import { expect, test } from "../support/test";

/** A browser asks anew after two seconds, ours after ten where the browser has given up. */
const BACK = { timeout: 20_000 };
const NOT_LIVE = /^Not live\. As of \d\d:\d\d:\d\d UTC$/;

const live = (page: Page) => page.locator("#live");

const PLACES: Record<string, (head: ClusterHead) => Promise<string>> = {
  "the page of a link": async (head) => (await head.api.share({ cluster: CLUSTER })).url,
  "the wall of a link": async (head) => `${(await head.api.share({ cluster: CLUSTER })).url}/wall`,
  "the wall": async (head) => `${head.url}/wall`,
};

for (const [name, addressAt] of Object.entries(PLACES)) {
  test(`${name} says that it lost the server, and comes back without a touch`, async ({ page, head }) => {
    await page.clock.install();
    await page.goto(await addressAt(head));
    await expect(live(page)).toHaveText(/^Live · updated/);
    const isLive = await isNeverLeft(page);
    await head.kill9();
    await page.clock.fastForward(35_000);
    await expect(live(page)).toHaveText(NOT_LIVE);
    await head.restart();
    await expect(live(page)).toHaveText(/^Live · updated/, BACK);
    await head.run({ routine: "up", size: "s" });
    await expect(page.locator(".badge")).toHaveText("Up");
    expect(await isLive()).toBe(true);
  });
}

test("a line that fell silent without being cut is given up for a new one", async ({ page, head }) => {
  const line = await Line.to(head.url);
  await page.clock.install();
  await page.goto(`${line.url}/wall`);
  await expect(live(page)).toHaveText(/^Live · updated/);
  line.fallSilent();
  await page.clock.fastForward(35_000);
  // A browser tries first the other connections that it has kept, which are as silent.
  await expect(async () => {
    await page.clock.fastForward(31_000);
    await expect(live(page)).toHaveText(/^Live · updated/, { timeout: 3_000 });
  }).toPass({ timeout: 40_000 });
  await head.run({ routine: "up", size: "s" });
  await expect(page.locator(".badge")).toHaveText("Up");
  line.end();
});
