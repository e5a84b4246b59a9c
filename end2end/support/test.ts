// What the tests are given: a server in a known state, and a way to wait for a page with script and without.

import { expect, type Locator, type Page } from "@playwright/test";
import { join } from "node:path";

import { test as base } from "./browser";
import { database } from "./environment";
import { START_LIMIT } from "./program";
import { ClusterHead } from "./server";

/** How long a change may take that needs the simulators to get somewhere. */
const LONG = 60_000;

interface OfTest {
  /** Waits until the page shows it: with script by itself, without script by being refreshed. */
  comes: (what: Locator) => Promise<void>;
}

interface OfWorker {
  /** How many times faster than life the simulators run. */
  speed: number;
  /** How long a destroy that somebody asked for waits and can be stopped: a file that asks for more has a worker of its own. */
  undo: string;
  /** What the config says beside what the shipped one does: a file that asks for it has a worker of its own. */
  moreConfig: string;
  /** A file that asks for it has a worker of its own, whose server has never had a job. */
  isFirstUse: boolean;
  /** The server of this worker; pages are opened relative to it. */
  head: ClusterHead;
}

export const test = base.extend<OfTest & { knownBeginning: void }, OfWorker>({
  speed: [120, { option: true, scope: "worker" }],
  undo: ["0s", { option: true, scope: "worker" }],
  moreConfig: ["", { option: true, scope: "worker" }],
  isFirstUse: [false, { option: true, scope: "worker" }],
  head: [
    async ({ speed, undo, moreConfig }, use, worker) => {
      const head = await ClusterHead.start({
        database: database(worker.workerIndex),
        folder: join(worker.project.outputDir, `worker-${worker.workerIndex}`),
        speed,
        undo,
        moreConfig,
      });
      await use(head);
      await head.stop();
    },
    { scope: "worker", timeout: 3 * START_LIMIT },
  ],
  baseURL: async ({ head }, use) => use(head.url),
  knownBeginning: [
    async ({ head }, use) => {
      await head.clear();
      await use();
    },
    { auto: true, timeout: 2 * LONG },
  ],
  comes: async ({ page, javaScriptEnabled }, use) => {
    await use(async (what) => {
      if (javaScriptEnabled) {
        await expect(what).toBeVisible({ timeout: LONG });
      } else {
        await expect(async () => {
          await refresh(page);
          await expect(what).toBeVisible({ timeout: 1 });
        }).toPass({ timeout: LONG, intervals: [250] });
      }
    });
  },
});

export { expect };

/** As a person does it who reads that the page does not update by itself. */
async function refresh(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Refresh", exact: true }).click();
}
