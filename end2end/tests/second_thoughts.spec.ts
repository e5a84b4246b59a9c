// A destroy that somebody asked for waits for a moment, and can be stopped meanwhile.

import { CLUSTER } from "../support/api";
import { arrivedAtJob, ESTIMATE, outcome } from "../support/pages";
import { expect, test } from "../support/test";

// Time enough to press in, however busy the machine is.
test.use({ undo: "60s" });

test("a destroy that is stopped in time destroys nothing", async ({ page, head, comes }) => {
  await head.run({ routine: "up", size: "s" });
  await page.goto(`/clusters/${CLUSTER}/destroy`);
  await expect(page.getByRole("main")).toContainText(ESTIMATE);
  await page.getByRole("button", { name: "Destroy cluster" }).click();
  await arrivedAtJob(page);
  const hold = page.getByRole("region", { name: "About to destroy" });
  await expect(hold).toContainText(/Destroying in \d+ (s|min)/);
  await hold.getByRole("button", { name: "Stop it" }).click();
  await comes(outcome(page).filter({ hasText: "Nothing was destroyed." }));
  expect(await head.simulator.cluster()).toBe("up");
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release"]);
  expect((await head.api.cluster()).state).toBe("up");
});
