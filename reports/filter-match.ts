import type { Comparator, FilterQuery, FilterTerm, Flag } from "./filter-query.ts";

/** What a filter may ask of a sample. Implementations compute on demand: most filters ask little. */
export interface SampleFacts {
  readonly task: string;
  readonly id: string;
  /** What words are looked for in, besides the id. */
  readonly preview: string;
  slice(field: string): string | null;
  has(flag: Flag): boolean;
  /** Of the compared checkpoint; null where there is none. */
  readonly score: number | null;
  /** Compared checkpoint minus base; null where one has no score. */
  readonly delta: number | null;
}

/** A test for samples, made once and asked often: a filter over 100,000 samples must feel immediate. */
export function compileFilter(query: FilterQuery): (facts: SampleFacts) => boolean {
  const tests = query.terms.map((term) => {
    const test = compileTerm(term);
    return term.negated ? (facts: SampleFacts) => !test(facts) : test;
  });
  return (facts) => {
    for (const test of tests) if (!test(facts)) return false;
    return true;
  };
}

function compileTerm(term: FilterTerm): (facts: SampleFacts) => boolean {
  switch (term.kind) {
    case "flag":
      return (facts) => facts.has(term.flag);
    case "task":
      return (facts) => facts.task === term.value;
    case "id":
      return (facts) => facts.id === term.value;
    case "slice":
      return (facts) => facts.slice(term.field) === term.value;
    case "word": {
      const pattern = new RegExp(term.value.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`), "iu");
      return ({ id, preview }) => pattern.test(id) || pattern.test(preview);
    }
    case "score":
    case "delta": {
      const compare = COMPARE[term.comparator];
      return (facts) => {
        const value = facts[term.kind];
        return value !== null && compare(value, term.value);
      };
    }
    default:
      return term satisfies never;
  }
}

/** Scores that are written alike are equal. */
const NEAR = 1e-9;

const COMPARE: Readonly<Record<Comparator, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b - NEAR,
  "<=": (a, b) => a <= b + NEAR,
  ">": (a, b) => a > b + NEAR,
  ">=": (a, b) => a >= b - NEAR,
  "=": (a, b) => Math.abs(a - b) <= NEAR,
};
