import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { EvalhError } from "../core/errors.ts";
import { datasetDigest } from "./digest.ts";
import { datasetFiles } from "./files.ts";
import { savedFolder } from "./saved-folder.ts";
import type { DatasetSpec } from "./spec.ts";

/** What tells one version of a dataset from another. */
export interface DatasetRevision {
  /** sha256 over the files, hex; see `datasetDigest`. */
  readonly sha256: string;
  /** Given by `datasets` to what it saves. */
  readonly fingerprint: string | null;
  /** Of a snapshot in the hub's cache: `snapshots/<commit>/`. */
  readonly commit: string | null;
}

/**
 * The revision of a dataset, held against the one that is asked for.
 * @throws EvalhError E_DATASET if it is another
 */
export async function datasetRevision(
  spec: Pick<DatasetSpec, "path" | "format" | "revision">,
): Promise<DatasetRevision> {
  const { files } = await datasetFiles(spec);
  const folder = dirname(files[0] ?? "");
  const isFolder = await stat(resolve(spec.path)).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const found: DatasetRevision = {
    sha256: await datasetDigest(spec),
    fingerprint: isFolder ? ((await savedFolder(folder))?.fingerprint ?? null) : null,
    commit: /[/\\]snapshots[/\\]([0-9a-f]{40})(?:[/\\]|$)/u.exec(folder)?.[1] ?? null,
  };
  const { revision } = spec;
  const known = [found.sha256, found.fingerprint, found.commit].filter((each) => each !== null);
  if (revision === undefined || known.some((each) => each.startsWith(revision))) return found;
  throw new EvalhError("E_DATASET", `${spec.path} is not at revision ${revision}`, {
    place: { file: spec.path },
    hint: `it is at ${known.join(" = ")}`,
  });
}
