import { open, type FileHandle } from "node:fs/promises";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { checks, type CheckName } from "./check/index.ts";
import { runChecks, type CheckRequest } from "./check/run-checks.ts";
import { openDataset } from "./index.ts";

/** What was done to the rows. */
export interface Cleaned {
  readonly rows: number;
  readonly kept: number;
  readonly dropped: number;
  readonly repaired: number;
  /** Check → rows it dropped or repaired. */
  readonly byCheck: ReadonlyMap<CheckName, number>;
}

/** One line of the log: which row was touched, why and how. */
interface LogLine {
  readonly row: number;
  readonly line?: number;
  readonly id: string;
  readonly check: CheckName;
  readonly action: "dropped" | "repaired";
  readonly field?: string;
  readonly before?: string;
  readonly after?: string;
}

/** Rows are written in blocks of about this many characters. */
const BLOCK = 1 << 16;

/**
 * Writes a dataset again as JSON Lines, without what the checks of the request object to: texts put right, rows left
 * out. What was done goes to a log beside it. Neither file may exist; the dataset is never written to.
 * @throws EvalhError E_DATASET, E_USAGE if a file exists, E_STORE
 */
export async function cleanDataset(
  request: CheckRequest,
  to: { readonly output: string; readonly log: string },
): Promise<Cleaned> {
  const { drop } = await runChecks(request);
  const repairs = await repairsOf(request.names);
  await using output = await create(to.output);
  await using log = await create(to.log);
  const byCheck = new Map<CheckName, number>(request.names.map((name) => [name, 0]));
  const counts = { rows: 0, kept: 0, dropped: 0, repaired: 0 };
  const rows = writer(output, to.output);
  const lines = writer(log, to.log);
  for await (const row of openDataset(request.dataset)) {
    const about = {
      row: counts.rows + 1,
      ...(row.place.line === undefined ? {} : { line: row.place.line }),
      id: row.id,
    };
    const dropping = request.names.find((name) => repairs.get(name) === undefined && drop.get(name)?.has(counts.rows));
    counts.rows++;
    if (dropping !== undefined) {
      counts.dropped++;
      byCheck.set(dropping, (byCheck.get(dropping) ?? 0) + 1);
      await lines.write({ ...about, check: dropping, action: "dropped" } satisfies LogLine);
      continue;
    }
    const changes: Change[] = [];
    await rows.write(repaired(row.columns, { repairs, id: request.roles.id, changes }));
    counts.kept++;
    counts.repaired += changes.length > 0 ? 1 : 0;
    for (const check of new Set(changes.map((change) => change.check)))
      byCheck.set(check, (byCheck.get(check) ?? 0) + 1);
    for (const change of changes) await lines.write({ ...about, ...change, action: "repaired" } satisfies LogLine);
  }
  await rows.end();
  await lines.end();
  return { ...counts, byCheck };
}

interface Change {
  readonly check: CheckName;
  readonly field: string;
  /** Left out for personal data: the log travels with the data. */
  readonly before?: string;
  readonly after: string;
}

type Repairs = ReadonlyMap<CheckName, ((text: string) => string) | undefined>;

async function repairsOf(names: readonly CheckName[]): Promise<Repairs> {
  return new Map(await Promise.all(names.map(async (name) => [name, (await checks[name]()).repair] as const)));
}

function repaired(
  columns: JsonObject,
  about: { readonly repairs: Repairs; readonly id: string | null; readonly changes: Change[] },
): JsonObject {
  const mend = (value: JsonValue, field: string): JsonValue => {
    if (typeof value === "string") return mendText(value, field);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((inner) => mend(inner, field));
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mend(inner, field)]));
  };
  const mendText = (text: string, field: string): string => {
    let mended = text;
    for (const [check, repair] of about.repairs) {
      const before = mended;
      mended = repair?.(before) ?? before;
      if (mended === before) continue;
      about.changes.push({ check, field, after: mended, ...(check === "personal-data" ? {} : { before }) });
    }
    return mended;
  };
  return Object.fromEntries(
    Object.entries(columns).map(([field, value]) => [field, field === about.id ? value : mend(value, field)]),
  );
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx");
  } catch (error) {
    const place = { file: path };
    if (hasErrno(error, "EEXIST")) {
      throw new EvalhError("E_USAGE", `${path} exists already`, {
        place,
        hint: "name another file; nothing is overwritten",
      });
    }
    throw new EvalhError("E_STORE", `cannot write ${path}: ${messageOf(error)}`, { place, cause: error });
  }
}

/** Writes one JSON value a line, block by block. */
function writer(file: FileHandle, path: string): { write(value: object): Promise<void>; end(): Promise<void> } {
  let block = "";
  const flush = async (): Promise<void> => {
    try {
      await file.writeFile(block);
    } catch (error) {
      throw new EvalhError("E_STORE", `cannot write ${path}: ${messageOf(error)}`, {
        place: { file: path },
        cause: error,
      });
    }
    block = "";
  };
  return {
    write: async (value) => {
      block += `${JSON.stringify(value)}\n`;
      if (block.length >= BLOCK) await flush();
    },
    end: flush,
  };
}
