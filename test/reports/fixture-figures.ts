import type { GpuTimeline } from "../../src/compare/gpu-timeline.ts";
import type { TaskFigure } from "../../src/compare/comparison.ts";
import type { Learning } from "../../src/compare/learning.ts";
import type { ResourceUse } from "../../src/compare/resources.ts";
import { draw } from "./fixture-draw.ts";

const SPAN_SECONDS = 30;
const GIBI = 1024;

/** The more a checkpoint was trained, the surer it is. */
function reliability(index: number): NonNullable<TaskFigure["figures"][number]> {
  const bins = Array.from({ length: 8 }, (_, bin) => {
    const [lo, hi] = [bin / 8, (bin + 1) / 8];
    const confidence = lo + 0.06 + 0.05 * draw(21, bin, index);
    return { lo, hi, count: 10 + 11 * bin, confidence, accuracy: Math.max(0, confidence - 0.025 * index) };
  });
  return { kind: "reliability", bins };
}

function confusion(labels: readonly string[], index: number): NonNullable<TaskFigure["figures"][number]> {
  const counts = labels.map((_, row) =>
    [...labels, ""].map((_, column) =>
      row === column ? 20 + index : Math.floor(6 * draw(31, row, column) ** 3 * (12 - index) * 0.1),
    ),
  );
  return { kind: "confusion", labels, counts };
}

/** Every checkpoint but the last has answers. */
export function figuresOf(checkpoints: number, labels: readonly string[]): readonly TaskFigure[] {
  const of = (figure: (index: number) => TaskFigure["figures"][number]): TaskFigure["figures"] =>
    Array.from({ length: checkpoints }, (_, index) => (index === checkpoints - 1 ? null : figure(index)));
  return [
    { task: "chapter", kind: "reliability", judge: "calibration", figures: of(reliability) },
    { task: "chapter", kind: "confusion", judge: "accuracy", figures: of((index) => confusion(labels, index)) },
  ];
}

export function resourcesOf(ids: readonly string[]): ResourceUse {
  const end = SPAN_SECONDS * ids.length;
  const points: GpuTimeline["gpus"][number]["points"] = Array.from({ length: 120 }, (_, at) => ({
    t: ((at + 0.5) * end) / 120,
    utilization: at % 12 === 0 ? 4 : 88 + 10 * draw(41, at),
    memory: (58 + 6 * draw(42, Math.floor(at / 12))) * GIBI,
    power: at % 40 === 39 ? null : 320 + 300 * draw(43, at),
  }));
  const usage = {
    samples: 300,
    peakMemory: 64 * GIBI,
    memoryTotal: 80 * GIBI,
    utilization: 86.2,
    hottest: 71,
    energy: { joules: 142_000, seconds: end, gapSeconds: 0, gaps: 0 },
    idle: 0.04,
    throttled: {},
  };
  const name = "NVIDIA H100 80GB HBM3";
  return {
    gpus: [
      { gpu: 0, name, ...usage },
      { gpu: 1, name: null, ...usage, energy: null, hottest: null, utilization: null, idle: null },
    ],
    checkpoints: ids.map((checkpoint, index) => ({
      checkpoint,
      seconds: SPAN_SECONDS,
      joules: 14_000 + 120 * index,
      gapSeconds: index === 2 ? 4 : 0,
      peakMemory: 64 * GIBI,
      tokens: 5_200,
      joulesPerToken: index === 2 ? null : 2.7,
      joulesPerCorrect: index === 2 ? null : 61,
    })),
    timeline: {
      end,
      spans: ids.map((checkpoint, index) => ({
        checkpoint,
        from: index * SPAN_SECONDS,
        to: (index + 1) * SPAN_SECONDS,
      })),
      gpus: [
        { gpu: 0, name, memoryTotal: 80 * GIBI, powerLimit: 700, points },
        {
          gpu: 1,
          name: null,
          memoryTotal: null,
          powerLimit: null,
          points: points.map((point) => ({ ...point, power: null, utilization: null })),
        },
      ],
    },
    warnings: ["GPU 0 ran with lowered clocks 12 % of the time: it was too hot"],
  };
}

export function learningOf(ids: readonly string[]): Learning {
  const copied = { value: 2.5, n: 400, lo: 1.3, hi: 4.5, method: "wilson-95" };
  return {
    trajectories: [],
    forgetting: [],
    gaps: [],
    memorisation: {
      trainingRows: 4_500,
      whole: false,
      tasks: [
        {
          task: "title",
          checkpoints: ids.map((checkpoint, index) => ({
            checkpoint,
            n: 400,
            passages: index,
            wholes: index,
            longest: index === 0 ? 0 : 8 + index,
            share: index === 0 ? null : copied,
            samples: [],
          })),
        },
      ],
    },
    diagnostics: [],
    ids: {},
  };
}
