// Every page in every state, light and dark, wide and narrow, looked at by axe.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { acts, ALL, DEBTS, FORMS, job, LIVE } from "../support/addresses";
import { inspect } from "../support/inspect";
import { AT_WORK, outcome, question, step } from "../support/pages";
import { ASKS, MORE_ROUTINES } from "../support/routines";
import { expect, test } from "../support/test";

test.use({ moreConfig: MORE_ROUTINES });
test.slow();

test("every page of a cluster that is down can be used by everybody", async ({ page }) => {
  await check(page, { ...ALL, ...DEBTS });
});

test("every page of a cluster that is up can be used by everybody", async ({ page, head }) => {
  const { number } = await head.run({ routine: "up", size: "m" });
  await head.run({ routine: "deploy", service: "slack-middleware" });
  await check(page, { ...LIVE, ...FORMS, ...DEBTS, ...acts(number), "job that succeeded": job(number) });
});

test("the pages of a job at work and of one that failed can be used by everybody", async ({ page, head }) => {
  await head.simulator.inject({ service: "batch", endpoint: "trigger", fault: "fail_job" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  await page.goto(job(number));
  await expect(step(page, "Run the S3 job", AT_WORK)).toBeVisible({ timeout: 60_000 });
  await inspect(page, "a job at work");
  await expect(outcome(page)).toContainText("Failed at step 4", { timeout: 60_000 });
  await inspect(page, "a job that failed");
  await check(page, acts(number));
});

test("the pages of a job that asks, and of one that is left up, can be used by everybody", async ({ page, head }) => {
  const { number } = await head.api.start({ routine: ASKS, size: "s" });
  await page.goto(job(number));
  await expect(question(page)).toBeVisible({ timeout: 60_000 });
  await inspect(page, "a job that asks");
  await check(page, { ...LIVE, ...acts(number), "leave up with a problem": `${job(number)}/leave-up?problem=time` });
  await head.api.act(`/jobs/${number}/leave-up`, { for: "1h", because: "to look at it" });
  await page.goto(job(number));
  await inspect(page, "a job whose cluster is left up");
  await head.api.act(`/jobs/${number}/steps/3/answer`, { says: "refuse" }, /^(202|409)$/);
});

test("schedules that run, rest or are frozen can be used by everybody", async ({ page, head }) => {
  const year = new Date().getUTCFullYear() + 1;
  const schedule = { routine: "up", cluster: CLUSTER, zone: "Europe/Berlin" };
  await head.api.act("/schedules", { ...schedule, name: "mornings", cron: "30 2 * * 1-5" });
  await head.api.act("/schedules", { ...schedule, name: "often", cron: "*/20 * 1,15 * *" });
  await head.api.act("/freezes", { from: `${year}-12-24`, until: `${year}-12-26`, because: "holidays" });
  const { items } = await (await head.api.send("/schedules")).json();
  const id = items[0].id;
  await head.api.act(`/schedules/${items[1].id}/pause`, {});
  await check(page, {
    schedules: "/schedules",
    "a schedule": `/schedules/${id}`,
    "deleting a schedule": `/schedules/${id}/delete`,
    "a cluster that schedules touch": LIVE.cluster,
  });
});

test("what a cluster left behind, and its acceptance, can be used by everybody", async ({ page, head }) => {
  await head.simulator.leaveThingsBehind();
  await head.run({ routine: "up", size: "s" });
  await head.run({ routine: "down" });
  await page.goto(LIVE.cluster);
  const accept = page.getByRole("link", { name: /^Accept volume/ });
  await expect(accept).toBeVisible({ timeout: 60_000 });
  await inspect(page, "a cluster with leftovers");
  await accept.click();
  await inspect(page, "accepting a leftover");
  await head.api.acceptLeftovers("holds the backups");
  await page.goto(LIVE.cluster);
  await inspect(page, "a cluster with accepted leftovers");
});

test("a cluster near its end, the move of it and its receipt can be used by everybody", async ({ page, head }) => {
  await head.run({ routine: "up", size: "s", lifetime: "8min" });
  await page.goto(LIVE.cluster);
  await expect(page.getByRole("region", { name: "Auto-destroy time" })).toContainText(/in \d min/);
  await inspect(page, "a cluster that ends soon");
  await page.getByRole("button", { name: "Extend 1 h" }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await inspect(page, "an end that was moved");
  await head.run({ routine: "down" });
  await head.api.untilNothingIsOwed();
  await page.goto("/receipts");
  await inspect(page, "the receipts");
  await page.getByRole("link", { name: /^Receipt \d+$/ }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: /^Receipt \d+$/ })).toBeVisible();
  await inspect(page, "a receipt");
});

async function check(page: Page, addresses: Record<string, string>): Promise<void> {
  for (const [name, path] of Object.entries(addresses)) {
    await test.step(name, async () => {
      await page.goto(path);
      if (name in LIVE) {
        await expect(page.getByRole("banner").getByText("Live")).toBeVisible();
      }
      await inspect(page, name);
    });
  }
}
