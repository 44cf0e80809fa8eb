import { pcg64 } from "../stats/pcg64.ts";

/** When the requests of an open loop are meant to be sent: milliseconds since its beginning, ascending, without end. */
export function* arrivalTimes(
  arrival: "constant" | "poisson",
  { rate, seed }: { readonly rate: number; readonly seed: number },
): Generator<number, never> {
  const gap = 1000 / rate;
  if (arrival === "constant") for (let i = 0; ; i++) yield i * gap;
  const random = pcg64(seed);
  let at = 0;
  for (;;) {
    // A copy: the generator hands out a view that the next draw from any generator overwrites.
    for (const u of random.doubles(256).slice()) {
      at += -Math.log1p(-u) * gap;
      yield at;
    }
  }
}
