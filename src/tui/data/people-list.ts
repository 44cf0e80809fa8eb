import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { humanStats } from "../../human/stats/index.ts";
import { humanFiles, loadAnswers, loadSheet } from "../../human/store.ts";
import type { SheetProgress } from "../model/snapshot.ts";

/** People are slower than models: more looks would show nothing new. */
const LOOK_MS = 1_000;
const KEY = ".key.json";

/** The run's sheets for people, how far they are, and what was said so far. */
export interface PeopleList {
  /** True if something came. */
  poll(): Promise<boolean>;
  sheets(): readonly SheetProgress[];
}

export function peopleList(folder: string): PeopleList {
  const place = humanFiles.folder(folder);
  let looked = -Infinity;
  let stamp = "";
  let sheets: readonly SheetProgress[] = [];
  return {
    async poll() {
      if (performance.now() - looked < LOOK_MS) return false;
      looked = performance.now();
      const names = (await readdir(place).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1));
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(place, name))).size));
      const now = names.map((name, at) => `${name} ${sizes[at]}`).join("\n");
      if (now === stamp) return false;
      stamp = now;
      const ids = names.filter((name) => name.endsWith(KEY)).map((name) => name.slice(0, -KEY.length));
      sheets = await Promise.all(ids.map((id) => progressOf(folder, id)));
      return true;
    },
    sheets: () => sheets,
  };
}

async function progressOf(folder: string, id: string): Promise<SheetProgress> {
  const { sheet, key } = await loadSheet(folder, id);
  const answers = await loadAnswers(folder, id);
  const raters = Map.groupBy(answers, ({ rater }) => rater);
  return {
    items: sheet.items.length,
    raters: [...raters].map(([rater, given]) => ({ rater, answers: given.length })),
    result: humanStats(key, answers),
  };
}
