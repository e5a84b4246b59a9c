// When a cluster ends and what it cost: shown, moved, taken back, and on a receipt in the end.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { ESTIMATE } from "../support/pages";
import { expect, test } from "../support/test";

const HOUR = 3_600_000;

/** The end of the cluster with the buttons that move it. */
const end = (page: Page) => page.getByRole("region", { name: "Auto-destroy time" });

test("the end of a cluster is shown, moved, and moved back while there is time for it", async ({ page, head }) => {
  await head.run({ routine: "up", size: "s", lifetime: "2h" });
  const first = Date.parse((await head.api.cluster()).destroys_at ?? "");
  await page.goto(`/clusters/${CLUSTER}`);
  await expect(end(page)).toContainText(/Destroys .*\d\d:\d\d \(in 1 h 5\d min\)/);
  await expect(end(page)).toContainText("A job that is at work at its auto-destroy time may go on for 1 h at most.");

  await end(page).getByRole("button", { name: "Extend 1 h" }).click();
  await expect(end(page)).toContainText(/\(in 2 h 5\d min\)/);
  await expect(end(page)).toContainText("operator moved it from");
  expect(Date.parse((await head.api.cluster()).destroys_at ?? "")).toBe(first + HOUR);

  await end(page).getByRole("button", { name: "Undo" }).click();
  await expect(end(page)).toContainText(/\(in 1 h 5\d min\)/);
  await expect(end(page).getByRole("button", { name: "Undo" })).toHaveCount(0);
  expect(Date.parse((await head.api.cluster()).destroys_at ?? "")).toBe(first);
});

test("a cluster that was started and forgotten warns before its end, which one press moves", async ({ page, head }) => {
  await head.run({ routine: "up", size: "s", lifetime: "8min" });
  await page.goto("/");
  await expect(end(page)).toContainText(/Destroys .*\(in \d min\)/);
  await expect(end(page)).toHaveAttribute("data-alarm", "");
  await end(page).getByRole("button", { name: "Extend 4 h" }).click();
  await expect(end(page)).toContainText("(in 4 h");
  await expect(end(page)).not.toHaveAttribute("data-alarm");
});

test("a cluster that is gone leaves a receipt, which is found in the list", async ({ page, head }) => {
  await head.run({ routine: "up", size: "m" });
  await head.run({ routine: "down" });
  await head.api.untilNothingIsOwed();
  await page.goto("/");
  await page.getByRole("link", { name: "Receipts", exact: true }).click();
  const newest = page.getByRole("listitem").filter({ hasText: `${CLUSTER} (m) was up` }).first();
  await expect(newest).toContainText(ESTIMATE);
  await newest.getByRole("link", { name: /^Receipt \d+$/ }).click();
  const receipt = page.getByRole("article", { name: /^Receipt \d+$/ });
  await expect(receipt).toContainText("Destroyed, says the cloud.");
  await expect(receipt).toContainText("operator (API)");
  await expect(receipt).toContainText(ESTIMATE);
});
