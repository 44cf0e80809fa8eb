import type { JsonObject } from "../core/json.ts";
import { splitLines } from "./lines.ts";
import type { LogReader, ScalarSink } from "./log-reader.ts";
import { parsePythonDict } from "./python-dict.ts";
import { deliverRow, stepOf } from "./rows.ts";

/**
 * What trainers print: dictionaries (Hugging Face), DeepSpeed's and Megatron's lines, Keras' epochs, and any line that
 * names a step and a loss. The last resort: some steps can only be taken from the progress bar before.
 */
export const consoleText: LogReader = {
  names: /\.(?:log|out|txt|err)$/,
  understands: ({ head }) => head.length > 0 && !head.includes(0),
  choose: (files) => files.slice(-1),
  open: (sink) => {
    const state: State = { progress: undefined, epoch: undefined, guessed: 0, rows: 0 };
    const lines = splitLines((line) => {
      readLine(line, state, sink);
    });
    return {
      push: lines.push,
      end: () => {
        lines.end();
        if (state.rows === 0) sink.warn("no line of the text tells a loss at a step");
        if (state.guessed > 0)
          sink.warn(`the step of ${state.guessed} printed rows was taken from the progress bar, or from their epoch`);
      },
    };
  },
};

interface State {
  /** Step that the last progress bar showed. */
  progress: number | undefined;
  /** Epoch that Keras announced. */
  epoch: number | undefined;
  guessed: number;
  rows: number;
}

function readLine(line: string, state: State, sink: ScalarSink): void {
  const bar = /\|\s*(\d+)\/\d+ \[/.exec(line)?.[1];
  if (bar !== undefined) state.progress = Number(bar);
  const epoch = /^Epoch (\d+)\/\d+/.exec(line)?.[1];
  if (epoch !== undefined) state.epoch = Number(epoch);
  const row = line.includes("{")
    ? dictRow(line, state)
    : (deepspeedRow(line) ?? megatronRow(line) ?? kerasRow(line, state) ?? namedRow(line));
  if (row !== null && deliverRow(row, sink) !== null) state.rows++;
}

function dictRow(line: string, state: State): JsonObject | null {
  const row = parsePythonDict(line);
  if (row === null || !Object.keys(row).some((name) => /loss/i.test(name))) return null;
  if (stepOf(row) !== undefined) return row;
  if (row["train_runtime"] === undefined) state.guessed++;
  return state.progress === undefined ? row : { ...row, step: state.progress };
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|nan|inf)`;

/** `[Rank 0] step=10, skipped=0, lr=[0.001], mom=[…]` and `steps: 10 loss: 2.3 iter time (s): 0.1 …`. */
function deepspeedRow(line: string): JsonObject | null {
  const rate = new RegExp(`step=(\\d+), skipped=\\d+, lr=\\[(${NUMBER})`, "i").exec(line);
  if (rate !== null) return { step: rate[1] as string, learning_rate: rate[2] as string };
  const loss = new RegExp(`steps: (\\d+) loss: (${NUMBER}) iter time`, "i").exec(line);
  return loss === null ? null : { step: loss[1] as string, loss: loss[2] as string };
}

/** `iteration 10/ 100 | … | learning rate: 1.5E-04 | lm loss: 9.1E+00 |` and `validation loss at iteration 10 | lm loss value: …`. */
function megatronRow(line: string): JsonObject | null {
  const validation = /validation loss at iteration (\d+).*?\|/i.exec(line);
  if (validation !== null) {
    const value = new RegExp(`lm loss value:\\s*(${NUMBER})`, "i").exec(line)?.[1];
    return value === undefined ? null : { step: validation[1] as string, eval_loss: value };
  }
  const step = /\biteration\s+(\d+)\s*\/\s*\d+\s*\|/.exec(line)?.[1];
  return step === undefined ? null : { step, ...namedNumbers(line) };
}

/** The line that closes an epoch, `4/4 - 0s - loss: 0.47 - val_loss: 0.68`; the bar before it shows no validation. */
function kerasRow(line: string, state: State): JsonObject | null {
  if (state.epoch === undefined || !/ - (?:loss|val_loss): /.test(line)) return null;
  return { step: state.epoch, epoch: state.epoch, ...namedNumbers(line) };
}

/** Any line with a step and a loss: `step 250: train loss 1.9, val loss 2.0`, `Step 3 | loss:2.3 lr:0.001`. */
function namedRow(line: string): JsonObject | null {
  const step = /\b(?:global[_ ]step|steps?|iteration|iter)\b["']?\s*[:=#]?\s*\[?(\d+)/i.exec(line)?.[1];
  if (step === undefined) return null;
  const numbers = namedNumbers(line);
  return Object.keys(numbers).some((name) => name.endsWith("loss")) ? { step, ...numbers } : null;
}

const NAMED = new RegExp(
  `\\b((?:[a-z]+[ _/-])?loss|lr|learning[ _]rate|grad(?:ient)?[ _]norm|(?:val_|eval_)?acc(?:uracy)?)\\b["']?\\s*[:=]?\\s*(${NUMBER})(?![\\w.])`,
  "gi",
);

function namedNumbers(line: string): Record<string, string> {
  const numbers: Record<string, string> = {};
  for (const [, name, value] of line.matchAll(NAMED))
    numbers[(name as string).toLowerCase().replaceAll(/[ /-]/g, "_")] = value as string;
  return numbers;
}
