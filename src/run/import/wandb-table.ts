import { basename } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { asText, listAt } from "./fields.ts";
import type { Imported, ImportedAnswer, ImportedSample, ResultReader } from "./imported.ts";

/**
 * Tables that W&B keeps of predictions (`wandb.Table`, as `<name>.table.json` in a run's media folder or an artefact): a
 * row is an answer. Columns are told by the names that people give them; numbers and booleans of any other name are
 * scores, other texts are metadata.
 */
export const wandbTable: ResultReader = {
  name: "W&B tables",
  recognises: ({ json }) => isJsonObject(json) && Array.isArray(json["columns"]) && Array.isArray(json["data"]),
  read({ path, json, modifiedAt }) {
    const columns = listAt(json, "columns").map(asText);
    const rows = listAt(json, "data").filter(Array.isArray) as readonly (readonly JsonValue[])[];
    const roles = rolesOf(columns);
    if (roles.output === -1) {
      throw new EvalhError("E_DATASET", `the table has no column of answers: ${columns.join(", ")}`, {
        place: { file: path },
        hint: `name it ${names.output[0]} (or ${names.output.slice(1).join(", ")})`,
      });
    }
    const name = basename(path)
      .replace(/(\.table)?\.json$/u, "")
      .replace(/_\d+_[0-9a-f]{8,}$/u, "");
    const byModel = Map.groupBy(rows, (row) => (roles.model < 0 ? name : asText(row[roles.model])));
    return Promise.resolve(
      [...byModel].map(([model, own]): Imported => {
        const samples = samplesOf(own, columns, roles);
        return {
          program: "wandb",
          programVersion: "",
          model,
          file: path,
          startedAt: modifiedAt,
          tasks: [{ name, kind: "generate", version: "", higherIsBetter: {}, samples }],
          warnings: [],
        };
      }),
    );
  },
};

/** Names of columns in lower case, the likeliest first. */
const names = {
  output: ["output", "prediction", "response", "generated", "generation", "completion", "model_output", "pred"],
  prompt: ["prompt", "input", "question", "source", "text", "instruction"],
  reference: ["target", "reference", "expected", "ground_truth", "label", "truth", "gold", "answer"],
  id: ["id", "example_id", "sample_id", "idx", "index"],
  model: ["model", "checkpoint", "run"],
} as const;

type Role = keyof typeof names;

/** Role → position of its column, −1 where there is none. */
type Roles = Readonly<Record<Role, number>>;

function rolesOf(columns: readonly string[]): Roles {
  const lower = columns.map((column) => column.toLowerCase());
  const find = (role: Role): number => names[role].map((name) => lower.indexOf(name)).find((at) => at >= 0) ?? -1;
  return {
    output: find("output"),
    prompt: find("prompt"),
    reference: find("reference"),
    id: find("id"),
    model: find("model"),
  };
}

function samplesOf(
  rows: readonly (readonly JsonValue[])[],
  columns: readonly string[],
  roles: Roles,
): ImportedSample[] {
  const byId = Map.groupBy([...rows.entries()], ([index, row]) =>
    roles.id < 0 ? String(index) : asText(row[roles.id]),
  );
  return [...byId].map(([id, repeats]) => {
    const [[, first] = [0, []]] = repeats;
    const reference = roles.reference < 0 ? undefined : first[roles.reference];
    return {
      id,
      prompt: roles.prompt < 0 ? "" : asText(first[roles.prompt]),
      references: Array.isArray(reference) ? reference.map(asText) : reference == null ? [] : [asText(reference)],
      columns: restOf(first, columns, roles, (value) => typeof value === "string"),
      answers: repeats.map(([, row]) => answerOf(row, columns, roles)),
    };
  });
}

function answerOf(row: readonly JsonValue[], columns: readonly string[], roles: Roles): ImportedAnswer {
  const isScore = (value: JsonValue): boolean => typeof value === "number" || typeof value === "boolean";
  const scores = Object.entries(restOf(row, columns, roles, isScore)).map(([name, value]) => [name, Number(value)]);
  return {
    output: asText(row[roles.output]),
    finish: "unknown",
    scores: Object.fromEntries(scores) as Record<string, number>,
  };
}

/** The columns without a role whose value is of a kind. */
function restOf(
  row: readonly JsonValue[],
  columns: readonly string[],
  roles: Roles,
  isWanted: (value: JsonValue) => boolean,
): JsonObject {
  const taken = new Set<number>(Object.values(roles));
  const entries = columns.flatMap((column, at) => {
    const value = row[at];
    return taken.has(at) || value === undefined || !isWanted(value) ? [] : [[column, value] as const];
  });
  return Object.fromEntries(entries);
}
