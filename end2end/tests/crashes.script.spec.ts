// The server dies at every turn of a long job, while the outside world goes on. The page stays open all the while.

import { isNeverLeft, outcome } from "../support/pages";
import { expect, test } from "../support/test";

// Slow enough for every step to be at work still when the server is killed.
test.use({ speed: 60 });

const PHASES = [
  "Create the cluster (l)",
  "Install the base services",
  "Deploy slack-middleware",
  "Run the S3 job",
  "Destroy the cluster",
];

test("guide ends well although the server is killed in each of its phases", async ({ page, head }) => {
  test.slow();
  await page.goto("/");
  const { number } = await head.api.start({ routine: "guide", size: "l" });
  await page.goto(`/jobs/${number}`);
  const isLive = await isNeverLeft(page);
  for (const phase of PHASES) {
    await test.step(phase, async () => {
      await head.api.untilAtWork(number, phase);
      await head.kill9();
      await head.restart();
    });
  }
  await head.api.untilEnded(number);

  const job = await head.api.job(number);
  expect(job.state, job.outcome ?? "").toBe("succeeded");
  expect(await head.simulator.ran()).toEqual([
    "release-cluster",
    "release",
    "release",
    "s3-orgs-job",
    "destroy-release",
    "destroy-cluster",
  ]);
  expect(await head.simulator.cluster()).toBe("none");
  expect((await head.api.cluster()).state).toBe("down");
  await expect(outcome(page)).toContainText(/All 6 steps succeeded\..* the cluster was destroyed\./i);
  expect(await isLive()).toBe(true);
});
