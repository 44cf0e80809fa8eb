import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { plural } from "../../../reports/number-format.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { RunEvent } from "../../core/run-event.ts";
import type { Note } from "../model/snapshot.ts";

/** Newest events kept: who wants all of them reads events.jsonl. */
const MOST = 500;

/** The notes of a run, the newest last. */
export interface NoteList {
  /** A line of events.jsonl. */
  addEvent(line: string): void;
  readonly add: (note: Note) => void;
  notes(): readonly Note[];
}

export function noteList(checkpoints: readonly Checkpoint[]): NoteList {
  const label = checkpointLabels(checkpoints);
  let notes: readonly Note[] = [];
  const add = (note: Note): void => {
    notes = [...notes.slice(1 - MOST), note];
  };
  return {
    addEvent(line) {
      const event = parseEvent(line);
      const note = event === null ? null : noteOf(event, label);
      if (note !== null) add({ ...note, at: event?.at ?? "" });
    },
    add,
    notes: () => notes,
  };
}

type StoredEvent = RunEvent & { readonly at: string };

/** Null for a line that another version wrote, or that was cut. */
function parseEvent(line: string): StoredEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) && typeof value["type"] === "string" ? (value as unknown as StoredEvent) : null;
  } catch {
    return null;
  }
}

function noteOf(event: RunEvent, label: (id: string) => string): Omit<Note, "at"> | null {
  switch (event.type) {
    case "run-started":
      return { kind: "info", text: `run started: ${plural(event.total, "answer")} to get` };
    case "checkpoint-started":
      return { kind: "info", text: `${label(event.checkpoint)} started, ${event.index + 1} of ${event.of}` };
    case "checkpoint-failed":
      return { kind: "error", text: `${label(event.checkpoint)} was not evaluated: ${event.error.message}` };
    case "waiting":
      return { kind: "info", text: event.message };
    case "warning":
      return { kind: "warning", text: event.message };
    case "run-ended":
      return { kind: event.state === "complete" ? "info" : "warning", text: `run ended: ${event.state}` };
    default:
      return null;
  }
}
