import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { labelStudioConfig, labelStudioTasks } from "../format/label-studio.ts";
import { objectAt, textOf } from "../format/json-value.ts";
import type { HumanSheet } from "../sheet.ts";
import type { LabelStudio } from "./connection.ts";
import { tasksOf } from "./tasks.ts";

/** What came of a push. */
export interface Pushed {
  readonly project: number;
  readonly sent: number;
  /** Items that were there already. */
  readonly known: number;
}

export interface PushOptions {
  /** Where an earlier push has put the sheet, or where the user wants it. */
  readonly project: number | null;
  /** How many people judge each item. */
  readonly annotators: number;
  /** Told as soon as there is a project, before the first task is sent. */
  readonly onProject: (project: number) => Promise<void>;
  readonly onProgress?: (there: number, of: number) => void;
}

const BATCH = 50;
/** Rounds in a row that bring nothing before it is given up. */
const MOST_FRUITLESS = 3;

/**
 * Brings a sheet's items to Label Studio, each once: what is there is looked up by our ids before anything is sent, and
 * again after an answer that may hide a success (Label Studio 1.23 answers some imports with 500 that it has carried out).
 * No scores of judges go along: they would sway people.
 * @throws EvalhError E_BACKEND; pushing again then goes on where it stopped
 */
export async function pushSheet(studio: LabelStudio, sheet: HumanSheet, options: PushOptions): Promise<Pushed> {
  const project = options.project ?? (await createProject(studio, sheet, options.annotators));
  await options.onProject(project);
  const tasks = new Map(labelStudioTasks(sheet).map((task) => [task.data["evalh_id"] ?? "", task]));
  let there = await itemsIn(studio, project);
  const known = [...tasks.keys()].filter((id) => there.has(id)).length;
  let fruitless = 0;
  for (let problem = "nothing was stored"; ;) {
    const missing = [...tasks].filter(([id]) => !there.has(id));
    options.onProgress?.(tasks.size - missing.length, tasks.size);
    if (missing.length === 0) return { project, known, sent: tasks.size - known };
    if (fruitless === MOST_FRUITLESS) {
      const stored = tasks.size - missing.length;
      throw new EvalhError("E_BACKEND", `${stored} of ${tasks.size} items are in project ${project}: ${problem}`, {
        hint: "push again: it goes on where it stopped",
      });
    }
    const batch = missing.slice(0, BATCH);
    const body = batch.map(([, task]) => task) as unknown as JsonValue;
    const said = await studio.ask(`/api/projects/${project}/import?return_task_ids=true`, body);
    if (said.kind === "answer") there = new Set([...there, ...batch.map(([id]) => id)]);
    else {
      problem = said.message;
      const now = await itemsIn(studio, project);
      fruitless = now.size > there.size ? 0 : fruitless + 1;
      there = now;
    }
  }
}

async function createProject(studio: LabelStudio, sheet: HumanSheet, annotators: number): Promise<number> {
  const said = await studio.ask("/api/projects/", {
    title: `evalh ${sheet.id}`,
    description: `${sheet.items.length} items to judge (${sheet.form})`,
    label_config: labelStudioConfig(sheet),
    expert_instruction: sheet.guidelines.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
    show_instruction: true,
    maximum_annotations: annotators,
  });
  const id = said.kind === "answer" && isJsonObject(said.json) ? said.json["id"] : undefined;
  if (typeof id === "number") return id;
  throw new EvalhError("E_BACKEND", said.kind === "unsure" ? said.message : "the project was not made");
}

async function itemsIn(studio: LabelStudio, project: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const task of tasksOf(studio, project)) {
    const id = textOf(objectAt(task, "data")["evalh_id"]);
    if (id !== null) ids.add(id);
  }
  return ids;
}
