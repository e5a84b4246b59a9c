// A program of the product as a process of its own: started, awaited, ended, and its log kept for whoever has to look.

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { environment } from "./environment";

export const START_LIMIT = 30_000;
const STOP_LIMIT = 15_000;
/** A program that takes a connection and then says nothing is asked again. */
const ANSWER_LIMIT = 2_000;

/** A worker that is ended in the middle leaves nothing running. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Program {
  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
  ) {}

  /** Starts the product's binary and waits until `address` answers. */
  static async start(log: string, args: string[], env: Record<string, string>, address: string): Promise<Program> {
    const file = openSync(log, "a");
    const child = spawn(environment("CLUSTER_HEAD_BIN"), args, {
      stdio: ["ignore", file, file],
      env: { ...process.env, ...env },
    });
    closeSync(file);
    running.add(child);
    child.once("exit", () => running.delete(child));
    const program = new Program(child, log);
    await program.answers(address);
    return program;
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.hasEnded()) {
      return;
    }
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    const killer = setTimeout(() => this.child.kill("SIGKILL"), STOP_LIMIT);
    await ended;
    clearTimeout(killer);
  }

  private hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits for an answer of 200; fails at once when the process ends before. */
  private async answers(address: string): Promise<void> {
    const deadline = Date.now() + START_LIMIT;
    while (Date.now() < deadline && !this.hasEnded()) {
      const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_LIMIT) }).catch(() => undefined);
      if (answer?.ok) {
        return;
      }
      await pause(50);
    }
    await this.end("SIGKILL");
    throw new Error(`${address} does not answer. The last lines of ${this.log}:\n${lastLines(this.log)}`);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function lastLines(log: string): string {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-20).join("\n");
}
