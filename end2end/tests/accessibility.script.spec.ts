// Every page in every state, light and dark, wide and narrow, looked at by axe.

import AxeBuilder from "@axe-core/playwright";
import { type Page } from "@playwright/test";

import { ALL, FORMS, job, LIVE } from "../support/addresses";
import { AT_WORK, outcome, step } from "../support/pages";
import { expect, test } from "../support/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [1280, 375];
const NARROWEST = 320;

test.slow();

test("every page of a cluster that is down can be used by everybody", async ({ page }) => {
  await check(page, ALL);
});

test("every page of a cluster that is up can be used by everybody", async ({ page, head }) => {
  const { number } = await head.api.run({ routine: "up", size: "m" });
  await head.api.run({ routine: "deploy", service: "slack-middleware" });
  await check(page, { ...LIVE, ...FORMS, "job that succeeded": job(number) });
});

test("the pages of a job at work and of one that failed can be used by everybody", async ({ page, head }) => {
  await head.simulator.inject({ service: "batch", endpoint: "trigger", fault: "fail_job" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  await page.goto(job(number));
  await expect(step(page, "Run the S3 job", AT_WORK)).toBeVisible({ timeout: 60_000 });
  await inspect(page, "a job at work");
  await expect(outcome(page)).toContainText("Failed at step 4", { timeout: 60_000 });
  await inspect(page, "a job that failed");
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

async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // There are no frames, for which the other mode opens a page of its own each time.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.length} times, first ${nodes[0]?.html}`);
      expect.soft(found, `${name}, ${colorScheme}, ${width} px`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: NARROWEST, height: 800 });
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(widest, `${name} must not scroll sideways`).toBeLessThanOrEqual(NARROWEST);
}
