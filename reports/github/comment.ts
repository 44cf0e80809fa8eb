import { markdownBlocks } from "../markdown.ts";
import { textReport } from "../report-module.ts";
import { fitBlocks } from "./fit-blocks.ts";

/** GitHub takes 65,536 characters; counted in bytes they always fit. */
const MOST_BYTES = 65_536;

export const githubComment = textReport({
  name: "github-comment",
  summary: "The same for one comment on a pull request, found again by its first line.",
  extension: "md",
  mark: /^<!-- evalh:/u,
  render: (comparison) =>
    fitBlocks(markdownBlocks(comparison), {
      bytes: MOST_BYTES,
      note: (left) => `_${left} parts did not fit into a comment; the report has them._`,
    }),
});
