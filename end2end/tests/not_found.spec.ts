// Addresses that lead nowhere: a page with words and a way on, and a status that programs understand.

import { expect, test } from "../support/test";

const NOWHERE = {
  "/jobs/999999": "There is no job 999999.",
  "/jobs/abc": "There is no job abc.",
  "/jobs/99999999999999999999": "There is no job 99999999999999999999.",
  "/clusters/atlantis": 'There is no cluster "atlantis". Known clusters: iriversland2.',
  "/clusters/atlantis/start": 'There is no cluster "atlantis". Known clusters: iriversland2.',
  "/clusters/%3Cscript%3E/destroy": 'There is no cluster "<script>". Known clusters: iriversland2.',
  "/no/such/page": "No page has this address.",
};

for (const [path, words] of Object.entries(NOWHERE)) {
  test(`${path} says that it leads nowhere`, async ({ page }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(404);
    await expect(page).toHaveTitle("Page not found – Cluster Head");
    await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
    await expect(page.getByText(words)).toBeVisible();
    await page.getByRole("main").getByRole("link", { name: "Clusters" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Clusters" })).toBeVisible();
  });
}

test("a routine, cluster or size that means nothing is refused to programs with the known ones", async ({ head }) => {
  const before = (await head.api.jobs()).length;
  for (const [ask, code, known] of [
    [{ routine: "giude" }, "unknown_routine", "guide"],
    [{ routine: "up", cluster: "atlantis" }, "unknown_cluster", "iriversland2"],
    [{ routine: "up", size: "xl" }, "unknown_size", "l"],
  ] as const) {
    const refused = await head.api.send("/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ cluster: "iriversland2", ...ask }),
    });
    expect(refused.status, code).toBe(422);
    const { error } = await refused.json();
    expect(error.code).toBe(code);
    expect(error.known).toContain(known);
  }
  expect((await head.api.jobs()).length).toBe(before);
});
