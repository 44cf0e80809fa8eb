import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { NO_CHUNK } from "./format.ts";

const compress = promisify(gzip);

/** Characters of JSON a chunk: opening a sample opens its chunk, so small is quick; gzip looks back 32 kB only. */
const CHUNK_CHARACTERS = 200_000;
/** Chunks compressed at the same time. */
const IN_FLIGHT = 2;

/** A block's text, as it stands in the page. */
function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

export async function packBlock(content: string | Uint8Array): Promise<string> {
  return base64(await compress(content));
}

interface Chunk {
  readonly rank: number;
  readonly number: number;
  readonly samples: readonly number[];
  readonly packed: string;
}

export interface StoredTexts {
  /** Packed chunks in the order of their numbers; empty where a sink took them. */
  readonly chunks: readonly string[];
  readonly chunkOf: Uint32Array;
  readonly chunkAt: Uint32Array;
  readonly embedded: number;
}

export interface TextStore {
  /** False once a rank has been cut: its texts need not be made. */
  accepts(rank: number): boolean;
  /** Takes a sample's JSON. A rank that has been cut takes no more. */
  add(sample: number, rank: number, json: string): Promise<void>;
  /** Drops the last chunks of the least ranks until `budget` characters hold the rest. */
  finish(total: number, budget: number): Promise<StoredTexts>;
}

export interface TextStoreOptions {
  /** Characters of base64 to hold at most, about; Infinity only with a sink. */
  readonly most: number;
  /** Takes every chunk as soon as it is packed, in order; then nothing is held. */
  readonly sink: ((chunk: number, packed: string) => Promise<void>) | null;
}

/**
 * Holds compressed chunks of texts: beyond `most` those of the highest rank numbers go, so memory does not grow with
 * the number of samples. Chunks are counted in the order they were filled, whenever their compression ends: the same
 * samples give the same file.
 */
export function textStore(options: TextStoreOptions): TextStore {
  const open = new Map<number, { samples: number[]; parts: string[]; size: number }>();
  const flying: Promise<Chunk>[] = [];
  const held = chunkHolder(options);
  let next = 0;

  const close = (rank: number): void => {
    const filling = open.get(rank);
    if (filling === undefined) return;
    open.delete(rank);
    const { samples, parts } = filling;
    const number = next++;
    flying.push(packBlock(`[${parts.join(",")}]`).then((packed) => ({ rank, number, samples, packed })));
  };
  const settle = async (): Promise<void> => {
    const chunk = await flying.shift();
    if (chunk !== undefined) await held.take(chunk);
  };

  return {
    accepts: (rank) => rank < held.closed(),
    async add(sample, rank, json) {
      if (rank >= held.closed()) return;
      const filling = open.get(rank) ?? { samples: [], parts: [], size: 0 };
      open.set(rank, filling);
      filling.samples.push(sample);
      filling.parts.push(json);
      filling.size += json.length;
      if (filling.size < CHUNK_CHARACTERS) return;
      close(rank);
      if (flying.length < IN_FLIGHT) return;
      await settle();
      held.drop(options.most);
      for (const cut of open.keys()) if (cut >= held.closed()) open.delete(cut);
    },
    async finish(total, budget) {
      for (const rank of open.keys()) close(rank);
      while (flying.length > 0) await settle();
      held.drop(budget);
      return place(held.chunks(), total);
    },
  };
}

interface ChunkHolder {
  take(chunk: Chunk): Promise<void>;
  drop(budget: number): void;
  /** Ranks from here on have been cut. */
  closed(): number;
  chunks(): readonly Chunk[];
}

function chunkHolder({ sink }: TextStoreOptions): ChunkHolder {
  let chunks: Chunk[] = [];
  let characters = 0;
  let closed = Infinity;
  return {
    async take(chunk) {
      if (sink === null) {
        chunks.push(chunk);
        characters += chunk.packed.length;
        return;
      }
      await sink(chunk.number, chunk.packed);
      chunks.push({ ...chunk, packed: "" });
    },
    drop(budget) {
      while (characters > budget && chunks.length > 0) {
        const worst = chunks.reduce((a, b) => (b.rank >= a.rank ? b : a));
        chunks = chunks.filter((chunk) => chunk !== worst);
        characters -= worst.packed.length;
        closed = Math.min(closed, worst.rank);
      }
    },
    closed: () => closed,
    chunks: () => chunks,
  };
}

function place(kept: readonly Chunk[], total: number): StoredTexts {
  const chunkOf = new Uint32Array(total).fill(NO_CHUNK);
  const chunkAt = new Uint32Array(total);
  let embedded = 0;
  for (const [chunk, { samples }] of kept.entries()) {
    embedded += samples.length;
    for (const [at, sample] of samples.entries()) {
      chunkOf[sample] = chunk;
      chunkAt[sample] = at;
    }
  }
  const chunks = kept.map(({ packed }) => packed).filter((packed) => packed !== "");
  return { chunks, chunkOf, chunkAt, embedded };
}
