import { findStop } from "./stop.ts";
import type { TextCodec } from "./onnx/text-codec.ts";

/** Finds where an output ends before a stop string. */
export interface StopStrings {
  /** False if no stop string can end within this token, so that the text need not be looked at. */
  mayEndWith(token: number): boolean;
  /** Start of the first stop string in the text; -1 without one. */
  find(text: string): number;
}

/**
 * Stop strings may span tokens. Decoding the whole output after every token would cost more than the model, so a
 * token is first asked whether its own text holds the last character of a stop string. That is remembered per token.
 */
export function createStopStrings(codec: Pick<TextCodec, "decode">, stops: readonly string[]): StopStrings {
  const wanted = stops.filter((stop) => stop !== "");
  const lastCharacters = wanted.map((stop) => stop.at(-1) as string);
  const remembered = new Map<number, boolean>();
  const mayEnd = (token: number): boolean => {
    // Twice, because some decoders strip the space in front of the first token. A token that is part of a character
    // (U+FFFD) or shows nothing by itself can complete anything.
    const text = codec.decode([token, token]);
    return text === "" || text.includes("\u{FFFD}") || lastCharacters.some((character) => text.includes(character));
  };
  return {
    mayEndWith(token) {
      if (wanted.length === 0) return false;
      let answer = remembered.get(token);
      if (answer === undefined) {
        answer = mayEnd(token);
        remembered.set(token, answer);
      }
      return answer;
    },
    find: (text) => findStop(text, wanted),
  };
}
