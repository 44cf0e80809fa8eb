import files, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

import { numpyMt19937 } from "../../../src/stats/mt19937.ts";

/** How often each operation of the file system fails, 0..1, and where. */
export interface FaultPlan {
  readonly seed: number;
  readonly rate: number;
  /** Only files below this folder. */
  readonly under: string;
}

export interface Faults extends Disposable {
  /** Code or "SHORT" → how often it was injected. */
  readonly injected: ReadonlyMap<string, number>;
}

type Operation = (this: unknown, ...args: never[]) => Promise<unknown>;
type Table = Record<string, Operation>;

const messages: Readonly<Record<string, [number, string]>> = {
  ENOSPC: [-28, "no space left on device"],
  EIO: [-5, "i/o error"],
  EMFILE: [-24, "too many open files"],
};

function failure(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  const [errno = 0, text = ""] = messages[code] ?? [];
  return Object.assign(new Error(`${code}: ${text}, ${syscall} '${path}'`), { code, errno, syscall, path });
}

/**
 * Puts a layer under everything that imports `node:fs/promises`: a full disk, a broken one, too many open files, writes
 * that take only a part (with and without an error), a sync that fails. What is not disturbed goes to the real files.
 * Until it is disposed of it holds for the whole process.
 */
export async function injectFaults({ seed, rate, under }: FaultPlan): Promise<Faults> {
  const random = numpyMt19937(seed);
  const injected = new Map<string, number>();
  const paths = new WeakMap<object, string>();
  /** One of the faults, or null for none; counted. */
  const draw = (path: unknown, kinds: readonly string[]): string | null => {
    if (typeof path !== "string" || !path.startsWith(under) || random.double() >= rate) return null;
    const kind = kinds[Math.floor(random.double() * kinds.length)] ?? null;
    if (kind !== null) injected.set(kind, (injected.get(kind) ?? 0) + 1);
    return kind;
  };
  const restore: (() => void)[] = [];
  const replace = (table: Table, name: string, make: (real: Operation) => Operation): void => {
    const real = table[name] as Operation;
    table[name] = make(real);
    restore.push(() => (table[name] = real));
  };
  const module = files as unknown as Table;
  const probe = await files.open(process.execPath, "r");
  const handle = Object.getPrototypeOf(probe) as Table;
  await probe.close();

  const failing =
    (name: string, kinds: readonly string[]) =>
    (real: Operation): Operation =>
      async function (this: unknown, ...args: never[]) {
        const kind = draw(args[0], kinds);
        if (kind !== null) throw failure(kind, name, String(args[0]));
        return real.apply(this, args);
      };
  replace(module, "open", (real) => async (...args: never[]) => {
    const kind = draw(args[0], ["EMFILE", "ENOSPC", "EIO"]);
    if (kind !== null) throw failure(kind, "open", String(args[0]));
    const opened = (await real(...args)) as FileHandle;
    paths.set(opened, String(args[0]));
    return opened;
  });
  replace(module, "writeFile", (real) => async (...args: never[]) => {
    const [path, content, ...rest] = args as unknown as [string, string | Buffer];
    const kind = draw(path, ["ENOSPC", "EIO"]);
    if (kind === null) return real(...args);
    await real(...([path, content.slice(0, content.length >> 1), ...rest] as unknown as never[]));
    throw failure(kind, "write", path);
  });
  for (const name of ["rename", "link", "mkdir"]) replace(module, name, failing(name, ["ENOSPC", "EIO"]));
  replace(
    handle,
    "write",
    (real) =>
      async function (this: unknown, ...args: never[]) {
        const path = paths.get(this as object);
        const kind = draw(path, ["ENOSPC", "EIO", "SHORT", "SHORT"]);
        if (kind === null) return real.apply(this, args);
        const [bytes, start, length] = args as unknown as [Buffer, number, number];
        const part = Math.floor(random.double() * length);
        const written = await real.apply(this, [bytes, start, part] as unknown as never[]);
        if (kind !== "SHORT") throw failure(kind, "write", path ?? "");
        return written;
      },
  );
  for (const name of ["datasync", "truncate"]) {
    replace(
      handle,
      name,
      (real) =>
        async function (this: unknown, ...args: never[]) {
          const path = paths.get(this as object);
          if (draw(path, ["EIO"]) !== null) throw failure("EIO", name, path ?? "");
          return real.apply(this, args);
        },
    );
  }
  syncBuiltinESMExports();
  return {
    injected,
    [Symbol.dispose]() {
      for (const undo of restore) undo();
      syncBuiltinESMExports();
    },
  };
}
