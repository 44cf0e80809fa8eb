import { MOST_EVIDENCE, type Check, type Evidence } from "./check.ts";
import { shown } from "./text-check.ts";

/** So many references of exactly the greatest length, and this share of all, are no accident. */
const LEAST_PILE = 5;
const LEAST_SHARE = 0.01;
/** Shorter texts are labels, which often share their length. */
const SHORTEST_CUT = 40;

/** Ends of a text that goes on elsewhere. */
const OPEN_END = /(?:…|\.\.\.|\[…\]|\[\.\.\.\]|\w-)\s*$/u;

/** References that seem cut off: by an ellipsis or hyphen at the end, or at one greatest length. */
export const truncatedReference: Check = {
  summary: "references that end in an ellipsis or a hyphen, or that pile up at one greatest length",
  create: () => {
    const open: number[] = [];
    const evidence: Evidence[] = [];
    let longest: { length: number; rows: number[]; evidence: Evidence[] } = { length: 0, rows: [], evidence: [] };
    let of = 0;
    return {
      inspect: ({ row, ordinal, texts }) => {
        for (const { role, field, text } of texts) {
          if (role !== "reference") continue;
          const what = `ends in "${shown(text.slice(-30))}"`;
          const found: Evidence = { place: row.place, ordinal, field, what };
          if (OPEN_END.test(text)) {
            open.push(ordinal);
            if (evidence.length < MOST_EVIDENCE) evidence.push(found);
          }
          if (text.length > longest.length) longest = { length: text.length, rows: [], evidence: [] };
          if (text.length < longest.length) continue;
          longest.rows.push(ordinal);
          if (longest.evidence.length < MOST_EVIDENCE) longest.evidence.push(found);
        }
        of++;
      },
      finish: () => {
        const isPile = longest.length >= SHORTEST_CUT && longest.rows.length >= Math.max(LEAST_PILE, LEAST_SHARE * of);
        const common = { level: "problem", of, fix: "drop" } as const;
        const findings = [];
        if (open.length > 0) {
          const message = "references end in an ellipsis or a hyphen";
          findings.push({ ...common, message, count: open.length, evidence });
        }
        if (isPile) {
          const message = `references are exactly ${longest.length} characters long, the most there is: cut off there?`;
          findings.push({ ...common, message, count: longest.rows.length, evidence: longest.evidence });
        }
        return { findings, drop: isPile ? [...open, ...longest.rows] : open };
      },
    };
  },
};
