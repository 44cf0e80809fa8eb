import { markdownBlocks } from "../markdown.ts";
import { textReport } from "../report-module.ts";
import { fitBlocks } from "./fit-blocks.ts";

/** A step's summary may have 1 MiB; a larger one is not shown at all. */
const MOST_BYTES = 900_000;

export const githubSummary = textReport({
  name: "github-summary",
  summary: "The verdict and the tables for $GITHUB_STEP_SUMMARY, within its size.",
  extension: "md",
  mark: /^<!-- evalh:/u,
  render: (comparison) =>
    fitBlocks(markdownBlocks(comparison), {
      bytes: MOST_BYTES,
      note: (left) => `_${left} parts did not fit here; the HTML report has them._`,
    }),
});
