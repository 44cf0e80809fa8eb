import { createHmac, randomBytes } from "node:crypto";

import type { AnsweredSample } from "./answered-sample.ts";
import type { Drawn } from "./draw.ts";
import type { Population } from "./population.ts";
import {
  guidelinesFor,
  type HumanForm,
  type HumanItem,
  type HumanKey,
  type HumanSheet,
  type KeyEntry,
} from "./sheet.ts";

/** An item with a known answer, to see whether raters read. */
export interface GoldItem {
  readonly prompt: string;
  readonly reference?: string;
  readonly answers: readonly string[];
  readonly expected: string;
}

export interface SheetOptions {
  readonly run: string;
  readonly form: HumanForm;
  readonly seed: number;
  /** Share of items shown twice, 0..0.5. */
  readonly repeat: number;
  readonly gold: readonly GoldItem[];
  readonly guidelines?: string;
  readonly showReference: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Ids in the run's order, as outputs stand in a sample. */
  readonly checkpoints: readonly string[];
  readonly identical: Population["identical"];
  readonly isPicked?: boolean;
}

/** Letters and digits that nobody mistakes for each other. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";

/**
 * Makes the blind sheet and its key. Ids, sides and order come from an HMAC with a fresh secret: from the sheet alone
 * nobody can tell whose answer is which. Of the checkpoints shown together each stands at each place equally often (± 1).
 */
export async function makeSheet(
  drawn: readonly Drawn[],
  samples: AsyncIterable<AnsweredSample>,
  options: SheetOptions,
): Promise<{ readonly sheet: HumanSheet; readonly key: HumanKey }> {
  const secret = randomBytes(32);
  const id = Array.from(randomBytes(6), (byte) => ALPHABET[byte % ALPHABET.length] ?? "").join("");
  const mac = (...parts: readonly (string | number)[]): string =>
    createHmac("sha256", secret).update(JSON.stringify(parts)).digest("hex");
  const views = await wantedSamples(drawn, samples);
  const ordered = balanced(drawn, mac);
  const items: HumanItem[] = [];
  const entries: Record<string, KeyEntry> = {};
  const add = (item: Omit<HumanItem, "id">, entry: KeyEntry, ...parts: readonly (string | number)[]): string => {
    const itemId = `${id}-${mac("id", ...parts).slice(0, 10)}`;
    items.push({ id: itemId, ...item });
    entries[itemId] = entry;
    return itemId;
  };
  const repeats = Math.round(options.repeat * ordered.length);
  for (const [index, each] of ordered.entries()) {
    const { task, sample, stratum, weight } = each;
    const view = views.get(keyOf(each));
    if (view === undefined) continue;
    const shown = (checkpoints: readonly string[]): Omit<HumanItem, "id"> => ({
      prompt: view.prompt,
      reference: options.showReference ? (view.references[0] ?? null) : null,
      answers: checkpoints.map((id) => view.outputs[options.checkpoints.indexOf(id)]?.text ?? ""),
    });
    const same = Object.keys(each.same).length === 0 ? {} : { same: each.same };
    const entry = { task, sample, checkpoints: each.checkpoints, ...same, weight, stratum };
    const parts = [task, sample, ...each.checkpoints.toSorted()];
    const of = add(shown(each.checkpoints), { kind: "new", ...entry }, ...parts);
    if (index >= repeats) continue;
    const swapped = each.checkpoints.toReversed();
    add(shown(swapped), { kind: "repeat", of, ...entry, checkpoints: swapped }, "repeat", ...parts);
  }
  for (const [index, { prompt, reference = null, answers, expected }] of options.gold.entries()) {
    const about = { task: "", sample: String(index), checkpoints: [], weight: 0, stratum: "" };
    add({ prompt, reference, answers }, { kind: "gold", expected, ...about }, "gold", index);
  }
  items.sort((a, b) => (mac("order", a.id) < mac("order", b.id) ? -1 : 1));
  const { form, run, seed, identical, createdAt } = options;
  const guidelines = options.guidelines ?? guidelinesFor[form];
  return {
    sheet: { format: "evalh-human/1", id, form, guidelines, items },
    key: {
      format: "evalh-human-key/1",
      id,
      run,
      createdAt,
      form,
      seed,
      secret: secret.toString("hex"),
      entries,
      identical,
      ...(options.isPicked === true ? { isPicked: true } : {}),
    },
  };
}

const keyOf = ({ task, sample }: { readonly task: string; readonly sample: string }): string => `${task}\n${sample}`;

/**
 * Places and order by the secret, in an order nobody knows: within a pair (or a choice) of the same checkpoints answers
 * move on by one place from item to item, so that each stands at each place equally often.
 */
function balanced(drawn: readonly Drawn[], mac: (...parts: readonly string[]) => string): Drawn[] {
  const rank = (each: Drawn): string => mac("side", each.task, each.sample, ...each.checkpoints);
  const seen = new Map<string, number>();
  return drawn
    .map((each) => ({ each, key: rank(each) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ each }) => {
      const together = each.checkpoints.join("\n");
      const count = seen.get(together) ?? 0;
      seen.set(together, count + 1);
      const by = count % each.checkpoints.length;
      return { ...each, checkpoints: [...each.checkpoints.slice(by), ...each.checkpoints.slice(0, by)] };
    });
}

async function wantedSamples(
  drawn: readonly Drawn[],
  samples: AsyncIterable<AnsweredSample>,
): Promise<Map<string, AnsweredSample>> {
  const wanted = new Set(drawn.map(keyOf));
  const views = new Map<string, AnsweredSample>();
  for await (const view of samples) {
    const key = keyOf({ task: view.task, sample: view.id });
    if (wanted.has(key)) views.set(key, view);
  }
  return views;
}
