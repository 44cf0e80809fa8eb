import { writeGuarded } from "./file-target.ts";
import { leftOut, writeBlocks } from "./html/data/blocks.ts";
import { pageHead, pageTail, REPORT_MARK } from "./html/page.ts";
import type { ReportModule } from "./report-module.ts";

/** Bytes of a file that still opens at once and passes through most mail and chat systems. */
const MOST_BYTES = 25_000_000;

export const htmlReport: ReportModule = {
  name: "html",
  summary: "One HTML file that works offline: charts, tables and a browser of all samples.",
  extension: "html",
  async write(comparison, samples, { path, force = false, embed = "changed" }) {
    const notes: string[] = [];
    const bytes = await writeGuarded({ path, force, mark: REPORT_MARK }, async (append) => {
      const head = pageHead(comparison);
      await append(head);
      const budget = MOST_BYTES - Buffer.byteLength(head) - Buffer.byteLength(pageTail(comparison, { left: null }));
      const meta = await writeBlocks(comparison, samples, { embed, budget, append });
      const left = leftOut(meta, MOST_BYTES);
      if (left !== null) notes.push(left);
      await append(pageTail(comparison, { left }));
    });
    return { path, bytes, notes };
  },
};
