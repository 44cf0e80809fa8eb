import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";

/** What `datasets` says of a folder that its `save_to_disk` wrote. */
export interface SavedFolder {
  /** Absolute paths of the data, in order. */
  readonly files: readonly string[];
  /** `_fingerprint`: changes with the data and with what was done to them. */
  readonly fingerprint: string | null;
}

/**
 * Reads state.json of a dataset that Hugging Face `datasets` saved (5.2 and earlier); null for any other folder.
 * @throws EvalhError E_DATASET for a folder of several splits, and for one that cannot be understood
 */
export async function savedFolder(folder: string): Promise<SavedFolder | null> {
  const splits = await readObject(join(folder, "dataset_dict.json"));
  if (splits !== null) {
    const names = Array.isArray(splits["splits"]) ? splits["splits"].map(String) : [];
    throw new EvalhError("E_DATASET", `${folder} holds several splits: ${names.join(", ")}`, {
      place: { file: folder },
      hint: `name one, for example ${join(folder, names.at(-1) ?? "test")}`,
    });
  }
  const file = join(folder, "state.json");
  const state = await readObject(file);
  const listed = state?.["_data_files"];
  if (state === null || !Array.isArray(listed)) return null;
  const refuse = (message: string): EvalhError =>
    new EvalhError("E_DATASET", message, { place: { file }, hint: "load it with `datasets` and save it again" });
  if (state["_indices_data_files"] != null) throw refuse("an old `datasets` saved rows apart from their order");
  const files = listed.map((entry) => {
    const name = isJsonObject(entry) ? entry["filename"] : null;
    if (typeof name !== "string" || name !== basename(name) || name === "..") {
      throw refuse("the data files must lie beside state.json");
    }
    return join(folder, name);
  });
  const fingerprint = state["_fingerprint"];
  return { files, fingerprint: typeof fingerprint === "string" ? fingerprint : null };
}

async function readObject(file: string): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return null;
    throw new EvalhError("E_DATASET", `cannot read ${file}: ${messageOf(error)}`, { place: { file }, cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    throw new EvalhError("E_DATASET", `is not JSON: ${messageOf(error)}`, { place: { file }, cause: error });
  }
}
