// What holds for every page: no complaint in the browser's console, no script where none is needed.

import { ALL, job, LIVE, PLAIN } from "../support/addresses";
import { listenForComplaints } from "../support/complaints";
import { expect, test } from "../support/test";

test("no page makes the browser complain", async ({ page, head, javaScriptEnabled }) => {
  const complaints = listenForComplaints(page);
  const { number } = await head.run({ routine: "up", size: "s" });
  const live: Record<string, string> = { ...LIVE, job: job(number) };
  for (const [name, path] of Object.entries({ ...ALL, ...live })) {
    await test.step(name, async () => {
      await page.goto(path, { waitUntil: "networkidle" });
      if (javaScriptEnabled && name in live) {
        await expect(page.getByRole("banner").getByText("Live")).toBeVisible();
      }
    });
  }
  expect(complaints).toEqual([]);
});

test("a live page says how to follow it where no script runs, and only there", async ({ page, javaScriptEnabled }) => {
  for (const [name, path] of Object.entries(ALL)) {
    await page.goto(path);
    const advice = page.getByText("This page does not update by itself. Refresh");
    await expect(advice, name).toHaveCount(name in LIVE ? 1 : 0);
    if (name in LIVE) {
      await expect(advice, name).toBeVisible({ visible: !javaScriptEnabled });
    }
  }
});

test("the browser's half is loaded where something is live, and not where nothing is live", async ({
  page,
  javaScriptEnabled,
}) => {
  const loaded: string[] = [];
  page.on("request", (request) => {
    if (/\.(wasm|js)$/.test(new URL(request.url()).pathname)) {
      loaded.push(request.url());
    }
  });
  for (const path of Object.values(PLAIN)) {
    await page.goto(path, { waitUntil: "networkidle" });
    expect(loaded, path).toEqual([]);
  }
  await page.goto("/");
  if (javaScriptEnabled) {
    await expect(page.getByRole("banner").getByText("Live")).toBeVisible();
    expect(loaded.length).toBeGreaterThan(0);
  }
});
