import type { Comparison, SampleOutput, SampleSource } from "../../../src/compare/comparison.ts";
import { comparison, samples } from "../fixture.ts";

/** What a hostile model, dataset or folder name may hold. Each would be seen if it acted: it sets window.pwned. */
export const ATTACKS = [
  "</script><script>window.pwned=1</script>",
  '<img src=x onerror="window.pwned=2">',
  "<svg onload=window.pwned=3><animate onbegin=window.pwned=4>",
  "javascript:window.pwned=5",
  '"><iframe srcdoc="<script>parent.pwned=6</script>">',
  "</title></style></textarea><style>*{display:none}</style>",
  '<a href="javascript:window.pwned=7">click</a><base href="http://evil.example/">',
  '<link rel=stylesheet href="http://evil.example/x.css"><meta http-equiv=refresh content="0;url=http://evil.example/">',
  "\u2028\u2029window.pwned=8\u0000\u202eabc\ud800\udfff\ud800",
  "${window.pwned=9}{{constructor.constructor('window.pwned=10')()}}",
  "]]><!--<script>",
] as const;

const ALL = ATTACKS.join(" ");

/** The fixture with every name and text from outside replaced by attacks. */
export const hostileComparison: Comparison = {
  ...comparison,
  suite: { ...comparison.suite, name: ALL },
  run: { ...comparison.run, id: ALL, host: ALL, backends: [ALL], evalh: ALL },
  summary: comparison.summary.map((sentence) => `${sentence} ${ALL}`),
  checkpoints: comparison.checkpoints.map((checkpoint) => ({
    ...checkpoint,
    format: ALL,
    id: `${checkpoint.id} ${ALL}`,
    parent: checkpoint.parent === null ? null : `${checkpoint.parent} ${ALL}`,
  })),
  base: `${comparison.base} ${ALL}`,
  ship:
    comparison.ship === null
      ? null
      : {
          ...comparison.ship,
          checkpoint: `${comparison.ship.checkpoint} ${ALL}`,
          equivalent: comparison.ship.equivalent.map((id) => `${id} ${ALL}`),
        },
  rows: comparison.rows.map((row) => ({ ...row, signature: ALL })),
  slices: comparison.slices.map((slice) => ({
    ...slice,
    field: `${slice.field} ${ALL}`,
    value: `${slice.value} ${ALL}`,
  })),
  figures: comparison.figures.map(({ figures, ...figure }) => ({
    ...figure,
    task: ALL,
    figures: figures.map((each) =>
      each?.kind === "confusion" ? { ...each, labels: each.labels.map((label) => `${label} ${ALL}`) } : each,
    ),
  })),
  people: comparison.people.map((result) => ({ ...result, sheet: ALL })),
  resources:
    comparison.resources === null
      ? null
      : {
          ...comparison.resources,
          warnings: [ALL],
          gpus: comparison.resources.gpus.map((gpu) => ({ ...gpu, name: ALL })),
          timeline: {
            ...comparison.resources.timeline,
            spans: comparison.resources.timeline.spans.map((span) => ({ ...span, checkpoint: ALL })),
            gpus: comparison.resources.timeline.gpus.map((gpu) => ({ ...gpu, name: ALL })),
          },
        },
  warnings: comparison.warnings.map((warning) => ({ ...warning, kind: ALL })),
  training:
    comparison.training === null
      ? null
      : {
          ...comparison.training,
          warnings: [ALL],
          diagnosis: { ...comparison.training.diagnosis, evidence: [ALL] },
        },
};

function hostileOutput(output: SampleOutput, attack: string): SampleOutput {
  const error = output.error === null ? null : { code: ALL, message: ALL };
  return { ...output, text: `${attack} ${output.text}`, error, notes: [attack, ALL] };
}

export const hostileSamples: SampleSource = {
  async *samples() {
    let at = 0;
    for await (const view of samples.samples()) {
      const attack = ATTACKS[at++ % ATTACKS.length] ?? "";
      yield {
        ...view,
        id: `${view.id} ${attack}`,
        prompt: attack,
        references: [attack, ALL],
        slices: { [ALL]: attack },
        outputs: view.outputs.map(
          (output, index) => output && hostileOutput(output, ATTACKS[(at + index) % ATTACKS.length] ?? ""),
        ),
      };
    }
  },
};
