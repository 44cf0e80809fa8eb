import { isPythonSpace } from "./python-space.ts";
import { withRoom } from "./room.ts";
import { emptySymbols, type SegmentReader } from "./symbols.ts";

/** Reads the texts of a segment as code points, with or without white space. */
export function segmentCharacters(whitespace: boolean): SegmentReader {
  const symbols = emptySymbols();
  return (texts) => {
    symbols.ends.length = 0;
    let length = 0;
    for (const text of texts) {
      symbols.data = withRoom(symbols.data, length + text.length);
      const { data } = symbols;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (!whitespace && isPythonSpace(code)) continue;
        if ((code & 0xf800) !== 0xd800) data[length++] = code;
        else {
          const point = text.codePointAt(i) as number;
          if (point > 0xffff) i++;
          data[length++] = point;
        }
      }
      symbols.ends.push(length);
    }
    return symbols;
  };
}
