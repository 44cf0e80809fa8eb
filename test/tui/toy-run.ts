import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { compareFolder } from "../../src/tui/data/compare-run.ts";
import { openSession, type OpenSession } from "../../src/tui/data/session.ts";
import type { UiState } from "../../src/tui/model/ui-state.ts";
import { lockRun } from "../../src/run/store/lock.ts";
import { FIRST_STATE } from "../../src/tui/model/ui-state.ts";
import type { Scene } from "../../src/tui/model/scene.ts";
import { sceneMaker } from "../../src/tui/model/scene.ts";
import { drawScreen } from "../../src/tui/screen/screen.ts";
import { update } from "../../src/tui/screen/update.ts";
import { plain } from "../../src/tui/view/paint.ts";
import type { Effect } from "../../src/tui/screen/open-view.ts";
import { answerTo, makeRun, type MadeRun } from "../fixtures/runs/make-run.ts";

/** Three checkpoints that get better, then worse, and a variant; losses that overfit. */
export const TOY: MadeRun = {
  n: 60,
  judges: ["exact_match", "rouge"],
  checkpoints: [
    { name: "checkpoint-10", step: 10, answer: (i) => (i % 2 === 0 ? answerTo(i) : `the ${answerTo(i)}`) },
    { name: "checkpoint-20", step: 20, answer: (i) => (i % 10 === 0 ? "no idea at all" : answerTo(i)) },
    { name: "checkpoint-30", step: 30, answer: (i) => (i % 2 === 1 ? `answer letter ${i}` : answerTo(i)) },
    { name: "int8-20", step: 20, variantOf: "checkpoint-20", answer: (i) => (i % 7 === 0 ? "" : answerTo(i)) },
  ],
  training: Array.from({ length: 31 }, (_, step) => ({
    step,
    trainLoss: 3 * 0.9 ** step,
    ...(step % 5 === 0 ? { evalLoss: 2 + ((step - 12) / 12) ** 2 } : {}),
  })),
};

export interface OpenToy extends AsyncDisposable {
  readonly session: OpenSession;
  readonly folder: string;
}

/** A run on disk, opened as the screens open it, once everything has been read. */
export async function openToy(made: Partial<MadeRun> = {}, { locked = false } = {}): Promise<OpenToy> {
  const folder = await makeRun({ ...TOY, ...made });
  const lock = locked ? await lockRun(folder) : null;
  const session = await openSession(folder, {
    compareRun: ({ base }) => compareFolder(folder, { base, baseline: null }),
  });
  await session.settled();
  return {
    session,
    folder,
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await lock?.[Symbol.asyncDispose]();
      await rm(dirname(folder), { recursive: true });
    },
  };
}

/** The screens without a terminal: keys in, lines out. */
export interface Bench {
  /** Presses keys one after the other, waiting for what they make the session read. */
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): void;
  state(): UiState;
  scene(): Scene;
  /** The screen as text, without colour. */
  lines(): readonly string[];
  text(): string;
  readonly effects: readonly Effect[];
}

export function onBench(session: OpenSession, columns = 100, rows = 30): Bench {
  let size = { columns, rows };
  let state = FIRST_STATE;
  const makeScene = sceneMaker(session);
  const effects: Effect[] = [];
  const scene = (): Scene => makeScene(state, size);
  const lines = (): readonly string[] => drawScreen(state, scene()).map(plain);
  return {
    async press(...keys) {
      for (const name of keys) {
        const made = update(state, { name, text: name.length === 1 ? name : "" }, scene());
        state = made.state;
        if (made.effect !== undefined) effects.push(made.effect);
        if (made.effect?.kind === "compare") void session.compare(made.effect.base);
        // Drawing asks for what is missing: the index of a task first, then the texts of a sample.
        for (let round = 0; round < 3; round++) {
          lines();
          await session.settled();
        }
      }
    },
    resize(width, height) {
      size = { columns: width, rows: height };
    },
    state: () => state,
    scene,
    lines,
    text: () => lines().join("\n"),
    effects,
  };
}
