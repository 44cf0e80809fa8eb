/**
 * What `evalh bench` can send and how true its times are, measured in turns with a bare undici client:
 * 1. the highest rate against a server that answers at once, CPU a request, peak memory;
 * 2. against a server of known delays, reported times against the server's own log of the same requests.
 * Prints the figures; --record FILE keeps them.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import type { LoadResult } from "../../src/load/load-result.ts";
import type { ServedLog } from "../../test/fixtures/servers/known-delays.ts";
import { machine, measure, median, type Usage } from "../measure.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "40000" },
    clients: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    record: { type: "string" },
  },
});
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const evalh = here("../../dist/src/cli/main.js");
const { clients, requests } = values;

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: ServedLog[];
}

async function start(script: string, ...args: string[]): Promise<Server> {
  const child = spawn(process.execPath, [here(script), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const log: ServedLog[] = [];
  const url = await new Promise<string>((resolve) =>
    lines.on("line", (line) => (line.startsWith("{") ? log.push(JSON.parse(line) as ServedLog) : resolve(line))),
  );
  return { child, url, log };
}

async function bench(url: string, ...flags: string[]) {
  const usage = await measure(process.execPath, [evalh, "bench", url, "--json", "--quiet", "--repeats", "1", ...flags]);
  return { ...usage, result: JSON.parse(usage.stdout) as LoadResult };
}

interface Round {
  readonly bare: Usage;
  readonly bareRate: number;
  readonly ours: Usage;
  readonly ourRate: number;
}

async function highestRates(): Promise<object> {
  const server = await start("fast-server.ts");
  const rounds: Round[] = [];
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      const bare = await measure(process.execPath, [here("bare-client.ts"), server.url, clients, requests]);
      const bareRate = (JSON.parse(bare.stdout) as { requestsPerSecond: number }).requestsPerSecond;
      const flags = [
        "-c",
        clients,
        "--requests",
        requests,
        "--warmup",
        "0",
        "--prompt-tokens",
        "16",
        "--output-tokens",
        "8",
      ];
      const ours = await bench(server.url, ...flags);
      const ourRate = ours.result.stages[0]?.rates.requests.value ?? NaN;
      rounds.push({ bare, bareRate, ours, ourRate });
    }
  } finally {
    server.child.kill();
  }
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const perRequest = 1000 / Number(requests);
  return {
    requests: Number(requests),
    clients: Number(clients),
    rounds: rounds.length,
    bare_requests_per_second: Math.round(of(({ bareRate }) => bareRate)),
    evalh_requests_per_second: Math.round(of(({ ourRate }) => ourRate)),
    rate_ratio: round3(of(({ bareRate, ourRate }) => ourRate / bareRate)),
    bare_cpu_ms: round3(of(({ bare }) => bare.cpuSeconds) * perRequest),
    evalh_cpu_ms: round3(of(({ ours }) => ours.cpuSeconds) * perRequest),
    bare_peak_mb: Math.round(Math.max(...rounds.map(({ bare }) => bare.peakMegabytes))),
    evalh_peak_mb: Math.round(Math.max(...rounds.map(({ ours }) => ours.peakMegabytes))),
  };
}

/** Reported means against the server's log of the same requests, for the bare client and for evalh. */
async function accuracy(count: number): Promise<object> {
  const server = await start("../../test/fixtures/servers/known-delays.ts", '{"ttft":100,"gap":10,"tokens":32}');
  const total = 32 * Math.min(count, 16);
  // Connections are opened and code is made fast before anything is measured, on both sides.
  const warm = String(count);
  try {
    const program = here("bare-client.ts");
    const bare = await measure(process.execPath, [program, server.url, warm, String(total + count), warm]);
    const bareTtft = (JSON.parse(bare.stdout) as { ttft: number }).ttft;
    const bareServed = server.log.splice(0).slice(-total);
    const flags = ["-c", warm, "--requests", String(total), "--warmup", warm, "--output-tokens", "32"];
    const { result } = await bench(server.url, ...flags);
    const [stage] = result.stages;
    // The first ones only asked how the server does things, or were warm-up.
    const served = server.log.slice(-(stage?.requests.completed ?? 0));
    return {
      at_a_time: count,
      requests: served.length,
      bare_ttft_error_ms: round3(bareTtft - mean(bareServed.map(firstOf))),
      ttft_ms: compared(stage?.latencies.ttft ?? null, served.map(firstOf)),
      itl_ms: compared(
        stage?.latencies.itl ?? null,
        served.flatMap(({ written }) => written.slice(1).map((at, i) => at - (written[i] ?? NaN))),
      ),
    };
  } finally {
    server.child.kill();
  }
}

function firstOf({ received, written }: ServedLog): number {
  return (written[0] ?? NaN) - received;
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

function compared(ours: LoadResult["stages"][number]["latencies"]["ttft"], servers: readonly number[]): object {
  const [server, reported] = [mean(servers), ours?.mean.value ?? NaN];
  return {
    server_mean: round3(server),
    evalh_mean: round3(reported),
    error_ms: round3(reported - server),
    error_percent: round3((100 * (reported - server)) / server),
    server_p50: round3(median(servers)),
    evalh_p50: round3(ours?.percentiles.p50?.value ?? NaN),
  };
}

function round3(value: number): number {
  return Number(value.toFixed(3));
}

const result = {
  machine: machine(),
  /** Of the minute before: means of times are of little worth where others used the machine. */
  load_average: round3(loadavg()[0] ?? NaN),
  highest_rate: await highestRates(),
  accuracy: [await accuracy(1), await accuracy(16), await accuracy(64)],
};
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
