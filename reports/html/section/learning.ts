import type { Comparison } from "../../../src/compare/comparison.ts";
import type { Memorisation } from "../../../src/compare/memorisation.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { learningLines } from "../../learning-lines.ts";
import { formatCount, MISSING, plural } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

export const learning: Section = {
  id: "learning",
  title: "What was learned",
  nav: "Learning",
  render(comparison) {
    // What the GPUs took has a section of its own.
    const lines = learningLines({ ...comparison, resources: null });
    const { memorisation } = comparison.learning;
    if (lines.length === 0 && memorisation === null) return null;
    return markup`${lines.length > 0 && markup`<ul class="findings">${lines.map((line) => markup`<li>${line}</li>`)}</ul>`}${memorisation !== null && copies(comparison, memorisation)}`;
  },
};

/** What stands in the training data and came out again. */
function copies({ checkpoints }: Comparison, { trainingRows, whole, tasks }: Memorisation): Html {
  const label = checkpointLabels(checkpoints);
  return markup`<h3>Learned by heart</h3><p class="intro">Answers held against ${plural(trainingRows, "row")} of training data${whole ? "" : ", of which only a part fits: copies may be missed"}: eight words or more in a row that stand there, but not in the prompt or reference; or another row’s whole answer.</p>${tasks.map(
    ({ task, checkpoints: list }) =>
      scrollTable({
        label: `Copies of training data in ${task}`,
        look: "plain",
        head: markup`<tr><th scope="col">${task}</th><th scope="col" class="num">answers</th><th scope="col" class="num">with a passage</th><th scope="col" class="num">longest, words</th><th scope="col" class="num">whole answers</th><th scope="col" class="num">copied</th></tr>`,
        body: list.map(
          ({ checkpoint, n, passages, wholes, longest, share }) =>
            markup`<tr><th scope="row">${label(checkpoint)}</th><td class="num">${formatCount(n)}</td><td class="num">${passages}</td><td class="num">${longest === 0 ? MISSING : longest}</td><td class="num">${wholes}</td><td class="num">${share === null ? MISSING : `${share.value.toFixed(1)} %`}${share !== null && markup`<small>${share.lo.toFixed(1)} to ${share.hi.toFixed(1)}</small>`}</td></tr>`,
        ),
      }),
  )}`;
}
