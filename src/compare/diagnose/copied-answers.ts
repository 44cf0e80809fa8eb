import type { Memorisation } from "../memorisation.ts";
import { folderName, outOf, type Diagnostic } from "./diagnostic.ts";

/** Percent of the answers below which copies are not worth a word. */
const LEAST_SHARE = 5;

/** Answers that were learned by heart: more of them than before the training, beyond both intervals. */
export function copiedAnswers({ tasks }: Memorisation, checkpoint: string): Diagnostic[] {
  return tasks.flatMap(({ task, checkpoints }): Diagnostic[] => {
    const [first] = checkpoints;
    const chosen = checkpoints.find((each) => each.checkpoint === checkpoint);
    if (first === undefined || chosen?.share == null || chosen.share.value < LEAST_SHARE) return [];
    if (first !== chosen && chosen.share.lo <= (first.share?.hi ?? 0)) return [];
    const parts = [
      ...(chosen.wholes > 0
        ? [`${outOf(chosen.wholes, chosen.n)} answers are, word for word, another training row's`]
        : []),
      ...(chosen.passages > 0
        ? [
            `${outOf(chosen.passages, chosen.n)} hold a passage of the training text (the longest of ${chosen.longest} words)`,
          ]
        : []),
    ];
    const earlier =
      first === chosen || first.share === null ? "" : `; at ${folderName(first.checkpoint)} ${first.share.value} % did`;
    return [
      {
        kind: "copied-answers",
        task,
        checkpoint,
        text: `${task}, ${folderName(checkpoint)}: ${parts.join(", ")}${earlier}: right where answers come from a closed list, learned by heart elsewhere`,
      },
    ];
  });
}
