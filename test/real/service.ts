import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/** Ports of 127.0.0.1 that nobody listens on, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** A server that is up. Disposing ends it, and whatever it started. */
export interface Service extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly url: string;
}

interface Start {
  /** Arguments of the program for a port. */
  readonly args: (port: number) => readonly string[];
  /** Path that answers with success once it is up. */
  readonly ready: string;
  readonly env?: (port: number) => Readonly<Record<string, string>>;
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Ends a process group: servers start processes of their own, which outlive a parent that is killed. */
export async function endGroup(service: ChildProcess): Promise<void> {
  const hasEnded = service.exitCode !== null || service.signalCode !== null;
  const ended = hasEnded ? Promise.resolve() : once(service, "close");
  for (const [signal, patience] of [
    ["SIGTERM", 10_000],
    ["SIGKILL", 5000],
  ] as const) {
    try {
      process.kill(-(service.pid ?? 0), signal);
    } catch {
      // All of the group has ended.
      return;
    }
    await Promise.race([ended, setTimeout(patience, undefined, { ref: false })]);
  }
}

/** Starts a server and waits until it is up. Its last words are in the error if it ends before. */
export async function startService(program: string, { args, ready, env }: Start): Promise<Service> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const service = spawn(program, args(port), {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env?.(port) },
  });
  let log = "";
  for (const stream of [service.stdout, service.stderr]) {
    stream.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  }
  while (!(await isUp(url + ready))) {
    if (service.exitCode !== null || service.signalCode !== null) throw new Error(`${program} ended:\n${log}`);
    await setTimeout(200);
  }
  return { url, [Symbol.asyncDispose]: () => endGroup(service) };
}
