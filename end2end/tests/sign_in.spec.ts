// Who may look and act outside of the demo: the operator, once signed in, and programs with the token. Nobody else.

import { type Page } from "@playwright/test";

import { Api, CLUSTER } from "../support/api";
import { expect, PASSWORD, test } from "../support/guarded";

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a stranger is sent to sign in, and then comes to the page that was asked for", async ({ page }) => {
  await page.goto(`/jobs?cluster=${CLUSTER}`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByLabel("Password")).toBeFocused();

  await signIn(page, "not the password");
  await expect(page.getByRole("alert")).toHaveText("The password does not match.");
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription("The password does not match.");
  await expect(page).toHaveTitle("Error: Sign in – Cluster Head");

  await signIn(page, PASSWORD);
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/jobs\\?cluster=${CLUSTER}$`));
  await expect(page.getByText("Demo:")).toBeHidden();
});

test("signing out ends the session, also for whoever has kept the cookie", async ({ page, playwright, guarded }) => {
  await page.goto("/");
  await signIn(page, PASSWORD);
  await expect(page.getByRole("heading", { level: 1, name: "Clusters" })).toBeVisible();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: "__Host-cluster_head", secure: true, httpOnly: true, sameSite: "Lax" });
  const thief = await playwright.request.newContext({
    baseURL: guarded.url,
    extraHTTPHeaders: { Cookie: `${cookie?.name}=${cookie?.value}`, Accept: "text/html" },
  });
  expect((await thief.get("/jobs", { maxRedirects: 0 })).status()).toBe(200);

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login$/);
  expect(await page.context().cookies()).toEqual([]);
  const answer = await thief.get("/jobs", { maxRedirects: 0 });
  expect([answer.status(), answer.headers()["location"]]).toEqual([303, "/login?next=%2Fjobs"]);
  await page.goto("/");
  await expect(page).toHaveURL(/\/login$/);
  await thief.dispose();
});

test("a page that is open when its session ends says so and leads back", async ({ page, context, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, "without script a page learns it when it is refreshed");
  await page.clock.install();
  await page.goto("/jobs");
  await signIn(page, PASSWORD);
  const elsewhere = await context.newPage();
  await elsewhere.goto("/");
  await expect(page.getByRole("banner").getByText("Live")).toBeVisible();
  await elsewhere.getByRole("button", { name: "Sign out" }).click();
  await expect(elsewhere).toHaveURL(/\/login$/);
  // The server looks at sessions once a minute. A stream that is silent for half a minute is opened anew.
  await page.clock.fastForward(35_000);
  await expect(page.getByText("Your session ended.")).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, PASSWORD);
  await expect(page).toHaveURL(/\/jobs$/);
});

test("programs need the right token", async ({ guarded }) => {
  expect((await guarded.api.send(`/clusters/${CLUSTER}`)).status).toBe(200);
  expect((await fetch(`${guarded.url}/api/v1/clusters`)).status).toBe(401);
  for (const token of ["demo", "", "a-token-for-the-programs-of-the-test"]) {
    const refused = await new Api(guarded.url, token).send("/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ routine: "up", cluster: CLUSTER }),
    });
    expect(refused.status, token).toBe(401);
    expect((await refused.json()).error.code).toBe("unauthorized");
  }
  expect((await (await guarded.api.send("/jobs")).json()).items).toEqual([]);
});
