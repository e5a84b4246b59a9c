// Every test runs twice, with script and without: a page has to work before its wasm has arrived.
// Files named `*.script.spec.ts` are about the live parts and run with script only.

import { defineConfig, devices } from "@playwright/test";

import { SWITCHES } from "./support/chromium";
import { environment } from "./support/environment";

const desktop = {
  ...devices["Desktop Chrome"],
  viewport: { width: 1280, height: 900 },
};

/** Pictures are taken on demand only, see there. */
const pictures = { name: "screenshots", testDir: ".", testMatch: "screenshots.ts", use: desktop };

export default defineConfig({
  testDir: "./tests",
  outputDir: "./results/output",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "./results/report.json" }]],
  use: {
    launchOptions: { executablePath: environment("CHROMIUM_BIN"), args: SWITCHES },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "with script", use: desktop },
    {
      name: "without script",
      testIgnore: "**/*.script.spec.ts",
      use: { ...desktop, javaScriptEnabled: false },
    },
    ...(process.env.SCREENSHOTS ? [pictures] : []),
  ],
});
