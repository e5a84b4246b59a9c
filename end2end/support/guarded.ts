// A server outside of the demo, where one has to sign in. Its tokens lead nowhere, so no job is started on it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Api } from "./api";
import { test as base } from "./browser";
import { database } from "./environment";
import { freePort, Program, START_LIMIT } from "./program";

export const PASSWORD = "a password for the tests";
const API_TOKEN = "a-token-for-the-programs-of-the-tests";

interface GuardedHead {
  url: string;
  api: Api;
}

/** `guarded` is the server of this worker; pages are opened relative to it. */
export const test = base.extend<object, { guarded: GuardedHead }>({
  guarded: [
    async ({}, use, worker) => {
      const folder = join(worker.project.outputDir, `worker-${worker.workerIndex}`);
      mkdirSync(folder, { recursive: true });
      const port = String(await freePort());
      // A browser keeps a cookie that asks for TLS also without it, if it comes from this name.
      const url = `http://localhost:${port}`;
      const server = await Program.start(
        join(folder, "server.log"),
        ["serve", "--host", "127.0.0.1", "--port", port],
        {
          DATABASE_URL: database(worker.workerIndex),
          CLUSTER_HEAD_PASSWORD: PASSWORD,
          CLUSTER_HEAD_API_TOKEN: API_TOKEN,
          CIRCLECI_TOKEN: "leads-nowhere",
          TRAVIS_TOKEN: "leads-nowhere",
          SLK_SLACK_TOKEN_OUTGOING_LAUNCH: "leads-nowhere",
        },
        `${url}/readyz`,
      );
      await use({ url, api: new Api(url, API_TOKEN) });
      await server.end();
    },
    { scope: "worker", timeout: 2 * START_LIMIT },
  ],
  baseURL: async ({ guarded }, use) => use(guarded.url),
});

export { expect } from "@playwright/test";
