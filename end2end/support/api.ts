// The JSON API, as a program uses it: the quick way to bring a cluster where a test begins, and to see how a job ended.

import { expect } from "@playwright/test";

/** The one cluster of the shipped config. */
export const CLUSTER = "iriversland2";

/** Longer than any job takes at the speed of the tests, kills included. */
const JOB_LIMIT = 120_000;
const BRISKLY = [100];

export interface Ask {
  /** The one of the shipped config unless said. */
  cluster?: string;
  routine: string;
  size?: string;
  service?: string;
  /** How long the cluster stays up: "2h". */
  lifetime?: string;
}

interface Step {
  title: string;
  state: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Job {
  number: number;
  routine: string;
  size: string | null;
  state: string;
  outcome: string | null;
  steps: Step[];
}

export interface Cluster {
  state: string;
  size: string | null;
  /** When it is destroyed at the latest; null once nothing is owed. */
  destroys_at: string | null;
  job: number | null;
  cloud: { resources: { kind: string; id: string }[] } | null;
}

/** What a link shows, as it is asked for. */
export interface Shared {
  cluster?: string;
  job?: number;
  receipt?: number;
  detail?: "summary" | "steps" | "steps_and_log";
  shows_cost?: boolean;
  shows_names?: boolean;
}

export interface Link {
  id: number;
  url: string;
}

export class Api {
  constructor(
    private readonly url: string,
    private readonly token = "demo",
  ) {}

  async start(ask: Ask): Promise<Job> {
    const answer = await this.send("/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ cluster: CLUSTER, ...ask }),
    });
    expect(answer.status, await answer.clone().text()).toBe(201);
    return answer.json();
  }

  async cluster(): Promise<Cluster> {
    return (await this.send(`/clusters/${CLUSTER}`)).json();
  }

  async job(number: number): Promise<Job> {
    return (await this.send(`/jobs/${number}`)).json();
  }

  /** The newest first. */
  async jobs(): Promise<Job[]> {
    return (await (await this.send("/jobs?limit=100")).json()).items;
  }

  async unfinished(): Promise<Job[]> {
    return (await this.jobs()).filter(({ state }) => ["queued", "running", "waiting"].includes(state));
  }

  /** `meanwhile` is done again before each look. */
  async untilEnded(number: number, meanwhile = async () => {}): Promise<void> {
    const look = async () => {
      await meanwhile();
      return (await this.job(number)).state;
    };
    await expect
      .poll(look, { timeout: JOB_LIMIT, intervals: BRISKLY })
      .toMatch(/^(succeeded|failed|cancelled)$/);
  }

  /** Waits until a step is at work, whether its run is still queued or has begun. */
  async untilAtWork(number: number, title: string): Promise<void> {
    let seen = { began: false, ended: false };
    const look = async () => (seen = beganAndEnded(await this.job(number), title));
    await expect.poll(look, { timeout: JOB_LIMIT, intervals: BRISKLY }).toMatchObject({ began: true });
    expect(seen.ended, `${title} is over already`).toBe(false);
  }

  /** Waits until it is proven that nothing is left. */
  async untilNothingIsOwed(): Promise<void> {
    await expect
      .poll(async () => (await this.cluster()).destroys_at, { timeout: JOB_LIMIT, intervals: BRISKLY })
      .toBeNull();
  }

  /** Does something to a job or a cluster. */
  async act(path: string, body: object, status = /^20[0-2]$/): Promise<void> {
    const answer = await this.send(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(String(answer.status), await answer.text()).toMatch(status);
  }

  /** A link with which anybody may read one thing. */
  async share(what: Shared): Promise<Link> {
    const answer = await this.send("/shares", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ label: "for the board", ...what }),
    });
    expect(answer.status, await answer.clone().text()).toBe(201);
    return answer.json();
  }

  async revoke({ id }: Link): Promise<void> {
    expect((await this.send(`/shares/${id}`, { method: "DELETE" })).status).toBe(204);
  }

  /** The number of the newest receipt. */
  async receipt(): Promise<number> {
    return (await (await this.send("/receipts?limit=1")).json()).items[0].number;
  }

  /** Takes over all that the cloud still shows of the cluster. */
  async acceptLeftovers(because: string): Promise<void> {
    for (const { kind, id } of (await this.cluster()).cloud?.resources ?? []) {
      await this.act(`/clusters/${CLUSTER}/leftovers/accept`, { kind, id, because });
    }
  }

  /** So that nothing starts by the clock in the next test. */
  async deleteSchedules(): Promise<void> {
    for (const list of ["schedules", "freezes"]) {
      const { items } = await (await this.send(`/${list}`)).json();
      for (const { id } of items) {
        await this.send(`/${list}/${id}`, { method: "DELETE" });
      }
    }
  }

  send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, Authorization: `Bearer ${this.token}` };
    return fetch(`${this.url}/api/v1${path}`, { ...init, headers });
  }
}

function beganAndEnded(job: Job, title: string): { began: boolean; ended: boolean } {
  const step = job.steps.find((step) => step.title === title);
  return { began: Boolean(step?.started_at), ended: Boolean(step?.finished_at) };
}
