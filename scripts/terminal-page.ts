/** The 16 colours of a dark terminal that the pictures show; those that the screens use. */
const COLOURS: Readonly<Record<string, string>> = { 31: "#f0937f", 32: "#7cc79c", 33: "#e0b35c", 36: "#8ab8e8" };

interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly colour: string | null;
}

const PLAIN: Look = { bold: false, dim: false, inverse: false, colour: null };

/** A page that looks like a terminal showing `screen`, text with SGR codes as `tmux capture-pane -e` prints it. */
export function terminalPage(screen: string): string {
  const lines = screen.replace(/\n$/u, "").split("\n");
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: #15171a; }
    pre { display: inline-block; margin: 0; padding: 14px 18px; color: #d8d6d1;
          font: 15px/1.164 "DejaVu Sans Mono", monospace; font-variant-ligatures: none; }
    i { font-style: normal; display: inline-block; width: 1ch; overflow: visible; }
  </style><pre>${lines.map((line) => lineHtml(line)).join("\n")}</pre>`;
}

function lineHtml(line: string): string {
  let look = PLAIN;
  let html = "";
  for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/gu)) {
    if (codes !== undefined) look = lookAfter(look, codes);
    else html += span(text ?? "", look);
  }
  return html;
}

function lookAfter(before: Look, codes: string): Look {
  let look = before;
  for (const code of codes === "" ? ["0"] : codes.split(";")) {
    if (code === "0") look = PLAIN;
    else if (code === "1") look = { ...look, bold: true };
    else if (code === "2") look = { ...look, dim: true };
    else if (code === "7") look = { ...look, inverse: true };
    else if (code === "39") look = { ...look, colour: null };
    else look = { ...look, colour: COLOURS[code] ?? look.colour };
  }
  return look;
}

function span(text: string, { bold, dim, inverse, colour }: Look): string {
  const ink = dim ? "#8b8f94" : (colour ?? "#d8d6d1");
  const style = [
    inverse ? `color:#15171a;background:${ink}` : `color:${ink}`,
    ...(bold ? ["font-weight:700"] : []),
  ].join(";");
  // Each character in a cell of its own: fallback fonts of other widths must not shift what follows.
  const cells = Array.from(text, (character) =>
    /^[ -~]$/u.test(character) ? escaped(character) : `<i>${escaped(character)}</i>`,
  );
  return `<span style="${style}">${cells.join("")}</span>`;
}

function escaped(character: string): string {
  return character.replace("&", "&amp;").replace("<", "&lt;");
}
