/** How requests arrive. "closed": so many clients, each of which asks again once it was answered. */
export type Arrival = "closed" | "constant" | "poisson" | "throughput";

/** One level of load. */
export interface LoadStage {
  readonly arrival: Arrival;
  /** Requests under way at a time: exactly so many where "closed", at most where anything else. */
  readonly concurrency: number;
  /** Requests a second that are meant to be sent; null where nothing is scheduled. */
  readonly rate: number | null;
}

/** How long a stage lasts, or its warm-up: a time in milliseconds or a number of requests. */
export type Extent = { readonly ms: number } | { readonly requests: number };

/** The service level that goodput counts by; milliseconds, null where it does not matter. */
export interface ServiceLevel {
  readonly ttft: number | null;
  /** Mean of a request's gaps between events with text. */
  readonly itl: number | null;
  readonly tpot: number | null;
  readonly e2e: number | null;
}

/** The name of a stage in tables: "8 clients", "2.5 /s". */
export function stageName({ arrival, concurrency, rate }: LoadStage): string {
  if (rate !== null) return `${rate}/s ${arrival}`;
  if (arrival === "throughput") return `at most ${concurrency}`;
  return String(concurrency);
}
