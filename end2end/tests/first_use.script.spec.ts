// A service on which nothing was ever started.

import { row } from "../support/pages";
import { expect, test } from "../support/test";

test.use({ isFirstUse: true });

test("a list without a job is a sentence with a way on, until the first job comes", async ({ page, head }) => {
  const table = page.getByRole("table");
  await page.goto("/jobs?state=failed");
  await expect(page.getByText("No jobs yet. Start a routine")).toBeVisible();
  await expect(table).toBeHidden();

  await page.goto("/");
  await expect(page.getByRole("banner").getByText("Live")).toBeVisible();
  await expect(page.getByText("No jobs yet. Start a routine")).toBeVisible();
  await expect(table).toBeHidden();
  const { number } = await head.api.start({ routine: "up", size: "s" });
  await expect(row(page, number, "up (s)")).toBeVisible();
  await expect(page.getByText("No jobs yet.")).toBeHidden();

  await page.goto("/jobs?state=failed");
  await expect(page.getByText("No failed jobs. All jobs")).toBeVisible();
  await expect(table).toBeHidden();
});
