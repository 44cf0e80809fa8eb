import { availableParallelism, cpus, totalmem } from "node:os";

/** The machine in words: what has to be equal for times to be compared. Memory is told only as far as it decides. */
export function describeMachine(): string {
  const model = (cpus()[0]?.model ?? "unknown processor").replaceAll(/\s+/gu, " ").trim();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${gigabytes} GB, ${process.platform} ${process.arch}`;
}
