import type { Comparison, SampleSource } from "../../../src/compare/comparison.ts";
import { formatBytes, formatCount, plural } from "../../number-format.ts";
import type { EmbedPolicy } from "../../report-module.ts";
import { columnCollector, type CollectedColumns } from "./collector.ts";
import { BLOCK_TYPE, BlockName, type ReportMeta } from "./format.ts";
import { interestOf, Interest, RANDOM } from "./interest.ts";
import { storedSample } from "./stored-sample.ts";
import { packBlock, textStore, type StoredTexts } from "./text-store.ts";
import { worstList } from "./worst-list.ts";

export interface BlockOptions {
  readonly embed: EmbedPolicy;
  /** Bytes that all blocks together may take; does not bind the policy "all". */
  readonly budget: number;
  readonly append: (text: string) => Promise<void>;
}

/** Reads every sample once and writes the data blocks of a page. Texts are held compressed and within the budget. */
export async function writeBlocks(
  comparison: Comparison,
  samples: SampleSource,
  options: BlockOptions,
): Promise<ReportMeta> {
  const { embed, budget, append } = options;
  const write = (name: string, packed: string): Promise<void> => append(blockElement(name, packed));
  const sink = embed === "all" ? (chunk: number, packed: string) => write(BlockName.text(chunk), packed) : null;
  const texts = textStore({ most: budget, sink });
  const columns = columnCollector(comparison);
  const worst = worstList(comparison);
  const interest = interestOf(comparison);
  for await (const view of samples.samples()) {
    const sample = columns.total;
    columns.add(view);
    worst.offer(sample, view);
    const rank = embed === "all" ? 0 : interest(view);
    if (embed === "none" || (embed === "changed" && rank === Interest.unchanged) || !texts.accepts(rank)) continue;
    await texts.add(sample, rank, JSON.stringify(storedSample(view)));
  }
  const collected = columns.finish();
  const packed = await packColumns(collected);
  const worstSamples = embed === "none" ? [] : worst.finish();
  packed.push([BlockName.worst, await packBlock(JSON.stringify(worstSamples))]);
  const used = packed.reduce((sum, [, text]) => sum + text.length + ELEMENT_BYTES, 0);
  const stored = await texts.finish(
    collected.ids.length,
    embed === "all" ? Infinity : budget - used - collected.ids.length,
  );
  for (const [chunk, text] of stored.chunks.entries()) await write(BlockName.text(chunk), text);
  const meta = collected.meta({ embedded: stored.embedded, embed });
  packed.push(...(await packPlaces(stored)), [BlockName.meta, await packBlock(JSON.stringify(meta))]);
  for (const [name, text] of packed) await write(name, text);
  return meta;
}

/** What an element takes beside its text. */
const ELEMENT_BYTES = 90;

type PackedBlock = readonly [name: string, text: string];

type Block = readonly [name: string, content: string | Uint8Array];

/** Everything of the samples but their texts, a block a column. */
export function columnBlocks(columns: CollectedColumns): readonly Block[] {
  return [
    [BlockName.ids, JSON.stringify(columns.ids)],
    [BlockName.previews, JSON.stringify(columns.previews)],
    [BlockName.status, columns.status],
    [BlockName.sameText, bytesOf(columns.sameText)],
    ...columns.slices.map((codes, field): Block => [BlockName.slice(field), bytesOf(codes)]),
    ...columns.scores.flatMap(({ values, codes }, metric): Block[] => [
      [BlockName.values(metric), bytesOf(values)],
      [BlockName.codes(metric), bytesOf(codes)],
    ]),
  ];
}

async function packColumns(columns: CollectedColumns): Promise<PackedBlock[]> {
  const blocks: PackedBlock[] = [];
  for (const [name, content] of columnBlocks(columns)) blocks.push([name, await packBlock(content)]);
  return blocks;
}

async function packPlaces({ chunkOf, chunkAt }: StoredTexts): Promise<PackedBlock[]> {
  return [
    [BlockName.chunkOf, await packBlock(bytesOf(chunkOf))],
    [BlockName.chunkAt, await packBlock(bytesOf(chunkAt))],
  ];
}

/** The bytes of an array, least significant first on every machine that Node runs on. */
function bytesOf(array: Uint16Array | Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function blockElement(name: string, packed: string): string {
  return `<script type="${BLOCK_TYPE}" data-block="${name}">${packed}</script>\n`;
}

/** What is not in the file and why; null when everything is. */
export function leftOut({ total, embedded, embed }: ReportMeta, budget: number): string | null {
  const missing = total - embedded;
  if (missing === 0) return null;
  const every = `All scores of all ${formatCount(total)} samples are here`;
  if (embed === "none") return `${every}; their texts were left out as asked.`;
  const limit = formatBytes(budget);
  return `${every}; the texts of ${plural(missing, "sample")} are not. Texts of failures, of ${formatCount(RANDOM)} samples drawn at random and of samples whose scores changed come first, up to a file of ${limit}.`;
}
