import { parentPort, workerData } from "node:worker_threads";

import { EvalhError, toErrorInfo } from "../core/errors.ts";
import { readManifest } from "../run/store/run-folder.ts";
import { compareFolder, type Compared } from "../tui/data/compare-run.ts";
import { loadBaseline } from "./baseline-option.ts";

/** What a thread is to compare. */
export interface CompareJob {
  readonly folder: string;
  readonly base: string | null;
  /** As --baseline has it; null for the committed one, false for none. */
  readonly baseline: string | null | false;
}

export type CompareReply =
  | { readonly kind: "compared"; readonly compared: Compared }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly hint: string | null };

async function compare({ folder, base, baseline }: CompareJob): Promise<CompareReply> {
  try {
    const { suite } = await readManifest(folder);
    const against = baseline === false ? null : await loadBaseline(baseline ?? undefined, suite.name);
    return { kind: "compared", compared: await compareFolder(folder, { base, baseline: against }) };
  } catch (error) {
    return { kind: "failed", ...toErrorInfo(error), hint: error instanceof EvalhError ? (error.hint ?? null) : null };
  }
}

// The file is a thread's entry: it does something only when it was started as one for this purpose.
const data: unknown = workerData;
if (parentPort !== null && typeof data === "object" && data !== null && "compareRun" in data) {
  parentPort.postMessage(await compare(data.compareRun as CompareJob));
}
