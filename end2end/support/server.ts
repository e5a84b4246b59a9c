// A server of its own for each worker of Playwright: its own database, its own simulators, free loopback ports.
// The server can be killed and started again while the simulators, the outside world, go on.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "@playwright/test";

import { type Ask, Api, type Job } from "./api";
import { environment } from "./environment";
import { freePort, Program } from "./program";
import { Simulator } from "./simulator";

/** In seconds: how long the jobs stand still after a kill. Usually that is three times as long. */
const LEASE = "10";

/** In simulated seconds: how much time passes at once, again and again, while nobody looks. */
const AT_EACH_LOOK = 60;

interface Options {
  database: string;
  /** Where the logs go. */
  folder: string;
  /** How many times faster than life the simulators run. */
  speed: number;
  /** How long a destroy that somebody asked for waits and can be stopped. */
  undo: string;
  /** What the config says beside that and what the shipped one does. */
  moreConfig: string;
}

export class ClusterHead {
  readonly api: Api;
  private server?: Program;

  private constructor(
    /** The address of the pages. */
    readonly url: string,
    readonly simulator: Simulator,
    private readonly simulators: Program,
    private readonly options: Options,
  ) {
    this.api = new Api(url);
  }

  static async start(options: Options): Promise<ClusterHead> {
    mkdirSync(options.folder, { recursive: true });
    const port = String(await freePort());
    const outside = `http://127.0.0.1:${port}`;
    const simulators = await Program.start(
      join(options.folder, "simulator.log"),
      ["simulate", "--port", port, "--speed", String(options.speed)],
      {},
      `${outside}/_log`,
    );
    // Not before: a port that nobody listens on yet may be given to another worker meanwhile.
    const url = `http://127.0.0.1:${await freePort()}`;
    const head = new ClusterHead(url, new Simulator(outside), simulators, options);
    try {
      await head.restart();
    } catch (error) {
      await head.stop();
      throw error;
    }
    return head;
  }

  /** Kills the server as a crash would: nothing is finished, nothing is said. */
  async kill9(): Promise<void> {
    await this.server?.end("SIGKILL");
    this.server = undefined;
  }

  /** Starts the server on the same database and port, after stopping the one that runs. */
  async restart(): Promise<void> {
    await this.server?.end();
    const { hostname, port } = new URL(this.url);
    this.server = await Program.start(
      join(this.options.folder, "server.log"),
      ["serve", "--demo", "--simulator", this.simulator.url, "--host", hostname, "--port", port, "--lease", LEASE],
      { DATABASE_URL: this.options.database, CLUSTER_HEAD_CONFIG: this.config() },
      `${this.url}/readyz`,
    );
  }

  private config(): string {
    const file = join(this.options.folder, "cluster-head.toml");
    const shipped = readFileSync(environment("CLUSTER_HEAD_CONFIG"), "utf8");
    const { undo, moreConfig } = this.options;
    writeFileSync(file, `${shipped}\n[pace]\nundo = "${undo}"\n${moreConfig}`);
    return file;
  }

  /** Starts a job that is not what the test is about, and sees to it that it has succeeded soon. */
  async run(ask: Ask): Promise<Job> {
    const { number } = await this.api.start(ask);
    await this.untilEnded(number);
    const job = await this.api.job(number);
    expect(job.state, job.outcome ?? "").toBe("succeeded");
    return job;
  }

  /** Lets time pass until a job has ended of which nobody watches the rest. */
  untilEnded(number: number): Promise<void> {
    return this.api.untilEnded(number, () => this.simulator.advance(AT_EACH_LOOK));
  }

  /** The beginning that every test knows: no job at work, the cluster down, nothing owed, and nothing ever ran outside. */
  async clear(): Promise<void> {
    await this.api.deleteSchedules();
    for (const { number } of await this.api.unfinished()) {
      await this.untilEnded(number);
    }
    if ((await this.api.cluster()).state !== "down") {
      await this.run({ routine: "down" });
    }
    await this.api.untilNothingIsOwed();
    await this.simulator.reset();
  }

  /** Stops the server, then the simulators. */
  async stop(): Promise<void> {
    await this.server?.end();
    await this.simulators.end();
  }
}
