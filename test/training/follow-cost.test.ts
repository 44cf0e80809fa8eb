import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { eventRecords } from "../../bench/logs/event-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const read = fileURLToPath(new URL("../../bench/logs/read.ts", import.meta.url));
/** What a process reads besides, such as its own counters. */
const SMALL_CHANGE = 8_000;

it.skipIf(process.platform !== "linux")(
  "a growing log costs only its growth: bytes read, as the kernel counts them",
  async () => {
    using folder = temporaryFolder();
    const start = eventRecords(1, 2_000_000);
    const growth = eventRecords(start.nextStep, 50_000);
    const file = folder.write("events.out.tfevents.1700000000.host.1.0", start.data);
    const args = [file, folder.write("growth.bin", growth.data), String(start.nextStep), String(growth.nextStep)];
    const { stdout } = await promisify(execFile)(process.execPath, [read, ...args]);
    const { grown, bytes } = JSON.parse(stdout) as { grown: number; bytes: number };
    expect(grown).toBe(growth.data.length);
    expect(statSync(file).size).toBe(start.data.length + grown);
    expect(bytes).toBeGreaterThanOrEqual(grown);
    expect(bytes).toBeLessThan(grown + SMALL_CHANGE);
  },
);
