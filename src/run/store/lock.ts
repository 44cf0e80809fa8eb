import { randomBytes } from "node:crypto";
import { link, open, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { EvalhError, hasErrno } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { storeError } from "./line-file.ts";

/** A takeover lasts milliseconds; one this old was left by a process that died in it. */
const TAKEOVER_MS = 10_000;
const TAKEOVER_POLL_MS = 20;
const ATTEMPTS = 50;

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** When the process began, in clock ticks since boot, so that a reused pid is not taken for the holder. */
  readonly started: string | null;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

/**
 * Takes the exclusive lock of a run folder. A lock whose holder died on this host is taken over; a holder on another
 * host cannot be looked at, so its lock stands until the user removes it.
 * @throws EvalhError E_RUN_LOCKED naming the holder
 */
export async function lockRun(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, "lock");
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    started: await startOf(process.pid),
    token: randomBytes(8).toString("hex"),
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(path, own)) return { [Symbol.asyncDispose]: () => release(path, own) };
    const holder = await readHolder(path);
    if (holder !== null && !(await isDead(holder))) throw locked(path, holder);
    await removeStale(path);
  }
  throw new EvalhError("E_RUN_LOCKED", `cannot take the lock ${path}: other processes keep taking it`);
}

/** Whether somebody works on a run, as far as can be seen: a holder on another host is taken to be alive. */
export async function isLocked(folder: string): Promise<boolean> {
  const holder = await readHolder(join(folder, "lock"));
  return holder !== null && !(await isDead(holder));
}

/** A hard link either appears with its whole content or fails, also over NFS. */
async function create(path: string, own: Holder): Promise<boolean> {
  const draft = `${path}.${own.token}`;
  try {
    await writeFile(draft, JSON.stringify(own));
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasErrno(error, "EEXIST")) return false;
    throw storeError("write", path, error);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/**
 * Removes a dead holder's lock. Whoever does so holds a second lock meanwhile and looks again under it: otherwise one
 * process could remove the lock that another has just taken over.
 */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) throw storeError("write", guard, error);
    const info = await stat(guard).catch(() => null);
    if (info !== null && Date.now() - info.mtimeMs > TAKEOVER_MS) await unlink(guard).catch(() => undefined);
    else await setTimeout(TAKEOVER_POLL_MS);
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder === null || (await isDead(holder))) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(guard).catch(() => undefined);
  }
}

async function release(path: string, own: Holder): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === own.token) await unlink(path).catch(() => undefined);
}

/** Null for a lock that is gone or does not read as one. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isJsonObject(value)) return null;
    const { pid, host, since, started, token } = value;
    if (typeof pid !== "number" || typeof host !== "string" || typeof since !== "string") return null;
    const text = (each: unknown): string | null => (typeof each === "string" ? each : null);
    return { pid, host, since, started: text(started), token: text(token) ?? "" };
  } catch {
    return null;
  }
}

async function isDead(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return hasErrno(error, "ESRCH");
  }
  const started = await startOf(holder.pid);
  return started !== null && holder.started !== null && started !== holder.started;
}

/** Field 22 of /proc/PID/stat; null where there is no such file (not Linux). */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function locked(path: string, holder: Holder): EvalhError {
  return new EvalhError(
    "E_RUN_LOCKED",
    `the run is being written by process ${holder.pid} on ${holder.host} since ${holder.since}`,
    {
      place: { file: path },
      hint: `wait for it or stop it; if ${holder.host} is gone for good, delete the lock file`,
    },
  );
}
