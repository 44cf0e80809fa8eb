import { EvalhError } from "../../core/errors.ts";
import type { LoadStage } from "../../load/load-plan.ts";

export const MODES = ["sweep", "synchronous", "constant", "poisson", "throughput"] as const;

export type BenchMode = (typeof MODES)[number];

const DOUBLINGS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Clients of a measurement of throughput: more than most servers batch. */
const MANY_CLIENTS = 256;
/** Connections of an open loop: beyond this a request waits, and its wait counts. */
const MOST_CONNECTIONS = 1024;

interface StageFlags {
  readonly mode?: BenchMode;
  readonly concurrency?: readonly number[];
  readonly rate?: readonly number[];
}

export interface StagePlan {
  readonly stages: readonly LoadStage[];
  /** The user named no levels: the sweep ends where more brings nothing. */
  readonly stopsAtSaturation: boolean;
}

/** The levels of load that the flags ask for. @throws EvalhError E_USAGE for flags that do not go together */
export function stagesOf(flags: StageFlags): StagePlan {
  const mode = flags.mode ?? (flags.rate === undefined ? "sweep" : "poisson");
  if (mode === "constant" || mode === "poisson") return openLoops(mode, flags);
  if (flags.rate !== undefined) {
    throw new EvalhError("E_USAGE", `--rate does not go with --mode ${mode}`, {
      hint: "rates are for --mode constant and --mode poisson",
    });
  }
  const { concurrency } = flags;
  if (mode === "throughput") {
    const clients = concurrency?.at(-1) ?? MANY_CLIENTS;
    return { stages: [{ arrival: "throughput", concurrency: clients, rate: null }], stopsAtSaturation: false };
  }
  const counts = mode === "synchronous" ? [1] : (concurrency ?? DOUBLINGS);
  return {
    stages: counts.map((count) => ({ arrival: "closed", concurrency: count, rate: null })),
    stopsAtSaturation: mode === "sweep" && concurrency === undefined,
  };
}

function openLoops(arrival: "constant" | "poisson", { concurrency, rate }: StageFlags): StagePlan {
  if (rate === undefined) {
    throw new EvalhError("E_USAGE", `--mode ${arrival} needs --rate: requests a second, for example --rate 2,4,8`);
  }
  const most = concurrency?.at(-1) ?? MOST_CONNECTIONS;
  return { stages: rate.map((each) => ({ arrival, concurrency: most, rate: each })), stopsAtSaturation: false };
}
