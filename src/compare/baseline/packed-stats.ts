import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

import { EvalhError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";

/** What a judge kept of a unit's answers, slot by slot (sample × repeats + repeat); null where there is none. */
export type SlotStats = readonly (JsonValue | null)[];

/** The same for a file that is committed: one string. */
export interface PackedStats {
  /** gzip of the JSON array, in base64. */
  readonly data: string;
  /** sha256 of the JSON, hex. */
  readonly sha256: string;
}

/** A million samples of the widest judge need less; what needs more was made to exhaust memory. */
const MOST_BYTES = 1 << 30;

export function packStats(stats: SlotStats): PackedStats {
  const json = JSON.stringify(stats);
  const zipped = gzipSync(json, { level: 9 });
  // The tenth byte names the operating system: it would make equal files differ between machines.
  zipped[9] = 255;
  return { data: zipped.toString("base64"), sha256: createHash("sha256").update(json).digest("hex") };
}

/** @throws EvalhError E_NOT_COMPARABLE if the statistics are not what was packed */
export function unpackStats({ data, sha256 }: PackedStats, file: string): SlotStats {
  let json: Buffer;
  try {
    json = gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw damaged(file, error);
  }
  if (createHash("sha256").update(json).digest("hex") !== sha256) throw damaged(file);
  const stats: unknown = JSON.parse(json.toString("utf8"));
  if (!Array.isArray(stats)) throw damaged(file);
  return stats as SlotStats;
}

function damaged(file: string, cause?: unknown): EvalhError {
  return new EvalhError("E_NOT_COMPARABLE", "the scores in the baseline are damaged", {
    place: { file },
    hint: "restore the file from version control",
    cause,
  });
}
