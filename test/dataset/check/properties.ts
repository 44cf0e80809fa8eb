import { assert, property, type Arbitrary } from "fast-check";

/** Asserts that a predicate holds for whatever the arbitrary makes. */
export function always<T>(arbitrary: Arbitrary<T>, holds: (value: T) => boolean): void {
  assert(property(arbitrary, holds));
}
