import type { RunEvent } from "../core/run-event.ts";
import { EvalhError } from "../core/errors.ts";
import type { Baseline } from "../compare/baseline/baseline.ts";
import { evaluateGates } from "../compare/gates.ts";
import { readRun } from "../compare/run-data.ts";
import { drawnBy, looksFor } from "../run/drawing.ts";
import type { Draw } from "../run/execute.ts";
import type { PreparedRun } from "../run/prepare.ts";
import type { Drawing } from "../run/store/records.ts";
import { writeManifest } from "../run/store/run-folder.ts";
import type { Gate } from "../suite/suite.ts";

/** Drawing as it goes on in a run. */
export interface Drawn {
  readonly draw: Draw;
  readonly state: () => Drawing;
}

/**
 * Lets a run draw its samples in random order until its gates are decided. run.json says at which look it is, so that
 * the gates of the folder are decided with the same correction whenever they are looked at.
 */
export async function openDrawing(
  run: PreparedRun,
  { baseline, emit }: { readonly baseline: Baseline | null; readonly emit: (event: RunEvent) => void },
): Promise<Drawn> {
  const { folder, manifest } = run;
  const tests = manifest.units.filter(({ split, perturbation }) => split === "test" && perturbation === undefined);
  const most = Math.max(...tests.map(({ n }) => n));
  const known = manifest.drawing?.done ?? 0;
  let state: Drawing = { looks: manifest.drawing?.looks ?? looksFor(most), done: known };
  await writeManifest(folder, { ...manifest, drawing: state });
  const isEnough = async (look: number): Promise<boolean> => {
    // What a run has looked at before it was interrupted was not enough, but for its last look perhaps.
    if (look < known) return false;
    state = { ...state, done: look };
    await writeManifest(folder, { ...manifest, drawing: state });
    const data = await readRun(folder);
    const gates = manifest.gates ?? [];
    const { seed } = manifest;
    const results = await evaluateGates({ data, gates, checkpoint: 0, baseline, diagnosis: null, seed });
    const open = results.filter(({ isSettled }) => isSettled === false).length;
    const samples = tests.reduce((sum, { n }) => sum + drawnBy(n, look, state.looks), 0);
    const of = tests.reduce((sum, { n }) => sum + n, 0);
    emit({ type: "looked", look, looks: state.looks, samples, of, open, gates: results.length });
    return open === 0;
  };
  return { draw: { seed: manifest.seed, looks: state.looks, isEnough }, state: () => state };
}

/** @throws EvalhError E_USAGE where drawing could not decide anything */
export function checkDrawing({
  checkpoints,
  gates,
  baseline,
}: {
  readonly checkpoints: readonly unknown[];
  readonly gates: readonly Gate[];
  readonly baseline: Baseline | null;
}): void {
  const usage = (message: string, hint: string): EvalhError => new EvalhError("E_USAGE", message, { hint });
  if (checkpoints.length !== 1) {
    throw usage(
      `--until-decided looks at one checkpoint, and there are ${checkpoints.length}`,
      "name the one to decide on with --checkpoint: choosing the best of several at each look would be a second test",
    );
  }
  if (gates.length === 0) throw usage("--until-decided needs gates", "add `gates` to the suite, or use --gate");
  const needs = ({ mode, perturbation }: Gate): boolean => mode !== "threshold" && perturbation === undefined;
  if (baseline === null && gates.some(needs)) {
    throw usage(
      "--until-decided needs a baseline",
      "make one with `evalh baseline update`, or name one with --baseline",
    );
  }
}
