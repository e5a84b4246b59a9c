// The simulators behind the scenes: what really ran, what stands in the cloud, and what is to go wrong.

import { expect } from "@playwright/test";

/** A run that a provider really started, whatever it answered. */
interface Run {
  service: string;
  project: string;
  branch: string | null;
  parameters: Record<string, unknown>;
  state: string;
}

interface Fault {
  service: string;
  endpoint: string;
  fault: string;
  nth?: number;
  /** From then on, not only once. */
  every?: boolean;
  branch?: string;
}

export class Simulator {
  constructor(readonly url: string) {}

  async runs(): Promise<Run[]> {
    return (await (await fetch(`${this.url}/_runs`)).json()).items;
  }

  /** What ran, in order, each by its branch or, without one, by its project. */
  async ran(): Promise<string[]> {
    return (await this.runs()).map(({ branch, project }) => branch ?? project);
  }

  /** What stands in the cloud: `none`, `creating`, `up` or `destroying`. */
  async cluster(): Promise<string> {
    return (await (await fetch(`${this.url}/_world`)).json()).cluster;
  }

  async inject(fault: Fault): Promise<void> {
    const answer = await fetch(`${this.url}/_faults`, { method: "POST", body: JSON.stringify(fault) });
    expect(answer.status, await answer.text()).toBe(201);
  }

  /** The next destroy succeeds, and the load balancer and the volume of the workloads stay in the cloud. */
  async leaveThingsBehind(): Promise<void> {
    for (const branch of ["destroy-release", "destroy-cluster"]) {
      await this.inject({ service: "circleci", endpoint: "trigger", fault: "leftovers", branch });
    }
  }

  /** Lets simulated time pass at once. Its dates run ahead of ours by what that is at its speed. */
  async advance(seconds: number): Promise<void> {
    const answer = await fetch(`${this.url}/_advance`, { method: "POST", body: JSON.stringify({ seconds }) });
    expect(answer.status, await answer.text()).toBe(204);
  }

  async reset(): Promise<void> {
    await fetch(`${this.url}/_reset`, { method: "POST" });
  }
}
