// What a stranger with a link sees, and until when.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { expect, test } from "../support/test";

/** For a first look: what is asked for beside the page itself, and how long that is. */
const MOST_REQUESTS = 2;

/** Shares it with a form, and leads to where the link leads. */
async function share(page: Page, what: string): Promise<string> {
  await page.goto(`/shares/new?${what}`);
  await page.getByLabel("Label, for whom or what it is").fill("for the board");
  await page.getByRole("button", { name: "Create link" }).click();
  return page.getByLabel("Anyone who has it can read").inputValue();
}

test("a link shows a job to anybody, follows it, and needs no wasm", async ({ page, head, comes }) => {
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  const url = await share(page, `job=${number}`);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`guide on ${CLUSTER}`);
  await expect(page.getByText("for the board · Cluster Head · shared until")).toBeVisible();
  expect(asked.filter((path) => /wasm|pkg/.test(path))).toEqual([]);
  expect(asked.filter((path) => !path.startsWith("/s/")).length).toBeLessThan(MOST_REQUESTS);
  await comes(page.locator(".badge", { hasText: "Succeeded" }));
});

test("a link is told once, and after it was revoked it does not work", async ({ page, javaScriptEnabled }) => {
  const url = await share(page, `cluster=${CLUSTER}`);
  const reader = await page.context().newPage();
  await reader.goto(url);
  await expect(reader.getByRole("heading", { level: 1 })).toHaveText(CLUSTER);
  if (javaScriptEnabled) {
    await expect(reader.getByText("Live · updated")).toBeVisible();
  }
  await page.reload();
  await expect(page.getByText("cannot be shown again")).toBeVisible();
  await page.getByRole("link", { name: "Revoke for the board…" }).first().click();
  await page.getByRole("button", { name: "Revoke link" }).click();
  await expect(page.getByRole("row", { name: "for the board" }).first()).toContainText("Revoked");
  if (javaScriptEnabled) {
    await expect(reader.getByText("This link has ended.")).toBeVisible();
  }
  const answer = await reader.goto(url);
  expect(answer?.status()).toBe(404);
  await expect(reader.getByRole("heading", { level: 1 })).toHaveText("This link does not work");
});
