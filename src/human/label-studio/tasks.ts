import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { listAt } from "../format/json-value.ts";
import type { LabelStudio } from "./connection.ts";

const PAGE = 100;

/** The tasks of a project with their annotations, a page at a time, each task once. */
export async function* tasksOf(studio: LabelStudio, project: number): AsyncGenerator<JsonObject> {
  const seen = new Set<unknown>();
  for (let page = 1; ; page++) {
    const said = await studio.ask(`/api/tasks?project=${project}&page=${page}&page_size=${PAGE}&fields=all`);
    if (said.kind === "unsure") throw new EvalhError("E_BACKEND", said.message, { hint: "try again" });
    const tasks = listAt(said.json, "tasks").filter((task) => isJsonObject(task));
    for (const task of tasks) {
      // A task that moves to the next page while we read comes twice.
      if (seen.has(task["id"])) continue;
      seen.add(task["id"]);
      yield task;
    }
    const total = isJsonObject(said.json) ? Number(said.json["total"]) : 0;
    if (tasks.length === 0 || page * PAGE >= total) return;
  }
}
