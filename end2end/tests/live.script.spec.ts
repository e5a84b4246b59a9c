// The live layer: what others do shows by itself, and a page that has lost the server says so.

import { type Locator, type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { card, cardIn, isNeverLeft, row, size } from "../support/pages";
import { expect, test } from "../support/test";

/** A lost server is looked for again after one, two, five, then ten seconds. */
const BACK = { timeout: 20_000 };

const LIVE = /^Live$/;
const EVENTS = /\/events\?/;

const chip = (page: Page, words: string | RegExp) => page.getByRole("banner").getByText(words);

test("what somebody starts elsewhere is seen without a reload", async ({ page, browser, head }) => {
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  const elsewhere = await browser.newPage({ baseURL: head.url });
  await elsewhere.goto(`/clusters/${CLUSTER}`);
  await expect(chip(elsewhere, LIVE)).toBeVisible();
  const isLive = await Promise.all([page, elsewhere].map(isNeverLeft));

  const { number } = await head.api.start({ routine: "up", size: "s" });
  await Promise.all([
    expect(row(page, number, CLUSTER)).toBeVisible(),
    expect(row(elsewhere, number, CLUSTER)).toBeVisible(),
  ]);
  for (const [state, shown] of [
    ["provisioning", "Provisioning"],
    ["up", "Up"],
  ] as const) {
    await expect.poll(async () => (await head.api.cluster()).state, { timeout: 30_000, intervals: [100] }).toBe(state);
    await Promise.all([
      expect(cardIn(page, shown)).toBeVisible(),
      expect(cardIn(elsewhere, shown)).toBeVisible(),
    ]);
  }
  await head.untilEnded(number);
  await expect(row(page, number, "Succeeded")).toBeVisible();
  expect(await Promise.all(isLive.map((stillThere) => stillThere()))).toEqual([true, true]);
  await elsewhere.close();
});

test("a page that loses the server says so, comes back by itself and catches up", async ({ page, head }) => {
  test.slow();
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  const isLive = await isNeverLeft(page);
  const { number } = await head.api.start({ routine: "up", size: "s" });
  await expect(row(page, number, "Running")).toBeVisible();

  await head.kill9();
  await expect(chip(page, "Reconnecting…")).toBeVisible();
  await head.restart();
  await expect(chip(page, LIVE)).toBeVisible(BACK);
  await head.untilEnded(number);
  await expect(cardIn(page, "Up")).toBeVisible();
  await expect(row(page, number, "Succeeded")).toBeVisible();
  expect(await isLive()).toBe(true);
});

test("after half a minute without the server nothing on the page looks fresh", async ({ page, head }) => {
  await page.clock.install();
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  // A browser asks anew by itself for a stream that broke. For one that was refused the page asks, by its own clock, which
  // stands still: so nothing but the button brings the server back.
  await page.route(EVENTS, (route) => route.fulfill({ status: 502 }));
  const refused = page.waitForResponse(EVENTS);
  await head.kill9();
  await refused;
  await page.clock.pauseAt(Date.now() + 35_000);
  await expect(chip(page, /^Not live\. As of \d\d:\d\d:\d\d$/)).toBeVisible();
  await expect(page.getByText(/Lost contact with the server\. What you see is from \d\d:\d\d:\d\d\./)).toBeVisible();
  await expect(page.getByRole("alert")).toHaveText("Not live any more.");

  await head.restart();
  await page.unroute(EVENTS);
  await page.getByRole("button", { name: "Try now" }).click();
  // The end of a press waits for the clock, and no attempt of the page for so little.
  await page.clock.runFor(1);
  await expect(chip(page, LIVE)).toBeVisible();
  await expect(page.getByText("Lost contact with the server")).toBeHidden();
});

test("how old the word of each provider is comes anew with the server's time", async ({ page, head }) => {
  await head.run({ routine: "up", size: "s" });
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  const ages = page.locator("#contact-ages");
  // One change may come with the beginning of the stream, the next one with its pulse.
  for (let change = 1; change <= 2; change++) {
    const before = (await ages.textContent()) ?? "";
    await expect(ages).not.toHaveText(before, { timeout: 30_000 });
  }
  await expect(ages).toHaveText(/^At \d\d:\d\d:\d\d UTC:.*CircleCI answered \d+ (s|min) ago/);
});

test("a tab has one event stream, however much of it is live", async ({ page }) => {
  const streams: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/events") {
      streams.push(request.url());
    }
  });
  for (const path of ["/", `/clusters/${CLUSTER}`, "/jobs"]) {
    streams.length = 0;
    await page.goto(path);
    await expect(chip(page, LIVE)).toBeVisible();
    expect(streams, path).toHaveLength(1);
  }
});

test("a press reaches what was under the pointer, although the page changes meanwhile", async ({ page, browser, head }) => {
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  const elsewhere = await browser.newPage({ baseURL: head.url });
  await elsewhere.goto("/");
  await expect(chip(elsewhere, LIVE)).toBeVisible();
  await expect(cardIn(page, "Down")).toBeVisible();
  await card(page).getByRole("link", { name: "Start routine…" }).hover();
  await page.mouse.down();

  const { number } = await head.api.start({ routine: "up", size: "s" });
  await expect(row(elsewhere, number, CLUSTER)).toBeVisible();
  await expect(row(page, number, CLUSTER)).toBeHidden();
  await page.mouse.up();
  await expect(page).toHaveURL(`/jobs/new?cluster=${CLUSTER}`);
  await elsewhere.close();
});

test("a size that was chosen stays chosen while the page ticks and changes", async ({ page }) => {
  await page.clock.install();
  await page.goto("/");
  await expect(chip(page, LIVE)).toBeVisible();
  await expect(cardIn(page, "Down")).toBeVisible();
  await size(card(page), "s").check();
  const before = await withoutTimes(card(page));
  await page.clock.runFor(3_000);
  expect(await withoutTimes(card(page))).toBe(before);
  await expect(size(card(page), "s")).toBeChecked();
  await expect(size(card(page), "s")).toBeFocused();
  await expect(card(page).getByRole("button", { name: "Start cluster (s, $0.022/h)" })).toBeVisible();
});

/** What stands there apart from when it was seen, which ticks. */
async function withoutTimes(where: Locator): Promise<string> {
  return (await where.innerText()).replaceAll(/\d\d:\d\d:\d\d|was read .+? ago/g, "");
}
