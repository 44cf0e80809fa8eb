/**
 * Blocks of Markdown, most important first, as many as fit into a number of bytes of UTF-8. A block is never cut, so
 * that no table or fold is left open; a note says what is missing.
 */
export function fitBlocks(
  blocks: readonly string[],
  { bytes, note }: { readonly bytes: number; readonly note: (left: number) => string },
): string {
  const size = (text: string): number => Buffer.byteLength(text, "utf8");
  const whole = `${blocks.join("\n\n")}\n`;
  if (size(whole) <= bytes) return whole;
  const room = bytes - size(note(blocks.length)) - 4;
  const kept: string[] = [];
  let used = 0;
  for (const block of blocks) {
    const needed = size(block) + 2;
    if (used + needed > room) continue;
    kept.push(block);
    used += needed;
  }
  return `${[...kept, note(blocks.length - kept.length)].join("\n\n")}\n`;
}
