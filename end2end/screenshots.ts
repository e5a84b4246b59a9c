// Takes the picture of the README, and every page in every state for whoever wants to look at them. Only on demand:
// SCREENSHOTS=/a/folder cargo xtask test --only browser screenshots

import { type Page } from "@playwright/test";
import { join } from "node:path";

import { acts, DEBTS, FORMS, job, LIVE, PLAIN, SCHEDULES, SHARES } from "./support/addresses";
import { CLUSTER } from "./support/api";
import { environment } from "./support/environment";
import { AT_WORK, card, outcome, owed, question, step } from "./support/pages";
import { ASKS, MORE_ROUTINES } from "./support/routines";
import { expect, test } from "./support/test";

const README_PICTURE = join(__dirname, "../docs/clusters.png");
const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [1280, 375];
const LONG = { timeout: 60_000 };

// Slow enough for durations that look like life.
test.use({ speed: 20, moreConfig: MORE_ROUTINES });
test.setTimeout(600_000);

test("screenshots", async ({ page, head }) => {
  await takeAll(page, "first-use", LIVE);
  const up = await head.run({ routine: "up", size: "m" });
  await head.run({ routine: "deploy", service: "slack-middleware" });
  await takeAll(page, "up", { ...LIVE, ...FORMS, job: job(up.number) });
  await head.run({ routine: "down" });

  await head.simulator.inject({ service: "travis", endpoint: "trigger", fault: "fail_job" });
  const failed = await head.api.start({ routine: "guide", size: "s" });
  await head.api.untilEnded(failed.number);
  await takeAll(page, "down", { ...LIVE, ...FORMS, ...PLAIN, "failed job": job(failed.number) });

  await head.simulator.inject({ service: "circleci", endpoint: "trigger", fault: "fail_job", branch: "release" });
  const broken = await head.api.start({ routine: "up", size: "s" });
  await head.api.untilEnded(broken.number);
  await takeAll(page, "failed", { clusters: LIVE.clusters, cluster: LIVE.cluster, job: job(broken.number) });

  await expect.poll(async () => (await head.api.cluster()).state, LONG).toBe("down");
  await head.clear();
  const guide = await head.api.start({ routine: "guide", size: "l" });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  await expect(card(page)).toContainText("step 4 of 6", LONG);
  await page.screenshot({ path: README_PICTURE, fullPage: true });
  await page.goto(job(guide.number));
  await expect(step(page, "Run the S3 job", AT_WORK)).toContainText(/[1-9]\d %/);
  await takeAll(page, "at work", { job: "" });
  await expect(outcome(page)).toBeVisible(LONG);
  await takeAll(page, "ended", { job: job(guide.number) });
});

test("pictures of what people do", async ({ page, head }) => {
  const asked = await head.api.start({ routine: ASKS, size: "m" });
  await page.goto(job(asked.number));
  await expect(question(page)).toBeVisible(LONG);
  await takeAll(page, "asks", { job: job(asked.number), ...LIVE, ...acts(asked.number), ...DEBTS });
  await head.api.act(`/jobs/${asked.number}/leave-up`, { for: "4h", because: "to look at the logs" });
  await takeAll(page, "left up", { job: job(asked.number) });
  await head.api.act(`/jobs/${asked.number}/steps/3/answer`, { says: "refuse" });
  await head.api.untilEnded(asked.number);
  await takeAll(page, "refused", { job: job(asked.number), ...LIVE, ...acts(asked.number) });

  await head.simulator.leaveThingsBehind();
  await head.run({ routine: "down" });
  await page.goto(LIVE.cluster);
  await page.getByRole("link", { name: /^Accept volume/ }).click(LONG);
  await takeAll(page, "accept", { leftover: "" });
  await page.getByLabel("Why it may stay").fill("holds the backups until March");
  await page.getByRole("button", { name: "Accept volume" }).click();
  await takeAll(page, "leftovers", LIVE);
  await head.api.acceptLeftovers("goes with the account");
  await page.goto(LIVE.cluster);
  await expect(owed(page)).toContainText("accepted by operator", LONG);
  await takeAll(page, "accepted", LIVE);
});

test("pictures of what strangers see", async ({ page, head }) => {
  const { number } = await head.api.start({ routine: "guide", size: "m" });
  const all = { detail: "steps_and_log", shows_cost: true, shows_names: true } as const;
  const [ofJob, ofCluster] = [await head.api.share({ job: number, ...all }), await head.api.share({ cluster: CLUSTER })];
  await head.api.untilAtWork(number, "Run the S3 job");
  const addresses = { job: ofJob.url, cluster: ofCluster.url, frame: `${ofJob.url}/embed`, wall: `${ofCluster.url}/wall` };
  await takeAll(page, "share at work", { ...addresses, ...SHARES, extend: DEBTS.extend });
  await head.api.untilEnded(number);
  await head.api.untilNothingIsOwed();
  const receipt = await head.api.share({ receipt: await head.api.receipt(), ...all });
  await takeAll(page, "share ended", { ...addresses, receipt: receipt.url, ...SCHEDULES });
  await head.api.revoke(ofJob);
  await takeAll(page, "share revoked", { job: ofJob.url, shares: SHARES.shares });
});

/** An empty address means the page that is shown. */
async function takeAll(page: Page, situation: string, addresses: Record<string, string>): Promise<void> {
  for (const [name, path] of Object.entries(addresses)) {
    if (path) {
      await page.goto(path, { waitUntil: "networkidle" });
    }
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const file = `${situation} ${name} ${width} ${colorScheme}.png`.replaceAll(" ", "-");
        await page.screenshot({ path: join(environment("SCREENSHOTS"), file), fullPage: true });
      }
    }
  }
}
