// What people do to jobs and debts: cancel, leave up, answer, resume, take over, accept.

import { CLUSTER } from "../support/api";
import { arrivedAtJob, card, outcome, owed, problem, question, step } from "../support/pages";
import { ASKS, KEEPS, MORE_ROUTINES, QUESTION } from "../support/routines";
import { expect, test } from "../support/test";

test.use({ moreConfig: MORE_ROUTINES });

test("a guide that is cancelled stops its run and destroys its cluster", async ({ page, comes, head }) => {
  await head.simulator.inject({ service: "travis", endpoint: "trigger", nth: 1, fault: "run_hangs" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  await head.api.untilAtWork(number, "Deploy slack-middleware");
  await page.goto(`/jobs/${number}`);
  await comes(step(page, "Deploy slack-middleware", "Running"));
  await page.getByRole("link", { name: "Cancel job…" }).click();

  await expect(page.getByRole("heading", { name: `Cancel job #${number}?` })).toBeVisible();
  const stops = page.getByRole("region", { name: "What stops" });
  await expect(stops).toContainText("Step 3 (Deploy slack-middleware): Travis CI is asked to stop");
  await expect(stops).toContainText("Step 4 never begins");
  await expect(page.getByRole("region", { name: "What is destroyed" })).toContainText("steps 5 and 6 run all the same");
  await page.getByLabel("Why (optional)").fill("wrong branch");
  await page.getByRole("button", { name: "Cancel job" }).click();

  expect(await arrivedAtJob(page)).toBe(number);
  await comes(outcome(page).filter({ hasText: "Cancelled by operator at step 3" }));
  await expect(outcome(page)).toContainText("The CI says that the cluster was destroyed.");
  await expect(step(page, "Run the S3 job", "Skipped")).toBeVisible();
  expect(await head.simulator.cluster()).toBe("none");
  await page.goto(`/clusters/${CLUSTER}`);
  const acts = page.getByRole("region", { name: "Who did what" });
  await expect(acts).toContainText(`operator cancelled job #${number}: “wrong branch”`);
});

test("a job that asks is approved on its page and goes on", async ({ page, comes, head }) => {
  const { number } = await head.api.start({ routine: ASKS, size: "s" });
  await page.goto("/");
  await comes(question(page));
  await expect(card(page)).toContainText(QUESTION);
  await expect(page.getByRole("button", { name: "Refuse" })).toBeVisible();
  await page.goto(`/jobs/${number}`);
  await expect(question(page)).toContainText("it counts as refused");
  await page.getByRole("button", { name: "Approve" }).click();
  expect(await arrivedAtJob(page)).toBe(number);
  await comes(step(page, QUESTION, "Succeeded"));
  await expect(step(page, QUESTION, "Succeeded")).toContainText("approved by operator");
  await comes(outcome(page).filter({ hasText: "All 6 steps succeeded. The CI says that the cluster was destroyed." }));
});

test("a job that asks is refused, and what it brought up is destroyed", async ({ page, comes, head }) => {
  const { number } = await head.api.start({ routine: ASKS, size: "s" });
  await page.goto(`/jobs/${number}`);
  await comes(question(page));
  await page.getByRole("button", { name: "Refuse" }).click();
  await comes(outcome(page).filter({ hasText: "refused by operator" }));
  expect(await head.simulator.cluster()).toBe("none");
});

test("a job that failed is resumed from the step that failed", async ({ page, comes, head }) => {
  await head.simulator.inject({ service: "travis", endpoint: "trigger", nth: 1, fault: "fail_job" });
  const { number } = await head.api.start({ routine: KEEPS, size: "s" });
  await head.untilEnded(number);
  await page.goto(`/jobs/${number}`);
  await expect(page.getByRole("link", { name: "Run again…" })).toHaveAttribute(
    "href",
    `/jobs/new?routine=${KEEPS}&cluster=${CLUSTER}&size=s`,
  );
  await page.getByRole("link", { name: "Resume…" }).click();
  await expect(page.getByRole("radio", { name: /^3\. Deploy slack-middleware/ })).toBeChecked();
  await expect(page.getByText("count as done")).toBeVisible();
  await page.getByRole("button", { name: "Resume job" }).click();
  await expect(page).toHaveURL(/\/jobs\/\d+$/);
  const resumed = await arrivedAtJob(page);
  expect(resumed).toBe(number + 1);
  await expect(step(page, "Create the cluster (s)", `Done before, by job #${number}`)).toBeVisible();
  await comes(outcome(page).filter({ hasText: "All 3 steps succeeded." }));
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release", "release", "release"]);
});

test("a cluster is left up until a time that somebody chooses", async ({ page, comes, head }) => {
  const { number } = await head.api.start({ routine: ASKS, size: "s" });
  await page.goto(`/jobs/${number}`);
  await comes(question(page));
  await page.getByRole("link", { name: "Leave it up…" }).click();
  await expect(page.getByRole("region", { name: "What happens" })).toContainText("It costs $0.022/h all the while.");
  await page.getByRole("radio", { name: /^Until another time/ }).check();
  await page.getByRole("button", { name: "Leave cluster up" }).click();
  await expect(problem(page)).toContainText("That time cannot be chosen.");
  await page.getByRole("radio", { name: /^12 h/ }).check();
  await page.getByRole("button", { name: "Leave cluster up" }).click();
  expect(await arrivedAtJob(page)).toBe(number);
  await expect(page.getByText("The cluster is left up", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Approve" }).click();
  await comes(outcome(page).filter({ hasText: "operator left the cluster up." }));
  await expect(step(page, "Destroy the cluster", "Skipped")).toBeVisible();
  expect((await head.api.cluster()).state).toBe("up");
  expect(await head.simulator.cluster()).toBe("up");
});

test("a debt is taken over only under the name of the cluster and with a reason", async ({ page, head }) => {
  await head.run({ routine: "up", size: "s" });
  await page.goto(`/clusters/${CLUSTER}`);
  await expect(owed(page)).toContainText("Destroy owed");
  await owed(page).getByRole("link", { name: "Take the debt over…" }).click();
  const name = page.getByLabel(`Type ${CLUSTER} to take its debt over`);
  await name.fill("iriversland");
  await page.getByLabel("Why").fill("moved to another account");
  await page.getByRole("button", { name: "Take the debt over" }).click();
  await expect(problem(page)).toContainText("The name does not match.");
  await expect(name).toHaveValue("iriversland");
  await expect(page.getByLabel("Why")).toHaveValue("moved to another account");
  await name.fill(CLUSTER);
  await page.getByRole("button", { name: "Take the debt over" }).click();
  await expect(page).toHaveURL(`/clusters/${CLUSTER}`);
  await expect(owed(page)).toContainText("Closed by a person");
  await expect(owed(page)).toContainText("operator took it over: moved to another account");
  await expect(page.getByRole("region", { name: "Who did what" })).toContainText("operator took the debt over");
});

test("what a destroyed cluster left behind is listed, and settles the debt once it is accepted", async ({
  page,
  comes,
  head,
}) => {
  await head.simulator.leaveThingsBehind();
  await head.run({ routine: "up", size: "s" });
  await head.run({ routine: "down" });
  await page.goto(`/clusters/${CLUSTER}`);
  const left = page.getByRole("region", { name: "Still in the cloud" });
  await comes(left.getByRole("link", { name: /^Accept volume/ }));
  await expect(owed(page)).toContainText("Verifying");
  for (const kind of ["load balancer", "volume"]) {
    await left.getByRole("link", { name: new RegExp(`^Accept ${kind}`) }).click();
    await page.getByLabel("Why it may stay").fill("holds the backups");
    await page.getByRole("button", { name: `Accept ${kind}` }).click();
    await expect(left).toContainText("accepted by operator, “holds the backups”");
  }
  await comes(owed(page).filter({ hasText: "What was left was accepted by operator." }));
});
