import { withRoom } from "./room.ts";
import { emptySpans } from "./spans.ts";
import { emptySymbols, type SegmentReader } from "./symbols.ts";
import type { Scan } from "./tokenizer/separation.ts";
import { appendText, emptyUnits } from "./units.ts";
import { wordIds } from "./word-ids.ts";

/** Reads the texts of a segment as the words that `scan` finds. */
export function segmentWords(scan: Scan): SegmentReader {
  const units = emptyUnits();
  const spans = emptySpans();
  const words = wordIds();
  const symbols = emptySymbols();
  return (texts) => {
    units.length = 0;
    spans.length = 0;
    symbols.ends.length = 0;
    for (const text of texts) {
      const start = units.length;
      appendText(units, text);
      scan(units.data, start, units.length, spans);
      symbols.ends.push(spans.length);
    }
    words.clear(spans.length);
    symbols.data = withRoom(symbols.data, spans.length);
    const { data } = symbols;
    for (let i = 0; i < spans.length; i++) {
      data[i] = words.id(units.data, spans.starts[i] as number, spans.ends[i] as number);
    }
    return symbols;
  };
}
