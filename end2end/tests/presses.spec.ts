// Presses that must not do what they seem to: twice the same, too late, or never meant so by the page.

import { type Page } from "@playwright/test";

import { CLUSTER } from "../support/api";
import { arrivedAtJob, card, problem, size } from "../support/pages";
import { expect, test } from "../support/test";

const NO_HOPS = { maxRedirects: 0 };

const start = (page: Page) => card(page).getByRole("button", { name: /^Start cluster/ });

test("a double press on Start is one job", async ({ page, head }) => {
  const before = (await head.api.jobs()).length;
  await page.goto("/");
  await start(page).dblclick();
  const number = await arrivedAtJob(page);
  expect((await head.api.jobs()).length - before).toBe(1);
  await head.untilEnded(number);
  expect(await head.simulator.ran()).toEqual(["release-cluster", "release"]);
});

test("the same form in two tabs, or sent again from the history, is the same job", async ({ page, head }) => {
  const before = (await head.api.jobs()).length;
  await page.goto("/");
  const form = await fieldsOfStartForm(page);
  const answers = await Promise.all([1, 2, 3].map(() => page.request.post("/actions/start-cluster", { form, ...NO_HOPS })));
  const places = answers.map((answer) => answer.headers()["location"]);
  expect(answers.map((answer) => answer.status())).toEqual([303, 303, 303]);
  expect(new Set(places).size).toBe(1);
  expect(places[0]).toMatch(/^\/jobs\/\d+$/);
  expect((await head.api.jobs()).length - before).toBe(1);
});

test("a press on a page from before a change starts nothing and says what has changed", async ({ page, head }) => {
  await page.goto(`/clusters/${CLUSTER}/start`);
  const stale = await fieldsOfStartForm(page);
  const { number } = await head.run({ routine: "up", size: "s" });
  const answer = await page.request.post("/actions/start-cluster", { form: stale, ...NO_HOPS });
  await page.goto(answer.headers()["location"] ?? "");
  await expect(problem(page)).toContainText(
    `${CLUSTER} had changed since you saw it: it is up now. Nothing was started. Look again, then decide.`,
  );
  await expect(page).toHaveTitle(/^Error: /);
  expect((await head.api.jobs())[0]?.number).toBe(number);
});

test("a size that is none leads back to the form, which says so, and starts nothing", async ({ page, head }) => {
  const before = (await head.api.jobs()).length;
  await page.goto(`/clusters/${CLUSTER}/start`);
  await size(page, "m").check();
  await size(page, "m").evaluate((radio: HTMLInputElement) => (radio.value = "xl"));
  const answer = page.waitForResponse((response) => response.url().includes("/start?"));
  await page.getByRole("button", { name: /^Start cluster/ }).click();
  expect((await answer).status()).toBe(422);
  await expect(problem(page)).toContainText("\"xl\"");
  await expect(problem(page)).toContainText("s, m, l");
  await expect(problem(page)).toContainText("Nothing was started.");
  await expect(page).toHaveTitle(/^Error: /);
  expect((await head.api.jobs()).length).toBe(before);
});

test("a cluster that somebody else started is destroyed only under its right name", async ({ page, head }) => {
  const kkk = { token: "demo", user_name: "mira", text: "kkk:s" };
  await fetch(`${head.url}/slack/provision`, { method: "POST", body: new URLSearchParams(kkk) });
  const [started] = await head.api.unfinished();
  await head.untilEnded(started?.number ?? 0);

  await page.goto(`/clusters/${CLUSTER}/destroy`);
  await expect(page.getByRole("region", { name: "Who uses it now" })).toContainText("It was started by mira");
  const name = page.getByLabel(`Type ${CLUSTER} to destroy it`);
  await name.fill("iriversland");
  await page.getByRole("button", { name: "Destroy cluster" }).click();
  await expect(problem(page)).toContainText(`The name does not match. Type ${CLUSTER}, exactly. Nothing was started.`);
  await expect(name).toHaveValue("iriversland");
  await expect(name).toHaveAccessibleDescription("The name does not match.");
  expect((await head.api.jobs())[0]?.number).toBe(started?.number);

  await name.fill(CLUSTER);
  await page.getByRole("button", { name: "Destroy cluster" }).click();
  const number = await arrivedAtJob(page);
  await head.untilEnded(number);
  expect((await head.api.cluster()).state).toBe("down");
});

/** What a browser would send for the form of the page that it shows. */
async function fieldsOfStartForm(page: Page): Promise<Record<string, string>> {
  const button = page.getByRole("button", { name: /^Start cluster/ });
  return button.evaluate((button: HTMLButtonElement) => {
    const fields = new FormData(button.form ?? undefined);
    return Object.fromEntries([...fields].map(([name, value]) => [name, String(value)]));
  });
}
