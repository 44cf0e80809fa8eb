import { PassThrough, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import { render } from "ink";
import { createElement, type ReactElement } from "react";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { App } from "../../src/tui/app/app.tsx";
import { keyPresses } from "../../src/tui/app/keys.ts";
import { terminalStore, type TerminalStore } from "../../src/tui/app/terminal-store.ts";
import type { Effect } from "../../src/tui/screen/open-view.ts";
import { openToy, type OpenToy } from "./toy-run.ts";

interface Drawn extends Disposable {
  readonly lastFrame: () => string;
  readonly type: (text: string) => void;
}

/** Ink on streams of memory, 100 columns wide; without `isTTY` the input is a pipe. */
function draw(element: ReactElement, { isTTY = true, spoken = false } = {}): Drawn {
  let frame = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      frame = chunk.toString();
      done();
    },
  });
  const stdin = new PassThrough();
  const raw = isTTY ? { isTTY, setRawMode: () => stdin, ref: () => stdin, unref: () => stdin } : {};
  const app = render(element, {
    stdout: Object.assign(stdout, { columns: 100, rows: 30 }),
    stdin: Object.assign(stdin, raw),
    // Every frame is written whole.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: spoken,
  });
  return {
    lastFrame: () => frame,
    type: (text) => void stdin.write(text),
    [Symbol.dispose]: () => app.unmount(),
  };
}

describe("the app in Ink", () => {
  let toy: OpenToy;
  let store: TerminalStore;
  const effects: Effect[] = [];

  beforeAll(async () => {
    toy = await openToy();
    store = terminalStore(toy.session, { effect: (effect) => effects.push(effect) });
  });

  afterAll(async () => {
    store.close();
    await toy[Symbol.asyncDispose]();
  });

  test("draws what the screens say, follows keys that come in one piece, and reads what it needs", async () => {
    using app = draw(createElement(App, { store, color: false }));
    const { lastFrame, type } = app;
    expect(lastFrame()).toContain("▶ ship checkpoint-20");
    await setTimeout(50);
    type("2jj");
    await setTimeout(100);
    expect(lastFrame()).toContain("▸ quiz/rouge2");
    type("\u001b[A");
    await setTimeout(100);
    expect(lastFrame()).toContain("▸ quiz/rouge1");
    type("/broken\r");
    await toy.session.settled();
    await setTimeout(300);
    expect(lastFrame()).toContain("/ broken");
    expect(lastFrame()).toMatch(/1\/\d+ /u);
    type("\u0003");
    await setTimeout(50);
    expect(effects.at(-1)).toEqual({ kind: "interrupt" });
  });

  test("draws without a keyboard: a pipe has no raw mode", async () => {
    using app = draw(createElement(App, { store, color: false }), { isTTY: false });
    await setTimeout(50);
    expect(app.lastFrame()).toContain("evalh ▸ toy");
  });

  test("speaks sentences to a screen reader", async () => {
    using app = draw(createElement(App, { store, color: false }), { spoken: true });
    await setTimeout(50);
    app.type("1");
    await setTimeout(100);
    expect(app.lastFrame()).toMatch(/^Run of toy\. Verdict: overfit\./u);
  });

  test("has colour where it is wanted", async () => {
    using app = draw(createElement(App, { store, color: true }));
    await setTimeout(50);
    expect(app.lastFrame()).toContain("\u001b[33m ! OVERFIT");
  });
});

describe("keys", () => {
  const none = Object.fromEntries(
    ["upArrow", "downArrow", "leftArrow", "rightArrow", "pageDown", "pageUp", "home", "end", "return", "escape"].map(
      (name) => [name, false],
    ),
  ) as unknown as Parameters<typeof keyPresses>[1];

  test.each([
    ["", { upArrow: true }, ["up"]],
    ["\t", { tab: true, shift: true }, ["shift-tab"]],
    ["d", { ctrl: true }, ["ctrl-d"]],
    ["jj\r", {}, ["j", "j", "enter"]],
    ["x\u007f\u0003", {}, ["x", "backspace", "ctrl-c"]],
    ["x", { meta: true }, []],
    ["漢", {}, ["漢"]],
  ])("%j with %j are %j", (input, part, names) => {
    expect(keyPresses(input, { ...none, ...part }).map(({ name }) => name)).toEqual(names);
  });
});
