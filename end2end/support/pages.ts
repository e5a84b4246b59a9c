// The parts of a page as a person would name them.

import { expect, type Locator, type Page } from "@playwright/test";

import { CLUSTER } from "./api";

/** The second line of a card in each state. */
const LINES = {
  Down: "No machines. Costs nothing.",
  Provisioning: "Creating machines",
  Up: "Up since",
  Destroying: "Removing machines",
};

/** A step is at work, whether its run is still queued or has begun. */
export const AT_WORK = /Waiting|Running/;

/** Stands beside every sum. */
export const ESTIMATE = /Estimate from DigitalOcean's list prices of \d{4}-\d\d-\d\d/;

export type ClusterState = keyof typeof LINES;

/** The card of the cluster, on the first page and on its own. */
export function card(page: Page): Locator {
  return page.getByRole("article", { name: CLUSTER });
}

/** The card once the cluster is in this state, in a word and in a line. */
export function cardIn(page: Page, state: ClusterState): Locator {
  const word = page.getByText(state, { exact: true });
  return card(page).filter({ has: word }).filter({ hasText: LINES[state] });
}

export function size(within: Page | Locator, name: "s" | "m" | "l"): Locator {
  return within.getByRole("radio", { name: new RegExp(`^${name}\\b`) });
}

/** The step of a job once it is in this state. */
export function step(page: Page, title: string, state: string | RegExp): Locator {
  return page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: title }) })
    .filter({ hasText: state });
}

/** What a job waits to be told. */
export function question(page: Page): Locator {
  return page.getByRole("region", { name: /^Waits for an answer/ });
}

export function owed(page: Page): Locator {
  return page.getByRole("region", { name: "Owed" });
}

export function outcome(page: Page): Locator {
  return page.getByRole("region", { name: "Outcome" });
}

/** The same once it is proven that the cluster is gone, which takes a little longer than the job. */
export function settledOutcome(page: Page): Locator {
  return outcome(page).filter({ hasText: "Nothing is owed any more." });
}

/** A row in a list of jobs once the job is in this state. */
export function row(page: Page, number: number, state: string): Locator {
  return page
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name: new RegExp(`^#${number} `) }) })
    .filter({ hasText: state });
}

/** What a form that came back says at its top. */
export function problem(page: Page): Locator {
  return page.getByRole("region", { name: "There is a problem" });
}

/** The job on whose page the browser has arrived. */
export async function arrivedAtJob(page: Page): Promise<number> {
  await expect(page).toHaveURL(/\/jobs\/\d+$/);
  return Number(page.url().split("/").at(-1));
}

/** Remembers this document; afterwards says whether it is still the same one. */
export async function isNeverLeft(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { isTheSame: true }));
  return () => page.evaluate(() => "isTheSame" in window);
}
