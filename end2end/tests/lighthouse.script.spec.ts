// The pages for strangers have full marks.

import { lacks } from "../support/lighthouse";
import { expect, test } from "../support/test";

// Longer than all looks together.
test.setTimeout(900_000);

test("Lighthouse gives 100 to the page of a link, at work, ended, and when it does not work", async ({ head }) => {
  await head.simulator.inject({ service: "travis", endpoint: "trigger", nth: 1, fault: "run_hangs" });
  const { number } = await head.api.start({ routine: "guide", size: "s" });
  const link = await head.api.share({ job: number, detail: "steps_and_log", shows_cost: true, shows_names: true });
  await head.api.untilAtWork(number, "Deploy slack-middleware");
  expect.soft(await lacks(link.url), "a job at work").toEqual([]);
  await head.api.act(`/jobs/${number}/cancel`, {});
  await head.untilEnded(number);
  expect.soft(await lacks(link.url), "a job that ended").toEqual([]);
  await head.api.revoke(link);
  // The browser tells of every 404 on the console, also of one that is meant.
  expect.soft(await lacks(link.url, ["errors-in-console"]), "a link that does not work").toEqual([]);
});
