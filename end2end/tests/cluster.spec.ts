// One cluster from down to up and down again, and to another size.

import { CLUSTER } from "../support/api";
import { arrivedAtJob, card, cardIn, isNeverLeft, size } from "../support/pages";
import { expect, test } from "../support/test";

// Slow enough for a page that is refreshed now and then to show every state.
test.use({ speed: 60 });

test("a cluster is started in size m, comes up, is destroyed and is down", async ({
  page,
  comes,
  head,
  javaScriptEnabled,
}) => {
  await page.goto("/");
  await expect(cardIn(page, "Down")).toBeVisible();
  await size(card(page), "m").check();
  const price = javaScriptEnabled ? "Start cluster (m, $0.036/h)" : "Start cluster";
  await card(page).getByRole("button", { name: price, exact: true }).click();
  const up = await arrivedAtJob(page);

  await page.getByRole("link", { name: "Clusters", exact: true }).click();
  const isLive = await isNeverLeft(page);
  await comes(cardIn(page, "Provisioning"));
  await expect(cardIn(page, "Provisioning")).toContainText("· m · $0.036/h");
  await comes(cardIn(page, "Up"));
  await expect(cardIn(page, "Up")).toContainText(/· m · \$0\.036\/h · destroys .*\d\d:\d\d \(in 3 h 5\d min\)/);
  await comes(card(page).getByRole("link", { name: "Last job: up, succeeded" }));
  expect(await isLive()).toBe(Boolean(javaScriptEnabled));
  expect(await head.simulator.cluster()).toBe("up");
  await expect(card(page).getByRole("link", { name: "Last job" })).toHaveAttribute("href", `/jobs/${up}`);

  await card(page).getByRole("link", { name: "Destroy…" }).click();
  await expect(page.getByRole("heading", { name: `Destroy ${CLUSTER}?` })).toBeVisible();
  await expect(page.getByRole("region", { name: "What is removed" })).toContainText("its machines");
  await expect(page.getByRole("region", { name: "What stays" })).toContainText("the jobs and their check-ins");
  await expect(page.getByText("This stops $0.036/h.")).toBeVisible();
  await page.getByRole("button", { name: "Destroy cluster" }).click();
  await arrivedAtJob(page);

  await page.getByRole("link", { name: "Clusters", exact: true }).click();
  await comes(cardIn(page, "Destroying"));
  await comes(cardIn(page, "Down"));
  expect(await head.simulator.cluster()).toBe("none");
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release", "destroy-release", "destroy-cluster"]);
});

test("another size on a cluster that is up is offered as a replacement, which then happens", async ({
  page,
  comes,
  head,
}) => {
  await head.run({ routine: "up", size: "s" });
  await page.goto("/");
  await card(page).getByRole("link", { name: "Change size…" }).click();
  await expect(page.getByRole("heading", { name: `Replace ${CLUSTER} by another size?` })).toBeVisible();
  const warning = page.getByRole("region", { name: "What happens" });
  await expect(warning).toContainText("A size cannot be changed in place: the cluster is replaced.");
  await expect(warning).toContainText("Its machines are destroyed");
  await expect(size(page, "s")).not.toBeChecked();
  await expect(page.getByText("m: $0.013/h more than now")).toBeVisible();
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release"]);

  await size(page, "m").check();
  await page.getByRole("button", { name: "Replace cluster" }).click();
  const number = await arrivedAtJob(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`resize on ${CLUSTER}`);
  await page.getByRole("link", { name: "Clusters", exact: true }).click();
  await comes(cardIn(page, "Destroying"));
  await comes(cardIn(page, "Provisioning"));
  await comes(cardIn(page, "Up"));
  await expect(cardIn(page, "Up")).toContainText("· m · $0.036/h");
  await head.untilEnded(number);
  expect((await head.simulator.ran()).slice(2)).toEqual([
    "destroy-release",
    "destroy-cluster",
    "release-cluster",
    "release",
  ]);
  expect((await head.simulator.runs()).at(-1)?.parameters).toMatchObject({
    "kubernetes-cluster-droplet-size": "s-2vcpu-4gb",
  });
});
