// Without a mouse.

import { type Locator, type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { arrivedAtJob, card, size } from "../support/pages";
import { expect, test } from "../support/test";

test("a cluster is started with the keyboard alone", async ({ page, head }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  await tabTo(page, size(card(page), "l"));
  await page.keyboard.press("ArrowUp");
  await expect(size(card(page), "m")).toBeChecked();
  await tabTo(page, card(page).getByRole("button", { name: /^Start cluster/ }));
  await page.keyboard.press("Enter");
  const job = await head.api.job(await arrivedAtJob(page));
  expect(job).toMatchObject({ routine: "up", cluster: CLUSTER, size: "m" });
});

async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("Tab");
    await expect(target).toBeFocused({ timeout: 1 });
  }).toPass({ timeout: 10_000, intervals: [0] });
}
