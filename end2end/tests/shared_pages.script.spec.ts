// Everybody can use what a link shows, and no browser complains about it: every kind of thing, in every form.

import { type Page } from "@playwright/test";

import { CLUSTER, type Link } from "../support/api";
import { listenForComplaints } from "../support/complaints";
import { inspect } from "../support/inspect";
import { expect, test } from "../support/test";

const FORMS = { page: "", frame: "/embed", wall: "/wall" };

test.slow();

test("a job at work, with its log, and as it ended", async ({ page, head }) => {
  const complaints = listenForComplaints(page);
  await head.simulator.inject({ service: "travis", endpoint: "trigger", nth: 1, fault: "run_hangs" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  const link = await head.api.share({ job: number, detail: "steps_and_log", shows_cost: true, shows_names: true });
  await head.api.untilAtWork(number, "Deploy slack-middleware");
  await look(page, link, "a job at work", "Running");
  await head.api.act(`/jobs/${number}/cancel`, {});
  await head.untilEnded(number);
  await look(page, link, "a job that ended", "Cancelled");
  await head.api.revoke(link);
  await page.goto(link.url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link does not work");
  await inspect(page, "a link that does not work");
  expect(complaints).toEqual([]);
});

test("a cluster that is up, and its receipt", async ({ page, head }) => {
  const complaints = listenForComplaints(page);
  await head.run({ routine: "up", size: "s" });
  await look(page, await head.api.share({ cluster: CLUSTER, shows_cost: true }), "a cluster", "Up");
  await page.goto("/wall");
  await expect(page.locator("#live")).toHaveText(/^Live/);
  await inspect(page, "the wall with a cluster that is up");
  await head.run({ routine: "down" });
  await head.api.untilNothingIsOwed();
  const receipt = await head.api.share({ receipt: await head.api.receipt(), shows_cost: true, shows_names: true });
  await look(page, receipt, "a receipt", "Settled");
  expect(complaints).toEqual([]);
});

test("making a link, seeing all of them and revoking one", async ({ page }) => {
  const complaints = listenForComplaints(page);
  await page.goto(`/shares/new?cluster=${CLUSTER}&detail=steps_and_log&cost=on`);
  await inspect(page, "a form with a preview");
  await page.getByLabel("Label, for whom or what it is").fill("for the board");
  await page.getByRole("button", { name: "Create link" }).click();
  await expect(page.getByRole("heading", { name: "The link" })).toBeVisible();
  await inspect(page, "a new link");
  await page.getByRole("link", { name: "Revoke for the board…" }).first().click();
  await inspect(page, "revoking a link");
  await page.getByRole("button", { name: "Revoke link" }).click();
  await inspect(page, "a revoked link");
  expect(complaints).toEqual([]);
});

async function look(page: Page, { url }: Link, what: string, state: string): Promise<void> {
  for (const [form, part] of Object.entries(FORMS)) {
    await test.step(`${what}, ${form}`, async () => {
      await page.goto(url + part);
      await expect(page.locator("#live")).toHaveText(/^Live/);
      await expect(page.locator(".badge")).toHaveText(state);
      await inspect(page, `${what}, ${form}`);
    });
  }
}
