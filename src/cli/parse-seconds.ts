import { InvalidArgumentError } from "commander";

/** A flag's value in seconds. */
export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("a number of seconds is needed");
  }
  return value;
}
