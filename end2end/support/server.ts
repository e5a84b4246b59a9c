// A server of its own for each worker of Playwright: its own database, its own simulators, free loopback ports.
// The server can be killed and started again while the simulators, the outside world, go on.

import { test as base } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { database, environment } from "./environment";

/** How many times faster than life the simulators of the tests run. */
const SPEED = 60;
const START_LIMIT = 30_000;
const STOP_LIMIT = 15_000;

/** A worker that is ended in the middle leaves nothing running. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

interface Options {
  database: string;
  /** Where the logs go. */
  folder: string;
  speed?: number;
}

export class ClusterHead {
  private server?: ChildProcess;

  private constructor(
    /** The address of the pages. */
    readonly url: string,
    /** The address of the simulators: `/_log`, `/_faults` and `/_reset` are theirs. */
    readonly simulator: string,
    private readonly simulators: ChildProcess,
    private readonly options: Options,
  ) {}

  static async start(options: Options): Promise<ClusterHead> {
    mkdirSync(options.folder, { recursive: true });
    const [port, simulatorPort] = [await freePort(), await freePort()];
    const simulators = launch(options, "simulator", [
      "simulate",
      "--port",
      String(simulatorPort),
      "--speed",
      String(options.speed ?? SPEED),
    ]);
    const head = new ClusterHead(
      `http://127.0.0.1:${port}`,
      `http://127.0.0.1:${simulatorPort}`,
      simulators,
      options,
    );
    try {
      await until(simulators, `${head.simulator}/_log`, head.logOf("simulator"));
      await head.restart();
    } catch (error) {
      await head.stop();
      throw error;
    }
    return head;
  }

  /** Kills the server as a crash would: nothing is finished, nothing is said. */
  async kill9(): Promise<void> {
    await end(this.server, "SIGKILL");
    this.server = undefined;
  }

  /** Starts the server on the same database and port, after stopping the one that runs. */
  async restart(): Promise<void> {
    await end(this.server, "SIGTERM");
    this.server = launch(
      this.options,
      "server",
      ["serve", "--demo", "--simulator", this.simulator, "--host", "127.0.0.1", "--port", new URL(this.url).port],
      { DATABASE_URL: this.options.database },
    );
    await until(this.server, `${this.url}/healthz`, this.logOf("server"));
  }

  /** Stops the server, then the simulators. */
  async stop(): Promise<void> {
    await end(this.server, "SIGTERM");
    await end(this.simulators, "SIGTERM");
  }

  private logOf(name: string): string {
    return join(this.options.folder, `${name}.log`);
  }
}

/** `head` is the server of this worker; pages are opened relative to it. */
export const test = base.extend<object, { head: ClusterHead }>({
  head: [
    async ({}, use, worker) => {
      const head = await ClusterHead.start({
        database: database(worker.workerIndex),
        folder: join(worker.project.outputDir, `worker-${worker.workerIndex}`),
      });
      await use(head);
      await head.stop();
    },
    { scope: "worker", timeout: 2 * START_LIMIT },
  ],
  baseURL: async ({ head }, use) => use(head.url),
});

export { expect } from "@playwright/test";

function launch(options: Options, name: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const log = openSync(join(options.folder, `${name}.log`), "a");
  const child = spawn(environment("CLUSTER_HEAD_BIN"), args, {
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Waits until the address answers 200; fails at once when the process ends before. */
async function until(child: ChildProcess, address: string, log: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  while (Date.now() < deadline && !hasEnded(child)) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await pause(50);
  }
  throw new Error(`${address} does not answer. The last lines of ${log}:\n${lastLines(log)}`);
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || hasEnded(child)) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT);
  await ended;
  clearTimeout(killer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function lastLines(log: string): string {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-20).join("\n");
}
