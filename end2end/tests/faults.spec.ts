// What goes wrong outside, and what the page of the job says about it.

import { outcome, settledOutcome, step } from "../support/pages";
import { expect, test } from "../support/test";

test("a deploy that fails makes the job fail, and the cluster is destroyed all the same", async ({
  page,
  comes,
  head,
}) => {
  await head.simulator.inject({ service: "travis", endpoint: "trigger", nth: 1, fault: "fail_job" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  await page.goto(`/jobs/${number}`);
  await comes(settledOutcome(page));
  await expect(outcome(page)).toContainText("Failed at step 3 (Deploy slack-middleware)");
  await expect(outcome(page)).toContainText("The CI says that the cluster was destroyed.");
  await expect(step(page, "Deploy slack-middleware", "Failed")).toBeVisible();
  await expect(step(page, "Run the S3 job", "Skipped")).toBeVisible();
  await expect(step(page, "Destroy the cluster", "Succeeded")).toBeVisible();
  expect(await head.simulator.cluster()).toBe("none");
  expect((await head.api.job(number)).state).toBe("failed");
});

test("a run whose answer was lost is found and adopted, and no second one is started", async ({
  page,
  comes,
  head,
}) => {
  const lost = { service: "circleci", endpoint: "trigger", nth: 1, fault: "drop_answer", branch: "release-cluster" };
  await head.simulator.inject(lost);
  const { number } = await head.api.start({ routine: "up", size: "s" });
  await page.goto(`/jobs/${number}`);
  await comes(outcome(page));
  await expect(outcome(page)).toContainText("All 2 steps succeeded. The cluster is up.");
  const checkIns = page.getByRole("log", { name: `Check-in log of job ${number}` });
  await expect(checkIns).toContainText(/Found the run whose answer was lost: .+\. It is adopted\./);
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release"]);
});
