import { BlockName, NO_CHUNK, type StoredSample } from "../data/format.ts";
import { fetchServed, readBytes, readJson, recentCache, servedVersion } from "./blocks.ts";

/** Chunks kept open: neighbours in a list often share one. */
const OPEN_CHUNKS = 8;
/** Samples of a served page kept: enough to page up and down without asking again. */
const KEPT_SAMPLES = 64;

/** The samples' texts, wherever they lie. */
export interface TextSource {
  readonly hasText: (sample: number) => boolean;
  /** Null where the text was left out. */
  readonly text: (sample: number) => Promise<StoredSample | null>;
}

export function textSource(): Promise<TextSource> {
  return servedVersion() === null ? ownTexts() : Promise.resolve(servedTexts());
}

async function ownTexts(): Promise<TextSource> {
  const [chunkOf, chunkAt] = await Promise.all(
    [BlockName.chunkOf, BlockName.chunkAt].map(async (name) => new Uint32Array(await readBytes(name))),
  );
  const openChunk = recentCache(OPEN_CHUNKS, (chunk) => readJson<StoredSample[]>(BlockName.text(chunk)));
  const chunkFor = (sample: number): number => chunkOf?.[sample] ?? NO_CHUNK;
  return {
    hasText: (sample) => chunkFor(sample) !== NO_CHUNK,
    async text(sample) {
      const chunk = chunkFor(sample);
      return chunk === NO_CHUNK ? null : ((await openChunk(chunk))[chunkAt?.[sample] ?? 0] ?? null);
    },
  };
}

function servedTexts(): TextSource {
  const text = recentCache(KEPT_SAMPLES, async (sample) => {
    const response = await fetchServed("samples", String(sample));
    return (await response.json()) as StoredSample;
  });
  return { hasText: () => true, text };
}
