import { setImmediate } from "node:timers/promises";

import { arrivalTimes } from "./arrivals.ts";
import type { LoadClient, Outgoing } from "./client.ts";
import type { FlightFacts } from "./flight.ts";
import { createGate, type StageGate } from "./gate.ts";
import type { Extent, LoadStage, ServiceLevel } from "./load-plan.ts";
import { createRecorder, type Recorder, type Recording } from "./recorder.ts";

/** What a stage shows of itself while it runs. */
export interface LiveStage {
  phase: "warm-up" | "measuring" | "draining";
  /** When the stage began, `performance.now()`. */
  started: number;
  inFlight: number;
  ended: number;
  failed: number;
}

export interface StageContext {
  readonly client: LoadClient;
  readonly nextRequest: () => Outgoing;
  readonly warmup: Extent;
  readonly length: Extent;
  /** Of the arrivals. */
  readonly seed: number;
  readonly level: ServiceLevel | null;
  /** Ends the measurement at once. */
  readonly stop: AbortSignal;
  readonly live: LiveStage;
  /** Told of every request that has ended, warm-up included. */
  readonly onRequest?: (facts: FlightFacts) => void;
}

/** One repeat of one stage. */
export interface StageOutcome {
  readonly recording: Recording;
  /** The measured window, `performance.now()`; without a request it is empty. */
  readonly window: { readonly from: number; readonly to: number };
  /** Requests of the schedule that found all connections taken until the end. */
  readonly unsent: number;
  /** Share of the window in which this process was busy itself, 0..1. */
  readonly busy: number;
  readonly isPartial: boolean;
}

/** Gaps shorter than this are not waited for to the microsecond: that would take a whole core. */
const SPIN_FROM_MS = 5;
/** Clients that begin in a millisecond. */
const CLIENTS_A_MS = 2;

/** Runs one stage once: warm-up, measurement, and the wait for what is under way. */
export async function runStage(stage: LoadStage, context: StageContext): Promise<StageOutcome> {
  const { live, stop } = context;
  const recorder = createRecorder(context.level, stage.rate !== null);
  const start = performance.now();
  let idle = performance.eventLoopUtilization();
  const gate = createGate(extentsFor(stage, context), start, ({ from, to }) => {
    recorder.open(from, to);
    idle = performance.eventLoopUtilization();
  });
  Object.assign(live, { phase: "warm-up", started: start, inFlight: 0, ended: 0, failed: 0 });
  const schedule = stage.rate === null ? closedLoop(gate, stop) : openLoop(stage, { gate, context, start });
  const sender = createSender(stage.concurrency, { context, recorder, gate, schedule });
  const onStop = (): void => context.client.cutOff();
  stop.addEventListener("abort", onStop, { once: true });
  await schedule.run(sender);
  await sender.drained();
  stop.removeEventListener("abort", onStop);
  const { from, to } = gate.window;
  const end = stop.aborted ? Math.min(to, performance.now()) : Number.isFinite(to) ? to : sender.lastEnd();
  return {
    recording: recorder.recording,
    window: { from: Math.min(from, end), to: end },
    unsent: schedule.waiting(),
    busy: performance.eventLoopUtilization(idle).utilization,
    isPartial: stop.aborted,
  };
}

/** A schedule has a length in time: so many requests take as long as they are meant to, whenever they are answered. */
function extentsFor({ rate }: LoadStage, { warmup, length }: Pick<StageContext, "warmup" | "length">) {
  const inTime = (extent: Extent): Extent =>
    rate === null || "ms" in extent ? extent : { ms: (1000 * extent.requests) / rate };
  return { warmup: inTime(warmup), length: inTime(length) };
}

/** Says what is sent next. */
interface Schedule {
  /** The intended time of the next request; null for none at present. */
  take(): number | null;
  /** Keeps the sender going; resolves once nothing new will come. */
  run(sender: Sender): Promise<void>;
  /** Measured requests that were never sent. */
  waiting(): number;
}

interface Sender {
  readonly most: number;
  inFlight(): number;
  /** Sends the next request if there is one. */
  pull: () => void;
  lastEnd(): number;
  drained(): Promise<void>;
}

function createSender(
  most: number,
  run: {
    readonly context: StageContext;
    readonly recorder: Recorder;
    readonly gate: StageGate;
    readonly schedule: Schedule;
  },
): Sender {
  const { context, recorder, gate, schedule } = run;
  const { client, nextRequest, live, stop, onRequest } = context;
  let inFlight = 0;
  let lastEnd = performance.now();
  let settle: (() => void) | null = null;
  const done = (facts: FlightFacts): void => {
    live.inFlight = --inFlight;
    lastEnd = facts.end;
    recorder.add(facts);
    onRequest?.(facts);
    live.ended++;
    if (facts.failure !== null) live.failed++;
    // The transport frees the connection only after this turn: sending now would open another one.
    queueMicrotask(pull);
  };
  const pull = (): void => {
    const intended = stop.aborted ? null : schedule.take();
    if (intended !== null) {
      live.inFlight = ++inFlight;
      live.phase = intended < gate.window.from ? "warm-up" : "measuring";
      client.send(nextRequest(), intended, done);
    } else if (inFlight === 0) settle?.();
  };
  return {
    most,
    inFlight: () => inFlight,
    pull,
    lastEnd: () => lastEnd,
    drained: () =>
      new Promise((resolve) => {
        settle = resolve;
        if (inFlight === 0) resolve();
        else if (gate.isOver) live.phase = "draining";
      }),
  };
}

/**
 * So many clients, each of which asks again once it was answered. They begin one after the other: together they would
 * stay together, and each would wait for the others' answers to be read and count that as the server's time.
 */
function closedLoop(gate: StageGate, stop: AbortSignal): Schedule {
  return {
    take() {
      const now = performance.now();
      return gate.admit(now) ? now : null;
    },
    async run({ most, pull }) {
      for (let i = 0; i < most && !gate.isOver && !stop.aborted; i++) {
        pull();
        if (i % CLIENTS_A_MS === CLIENTS_A_MS - 1 && i + 1 < most) await pause(1, stop);
      }
    },
    waiting: () => 0,
  };
}

/** Requests at times that do not depend on the answers; those that find no free connection wait, and their wait counts. */
function openLoop(
  { arrival, rate }: LoadStage,
  run: { readonly gate: StageGate; readonly context: StageContext; readonly start: number },
): Schedule {
  const { gate, context, start } = run;
  const perSecond = rate ?? 1;
  const kind = arrival === "constant" ? "constant" : "poisson";
  const isExact = 1000 / perSecond >= SPIN_FROM_MS;
  const backlog: number[] = [];
  let head = 0;
  return {
    take: () => (gate.isOver ? null : (backlog[head++] ?? (head--, null))),
    async run(sender) {
      for (const at of arrivalTimes(kind, { rate: perSecond, seed: context.seed })) {
        await waitUntil(start + at, isExact, context.stop);
        if (context.stop.aborted || !gate.admit(start + at)) return;
        backlog.push(start + at);
        if (sender.inFlight() < sender.most) sender.pull();
      }
    },
    waiting: () => backlog.slice(head).filter((intended) => intended >= gate.window.from).length,
  };
}

/** Timers are late by up to a millisecond or two; the last of it is waited turn by turn where that is affordable. */
async function waitUntil(time: number, isExact: boolean, stop: AbortSignal): Promise<void> {
  const early = isExact ? 2 : 0;
  const ms = time - performance.now() - early;
  if (ms > 0) await pause(ms, stop);
  if (!isExact) return;
  while (performance.now() < time && !stop.aborted) await setImmediate();
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    stop.addEventListener("abort", finish, { once: true });
  });
}
