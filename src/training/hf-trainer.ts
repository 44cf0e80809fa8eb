import { EvalhError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { LogReader, ScalarSink } from "./log-reader.ts";
import { numberOf, parseJsonLog } from "./loose-json.ts";

// A run that logs every one of ten million steps stays below this.
const MAX_BYTES = 256 * 1024 * 1024;

/** `trainer_state.json` of the Hugging Face Trainer (layout read from transformers 5.23). */
export const hfTrainer: LogReader = {
  names: /^trainer_state\.json$/,
  understands: ({ name }) => name === "trainer_state.json",
  // Each checkpoint holds the history up to itself. The folder's own is written at the end, so it may be older.
  choose: (files) => [...files.filter((file) => !file.includes("/")), ...furthest(files)],
  snapshots: true,
  open: (sink, file) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    return {
      push: (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) throw new EvalhError("E_TRAINING_LOG", `${file} is larger than ${MAX_BYTES} bytes`);
        chunks.push(chunk);
      },
      end: () => readState(parseJsonLog(Buffer.concat(chunks).toString("utf8"), file), sink, file),
    };
  },
};

function furthest(files: readonly string[]): string[] {
  const last = files.findLast((file) => file.includes("/"));
  return last === undefined ? [] : [last];
}

function readState(state: unknown, sink: ScalarSink, file: string): void {
  const history = isJsonObject(state) ? state["log_history"] : undefined;
  if (!Array.isArray(history)) {
    throw new EvalhError("E_TRAINING_LOG", `${file} has no list "log_history"`, {
      place: { file },
      hint: "expected the trainer_state.json that the Hugging Face Trainer writes",
    });
  }
  for (const row of history as readonly unknown[]) readRow(row, sink);
}

/** Delivers one row of the history; the summary at the end of a run, a mean over all of it, is no point. */
export function readRow(row: unknown, sink: ScalarSink): void {
  if (!isJsonObject(row) || row["train_runtime"] !== undefined) return;
  const step = numberOf(row["step"]);
  if (step === undefined) return;
  for (const [name, value] of Object.entries(row)) {
    const number = name === "step" ? undefined : numberOf(value);
    if (number !== undefined) sink.scalar(step, name, number);
  }
}
