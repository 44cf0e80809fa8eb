import type { RunEvent } from "../core/run-event.ts";
import type { CacheCount } from "./cache/cached-ask.ts";
import type { Unit } from "./unit-runner.ts";

/** Counts what a unit's events tell until it is finished, and then says so. */
export function timeUnit(
  { info }: Pick<Unit, "info">,
  checkpoint: string,
  { count, emit }: { readonly count: CacheCount; readonly emit: (event: RunEvent) => void },
) {
  const started = performance.now();
  const knownBefore = count.known;
  let [samples, tokens] = [0, 0];
  return {
    emit: (event: RunEvent): void => {
      if (event.type === "samples-done") {
        samples += event.count;
        tokens += event.tokens;
      }
      emit(event);
    },
    finish: (): void => {
      const seconds = (performance.now() - started) / 1000;
      const known = count.known - knownBefore;
      emit({ type: "task-finished", checkpoint, task: info.task, split: info.split, samples, known, tokens, seconds });
    },
  };
}
