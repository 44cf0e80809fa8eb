import type { Place } from "../../core/errors.ts";
import { createNumberList } from "./number-list.ts";

/** The places of rows by ordinal, at four bytes a row: a finding often names an earlier row. */
export interface PlaceList {
  /** Ordinals come in order, from 0. */
  add(place: Place): void;
  at(ordinal: number): Place;
}

/** An empty list. */
export function createPlaceList(): PlaceList {
  const lines = createNumberList();
  const files: { readonly file: string; readonly first: number }[] = [];
  return {
    add: ({ file, line = 0 }) => {
      if (files.at(-1)?.file !== file) files.push({ file, first: lines.length });
      lines.add(line);
    },
    at: (ordinal) => {
      const file = files.findLast(({ first }) => first <= ordinal)?.file ?? "";
      const line = lines.at(ordinal);
      return line === 0 ? { file } : { file, line };
    },
  };
}
