// What starts by the clock: written by people who know no cron, seen before it is saved, paused, run, deleted.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { arrivedAtJob, problem } from "../support/pages";
import { expect, test } from "../support/test";

/** Half a day from now, so that nothing starts by itself while a test runs. */
const AT = `${String((new Date().getUTCHours() + 12) % 24).padStart(2, "0")}:30`;

/** The row of a schedule. */
const row = (page: Page, name: string) =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });

async function write(page: Page, name: string, zone: string): Promise<void> {
  await page.goto("/schedules");
  await page.getByRole("link", { name: "New schedule…" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("radio", { name: "On these days" }).check();
  await page.getByRole("checkbox", { name: "Monday" }).check();
  await page.getByRole("checkbox", { name: "Friday" }).check();
  await page.getByLabel("At", { exact: true }).fill(AT);
  await page.getByLabel("Time zone").fill(zone);
}

test("a schedule is seen before it is saved, and paused, resumed, run and deleted afterwards", async ({ page, head }) => {
  await write(page, "mornings", "Europe/Berlin");
  await page.getByRole("button", { name: "Show next runs" }).click();
  const next = page.getByRole("region", { name: "Next runs" });
  await expect(next.getByRole("listitem")).toHaveCount(5);
  await expect(next.getByRole("listitem").first()).toContainText(
    new RegExp(`^(Mon|Fri) \\d{4}-\\d\\d-\\d\\d ${AT} Europe/Berlin = `),
  );
  await expect(page.getByLabel("Name")).toHaveValue("mornings");
  await page.getByRole("button", { name: "Save schedule" }).click();

  await expect(page).toHaveURL("/schedules");
  await expect(row(page, "mornings")).toContainText(`Monday and Friday at ${AT}, Europe/Berlin`);
  await expect(row(page, "mornings")).toContainText("On");
  await page.getByRole("button", { name: "Pause mornings" }).click();
  await expect(row(page, "mornings")).toContainText("Paused by");
  await page.getByRole("button", { name: "Resume mornings" }).click();
  await expect(row(page, "mornings")).toContainText(`${AT} Europe/Berlin = `);

  await page.goto(`/clusters/${CLUSTER}`);
  const touching = page.getByRole("region", { name: "Schedules that touch it" });
  await expect(touching.getByRole("listitem")).toContainText("mornings: up");

  await page.goto("/schedules");
  await page.getByRole("button", { name: "Run mornings now" }).click();
  const number = await arrivedAtJob(page);
  expect(await head.api.job(number)).toMatchObject({ routine: "up" });
  await head.untilEnded(number);

  await page.goto("/schedules");
  await page.getByRole("button", { name: "Run mornings now" }).click();
  await expect(problem(page)).toContainText(`${CLUSTER} is already up`);
  await page.getByRole("link", { name: "Delete mornings…" }).click();
  await expect(page.getByRole("heading", { name: "Delete the schedule mornings?" })).toBeVisible();
  await page.getByRole("button", { name: "Delete schedule" }).click();
  await expect(page.getByText("Nothing starts by the clock yet.")).toBeVisible();
});

test("what is wrong is said beside its field, and what was entered stays", async ({ page }) => {
  await write(page, "evenings", "Berlin");
  await page.getByRole("button", { name: "Save schedule" }).click();
  await expect(problem(page)).toContainText('There is no time zone "Berlin". Near ones: Europe/Berlin');
  await expect(page.getByLabel("Time zone")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("checkbox", { name: "Friday" })).toBeChecked();
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("radio", { name: "By the cron pattern below" }).check();
  await page.getByText("Cron pattern", { exact: true }).first().click();
  await page.getByRole("textbox", { name: "Cron pattern" }).fill("61 9 * * *");
  await page.getByRole("button", { name: "Save schedule" }).click();
  await expect(problem(page)).toContainText("minute: 61 is not between 0 and 59. Nothing was saved.");
});

test("a freeze is named, told and removed", async ({ page }) => {
  const year = new Date().getUTCFullYear() + 1;
  await page.goto("/schedules");
  await page.getByRole("link", { name: "Freeze schedules…" }).click();
  await page.getByLabel("First day").fill(`${year}-12-24`);
  await page.getByLabel("Last day").fill(`${year}-12-26`);
  await page.getByLabel("Why").fill("holidays");
  await page.getByRole("button", { name: "Freeze schedules" }).click();
  const freezes = page.getByRole("region", { name: "Freezes" });
  await expect(freezes).toContainText(`${year}-12-24 00:00 to ${year}-12-27 00:00 UTC, every cluster: holidays`);
  await freezes.getByRole("button", { name: "Remove the freeze: holidays" }).click();
  await expect(freezes).toContainText("Nothing is frozen.");
});
