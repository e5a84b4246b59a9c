// The whole routine: provision, deploy, batch, destroy.

import { CLUSTER } from "../support/api";
import {
  arrivedAtJob,
  AT_WORK,
  card,
  cardIn,
  isNeverLeft,
  outcome,
  problem,
  row,
  settledOutcome,
  size,
  step,
} from "../support/pages";
import { expect, test } from "../support/test";

// Slow enough for a page that is refreshed now and then to show every step.
test.use({ speed: 60 });
test.slow();

test("guide is followed to its end, and the history outlives a crash of the server", async ({
  page,
  comes,
  head,
  javaScriptEnabled,
}) => {
  const { number: destroyed } = await head.run({ routine: "up", size: "m" });
  await head.run({ routine: "down" });
  await head.simulator.reset();

  await page.goto("/");
  await card(page).getByRole("link", { name: "Start routine…" }).click();
  await expect(page.getByRole("radio", { name: /^guide/ })).toBeChecked();
  const plan = page.getByRole("region", { name: "The plan" });
  await expect(plan.getByRole("listitem")).toHaveText([
    /^Create the cluster \(l\)/,
    /^Install the base services/,
    /^Deploy slack-middleware/,
    /^Run the S3 job/,
    /^Remove the workloads.*Always runs/,
    /^Destroy the cluster.*Always runs/,
  ]);
  await size(page, "s").check();
  await page.getByRole("button", { name: "Show the plan" }).click();
  await expect(plan).toContainText("Create the cluster (s)");
  await expect(page).toHaveURL(`/jobs/new?routine=guide&cluster=${CLUSTER}&size=s&lifetime=&until=&service=slack-middleware`);
  await page.getByRole("button", { name: "Start routine" }).click();
  const guide = await arrivedAtJob(page);

  const isLive = await isNeverLeft(page);
  await comes(step(page, "Create the cluster (s)", AT_WORK));
  await comes(step(page, "Run the S3 job", AT_WORK).getByText(/^[1-9]\d* %$/));
  await expect(page.getByRole("progressbar", { name: /^Run the S3 job: \d+ %$/ })).toBeVisible();
  await comes(settledOutcome(page));
  await expect(outcome(page)).toContainText("All 6 steps succeeded. The CI says that the cluster was destroyed.");
  for (const title of ["Deploy slack-middleware", "Run the S3 job", "Destroy the cluster"]) {
    await expect(step(page, title, "Succeeded")).toBeVisible();
  }
  await expect(page).toHaveTitle(`Succeeded – guide on ${CLUSTER} – Cluster Head`);
  await expect(page.locator("link[rel=icon]")).toHaveAttribute("href", "/favicon-succeeded.svg");
  expect(await isLive()).toBe(Boolean(javaScriptEnabled));
  expect(await head.simulator.cluster()).toBe("none");

  await head.kill9();
  await head.restart();
  await page.goto("/");
  await expect(cardIn(page, "Down")).toBeVisible();
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await expect(row(page, guide, "Succeeded")).toContainText("guide (s)");
  await expect(row(page, guide, "Succeeded")).toContainText("The CI says that the cluster was destroyed.");
  await expect(row(page, destroyed, "Succeeded")).toContainText("up (m)");
  await row(page, guide, "Succeeded").getByRole("link").click();
  await expect(outcome(page)).toContainText("The CI says that the cluster was destroyed.");
});

test("guide goes on from a cluster that is up in its size, and destroys it at the end", async ({
  page,
  comes,
  head,
}) => {
  await head.run({ routine: "up", size: "s" });
  await page.goto("/");
  await expect(cardIn(page, "Up")).toBeVisible();
  await card(page).getByRole("link", { name: "Start routine…" }).click();
  await expect(page.getByRole("radio", { name: /^guide/ })).toBeChecked();
  await expect(size(page, "s")).toBeChecked();
  await page.getByRole("button", { name: "Start routine" }).click();
  await arrivedAtJob(page);
  await comes(settledOutcome(page));
  await expect(outcome(page)).toContainText("All 6 steps succeeded. The CI says that the cluster was destroyed.");
  expect((await head.api.cluster()).state).toBe("down");
  expect(await head.simulator.cluster()).toBe("none");
  expect((await head.simulator.ran()).slice(2)).toEqual([
    "release-cluster",
    "release",
    "release",
    "s3-orgs-job",
    "destroy-release",
    "destroy-cluster",
  ]);
});

test("guide in another size than that of a cluster that is up is refused with the way to replace it", async ({
  page,
  head,
}) => {
  const { number: up } = await head.run({ routine: "up", size: "s" });
  await expect(async () => {
    await page.goto(`/jobs/new?routine=guide&cluster=${CLUSTER}`);
    await size(page, "l").check();
    const answer = page.waitForResponse((response) => response.url().includes("problem="));
    await page.getByRole("button", { name: "Start routine" }).click();
    expect((await answer).status()).toBe(409);
    // The first look into the cloud may make the page one from before a change: then one looks again.
    await expect(problem(page)).toContainText(
      `${CLUSTER} is up in size s. Another size replaces the whole cluster: use "resize", or destroy it first. Nothing was started.`,
      { timeout: 1 },
    );
  }).toPass();
  await expect(size(page, "l")).toBeChecked();
  expect((await head.api.jobs())[0]?.number).toBe(up);
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release"]);
  expect((await head.api.cluster()).state).toBe("up");
});
