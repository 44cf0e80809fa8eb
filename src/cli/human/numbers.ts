import { EvalhError } from "../../core/errors.ts";

/** Reads the value of an option that takes a whole number from 0 on. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= 0 && text.trim() !== "") return value;
    throw new EvalhError("E_USAGE", `${flag} must be a whole number from 0 on, not ${JSON.stringify(text)}`);
  };
}

/** Reads the value of an option that takes a share from 0 to `most`. */
export function share(flag: string, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value >= 0 && value <= most && text.trim() !== "") return value;
    throw new EvalhError("E_USAGE", `${flag} must be a number from 0 to ${most}, not ${JSON.stringify(text)}`);
  };
}
