// The browser of a worker.

import { test as base, type Browser } from "@playwright/test";

/** A Chromium that dies while it starts says nothing about the pages, so another one is started. */
const MOST_LAUNCHES = 3;

export const test = base.extend<object, object>({
  browser: [
    async ({ playwright, browserName, launchOptions }, use) => {
      const browser = await launched(() => playwright[browserName].launch(launchOptions));
      await use(browser);
      await browser.close();
    },
    { scope: "worker", timeout: 0 },
  ],
});

async function launched(launch: () => Promise<Browser>): Promise<Browser> {
  for (let attempt = 1; attempt < MOST_LAUNCHES; attempt++) {
    const browser = await launch().catch(() => undefined);
    if (browser) {
      return browser;
    }
  }
  return launch();
}
