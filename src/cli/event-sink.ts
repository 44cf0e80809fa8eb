import { appendFile } from "node:fs/promises";

import type { RunEvent } from "../core/run-event.ts";
import { runFiles } from "../run/store/run-folder.ts";

export interface EventSink {
  readonly emit: (event: RunEvent) => void;
  readonly close: () => Promise<void>;
}

/** Events that come once are kept in the run folder; those of every batch and second are not. */
export function eventSink(folder: string, listeners: readonly ((event: RunEvent) => void)[]): EventSink {
  let written: Promise<void> = Promise.resolve();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
      if (event.type === "samples-done" || event.type === "waiting") return;
      const line = `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`;
      // The log of events is a convenience; a full disk shows at the samples.
      written = written.then(() => appendFile(runFiles.events(folder), line)).catch(() => undefined);
    },
    close: () => written,
  };
}
