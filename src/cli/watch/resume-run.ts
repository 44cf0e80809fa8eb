import { EvalhError } from "../../core/errors.ts";
import { findRun, readManifest } from "../../run/store/run-folder.ts";
import type { Suite } from "../../suite/suite.ts";

/**
 * Folder of the run to continue, for `--resume [run]`. A run of another suite is refused: its answers would mix.
 * @returns null if none is asked for
 * @throws EvalhError E_RUN_FOLDER, E_USAGE
 */
export async function runToResume(
  wanted: string | true | undefined,
  { suite, root }: { readonly suite: Suite; readonly root: string },
): Promise<string | null> {
  if (wanted === undefined) return null;
  const folder = await findRun(wanted === true ? "latest" : wanted, root);
  const { suite: known } = await readManifest(folder);
  if (known.name === suite.name) return folder;
  throw new EvalhError("E_USAGE", `${folder} is a run of the suite ${known.name}, not of ${suite.name}`, {
    hint: "name the run to continue: --resume <run>",
  });
}
