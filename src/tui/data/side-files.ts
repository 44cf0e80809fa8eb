import { runFiles } from "../../run/store/run-folder.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { NoteList } from "./event-notes.ts";
import { gpuList } from "./gpu-list.ts";
import { peopleList } from "./people-list.ts";
import { fileTail } from "./tail.ts";

const EVENT_BYTES = 1 << 18;

/** What lies in a run's folder beside its answers: events, GPUs, people's sheets. */
export interface SideFiles {
  /** Reads what came since the last call, events into the notes; true if anything did. */
  poll(): Promise<boolean>;
  facts(): Pick<Snapshot, "gpus" | "people">;
}

export function sideFiles(folder: string, notes: NoteList): SideFiles {
  const events = fileTail(runFiles.events(folder));
  const gpus = gpuList(folder);
  const people = peopleList(folder);
  return {
    async poll() {
      const lines = await events.read(EVENT_BYTES);
      for (const { bytes } of lines) notes.addEvent(Buffer.from(bytes).toString("utf8"));
      const hasGpu = await gpus.poll();
      const hasPeople = await people.poll();
      return lines.length > 0 || hasGpu || hasPeople;
    },
    facts: () => ({ gpus: gpus.gpus(), people: people.sheets() }),
  };
}
