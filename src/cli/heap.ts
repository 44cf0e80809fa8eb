import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the nursery together. Larger ones were measured to be no faster for a stream of samples. */
const NURSERY_BYTES = 16 * 2 ** 20;
const LOOK_EVERY_MS = 50;

/**
 * V8 lets its nursery grow by the machine's memory, and a stream of samples fills whatever it gets: a run of a million
 * samples then takes a third more memory for the same speed. The limit cannot be set in a running process, but growth
 * can be stopped once the nursery is large enough.
 */
export function keepNurserySmall(): void {
  const timer = setInterval(() => {
    const nursery = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (nursery !== undefined && nursery.space_size < NURSERY_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, LOOK_EVERY_MS);
  timer.unref();
}
