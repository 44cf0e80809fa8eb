import { EvalhError, messageOf } from "../src/core/errors.ts";
import { numberValue, switchValue, textValue } from "./nvidia-smi-value.ts";
import {
  THROTTLE_REASONS,
  type GpuMemory,
  type GpuProcess,
  type GpuReading,
  type MigDevice,
  type NvidiaSmiReport,
  type ThrottleReason,
} from "./reading.ts";
import { parseXml, type XmlElement } from "./xml.ts";

/**
 * Parses what `nvidia-smi -q -x` prints, document types v11 to v13.
 * @throws EvalhError E_BACKEND if it is no such document
 */
export function parseNvidiaSmiXml(xml: string): NvidiaSmiReport {
  let root: XmlElement;
  try {
    root = parseXml(xml);
  } catch (error) {
    throw new EvalhError("E_BACKEND", `nvidia-smi printed no XML: ${messageOf(error)}`, {
      cause: error,
      hint: `it began with: ${xml.trim().slice(0, 120)}`,
    });
  }
  if (root.name !== "nvidia_smi_log") {
    throw new EvalhError("E_BACKEND", `nvidia-smi printed <${root.name}> where <nvidia_smi_log> was expected`);
  }
  const driverVersion = textValue(at(root, "driver_version"));
  const gpus = root.children
    .filter(({ name }) => name === "gpu")
    .map((gpu, index) => readGpu(gpu, index, driverVersion));
  return { gpus, problems: [] };
}

function readGpu(gpu: XmlElement, index: number, driverVersion: string | null): GpuReading {
  // Document types differ in names only: power_readings (v11), gpu_power_readings (v12), average_power_draw (v13).
  const power = child(gpu, "gpu_power_readings") ?? child(gpu, "power_readings");
  return {
    index,
    uuid: textValue(at(gpu, "uuid")),
    name: textValue(at(gpu, "product_name")),
    driverVersion,
    gpuUtilization: numberValue(at(gpu, "utilization", "gpu_util")),
    memoryUtilization: numberValue(at(gpu, "utilization", "memory_util")),
    memory: readMemory(gpu),
    temperature: {
      gpu: numberValue(at(gpu, "temperature", "gpu_temp")),
      memory: numberValue(at(gpu, "temperature", "memory_temp")),
    },
    power: {
      draw: numberValue(at(power, "average_power_draw")) ?? numberValue(at(power, "power_draw")),
      instant: numberValue(at(power, "instant_power_draw")),
      limit: numberValue(at(power, "current_power_limit")) ?? numberValue(at(power, "power_limit")),
    },
    clocks: { sm: numberValue(at(gpu, "clocks", "sm_clock")), memory: numberValue(at(gpu, "clocks", "mem_clock")) },
    throttleReasons: readReasons(gpu),
    throttledMicroseconds: readCounters(gpu),
    fanSpeed: numberValue(at(gpu, "fan_speed")),
    performanceState: textValue(at(gpu, "performance_state")),
    uncorrectedErrors: readErrors(child(child(gpu, "ecc_errors"), "volatile")),
    mig: {
      enabled: switchValue(at(gpu, "mig_mode", "current_mig")),
      devices: all(child(gpu, "mig_devices"), "mig_device").map((device) => readMigDevice(device)),
    },
    processes: all(child(gpu, "processes"), "process_info").flatMap((process) => readProcess(process)),
  };
}

function readMemory(element: XmlElement): GpuMemory {
  const memory = child(element, "fb_memory_usage");
  return {
    total: numberValue(at(memory, "total")),
    used: numberValue(at(memory, "used")),
    reserved: numberValue(at(memory, "reserved")),
    free: numberValue(at(memory, "free")),
  };
}

const REASON = /^clocks_(?:event|throttle)_reason_(.+)$/;

function readReasons(gpu: XmlElement): readonly ThrottleReason[] | null {
  const reasons = child(gpu, "clocks_event_reasons") ?? child(gpu, "clocks_throttle_reasons");
  if (reasons === undefined || reasons.children.length === 0) return null;
  const active = new Set(
    reasons.children.flatMap(({ name, text }) => (text === "Active" ? [REASON.exec(name)?.[1]] : [])),
  );
  return THROTTLE_REASONS.filter((reason) => active.has(reason));
}

const COUNTER = /^clocks_event_reasons_counters_(.+)$/;

function readCounters(gpu: XmlElement): GpuReading["throttledMicroseconds"] {
  const counters = child(gpu, "clocks_event_reasons_counters");
  if (counters === undefined) return null;
  const times: Partial<Record<ThrottleReason, number>> = {};
  for (const { name, text } of counters.children) {
    // The counters shorten what the reasons spell out: sw_therm_slowdown, hw_power_brake.
    const plain = COUNTER.exec(name)?.[1]
      ?.replace("therm_", "thermal_")
      .replace(/brake$/, "brake_slowdown");
    const reason = THROTTLE_REASONS.find((one) => one === plain);
    const time = numberValue(text);
    if (reason !== undefined && time !== null) times[reason] = time;
  }
  return times;
}

/** The sum of all uncorrectable counts of any memory; older documents call them double-bit errors. */
function readErrors(volatile: XmlElement | undefined): number | null {
  const counts = (volatile?.children ?? []).flatMap((element) => {
    if (element.name === "double_bit") return numberValue(at(element, "total")) ?? [];
    return element.name.includes("uncorrectable") ? (numberValue(element.text) ?? []) : [];
  });
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function readMigDevice(device: XmlElement): MigDevice {
  return {
    index: numberValue(at(device, "index")),
    gpuInstance: numberValue(at(device, "gpu_instance_id")),
    computeInstance: numberValue(at(device, "compute_instance_id")),
    memory: readMemory(device),
  };
}

function readProcess(process: XmlElement): GpuProcess[] {
  const pid = numberValue(at(process, "pid"));
  if (pid === null) return [];
  return [
    {
      pid,
      type: textValue(at(process, "type")),
      name: textValue(at(process, "process_name")),
      memory: numberValue(at(process, "used_memory")),
      gpuInstance: numberValue(at(process, "gpu_instance_id")),
      computeInstance: numberValue(at(process, "compute_instance_id")),
    },
  ];
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name);
}

function all(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return (element?.children ?? []).filter((one) => one.name === name);
}

/** The text found by going down by names. */
function at(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  let found = element;
  for (const name of names) found = child(found, name);
  return found?.text;
}
