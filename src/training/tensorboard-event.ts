import { LIGHTNING_STEPS } from "./lightning-steps.ts";
import type { ScalarSink } from "./log-reader.ts";
import { visitFields, type Field } from "./protobuf.ts";
import { isRunSummary } from "./rows.ts";

// Field numbers of tensorflow/core/util/event.proto and framework/{summary,tensor}.proto.
const EVENT = { step: 2, summary: 5 } as const;
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simple: 2, tensor: 8 } as const;
const TENSOR = { type: 1, shape: 2, content: 4, floats: 5, doubles: 6 } as const;
const FLOAT = 1;
const DOUBLE = 2;

/** Reads Event messages one after the other. @returns false for bytes that are no such message */
export type EventReader = (bytes: Buffer, from: number, to: number) => boolean;

/**
 * Delivers the scalars of Event messages.
 * @param offset is added to every step; Lightning's begin at 0
 */
export function createEventReader(sink: ScalarSink, offset: number): EventReader {
  const tagOf = createTagCache();
  let step = 0;
  let shift = offset;
  // The same functions and the same list serve a million records.
  const summaries: number[] = [];
  let bytes: Buffer = Buffer.alloc(0);

  function visitEvent(field: Field): void {
    if (field.number === EVENT.step && field.wire === 0) step = field.value;
    else if (field.number === EVENT.summary && field.wire === 2) summaries.push(field.start, field.end);
  }

  function visitSummary(field: Field): void {
    if (field.number === SUMMARY_VALUE && field.wire === 2) readValue(field.start, field.end);
  }

  let tagStart = 0;
  let tagEnd = 0;
  let value: number | undefined;
  function visitValue(field: Field): void {
    if (field.number === VALUE.tag && field.wire === 2) {
      tagStart = field.start;
      tagEnd = field.end;
    } else if (field.number === VALUE.simple && field.wire === 5) value = bytes.readFloatLE(field.start);
    else if (field.number === VALUE.tensor && field.wire === 2) value = scalarTensor(bytes, field.start, field.end);
  }

  function readValue(start: number, end: number): void {
    tagStart = tagEnd = 0;
    value = undefined;
    visitFields(bytes, start, end, visitValue);
    if (value === undefined || tagEnd === tagStart) return;
    const tag = tagOf(bytes, tagStart, tagEnd);
    if (tag === LIGHTNING_MARK) shift = 1;
    if (shift > 0 && step > 0) sink.warn(LIGHTNING_STEPS);
    if (tag !== LIGHTNING_MARK && tag !== null) sink.scalar(step + shift, tag, tag === "epoch" ? value + shift : value);
  }

  return (record, from, to) => {
    bytes = record;
    step = 0;
    summaries.length = 0;
    let sound = visitFields(record, from, to, visitEvent);
    for (let i = 0; sound && i < summaries.length; i += 2) {
      sound = visitFields(record, summaries[i] as number, summaries[i + 1] as number, visitSummary);
    }
    return sound;
  };
}

// Lightning writes this first, at step 0, for TensorBoard's table of hyperparameters.
const LIGHTNING_MARK = "hp_metric";
const MAX_CACHED_TAGS = 4096;

/** Decodes tags, of which a file has few: by a hash of their bytes. Null for tags that are no points. */
function createTagCache(): (bytes: Buffer, start: number, end: number) => string | null {
  const known = new Map<number, { readonly bytes: Buffer; readonly tag: string | null }>();
  return (bytes, start, end) => {
    let hash = 0;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const found = known.get(hash);
    if (found !== undefined && isAt(found.bytes, bytes, start, end)) return found.tag;
    const text = bytes.toString("utf8", start, end);
    // The Hugging Face Trainer ends with means over the whole run, which are no points.
    const tag = text === "train/train_loss" || isRunSummary(text) ? null : text;
    if (known.size < MAX_CACHED_TAGS) known.set(hash, { bytes: Buffer.from(bytes.subarray(start, end)), tag });
    return tag;
  };
}

function isAt(tag: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (tag.length !== end - start) return false;
  for (let i = 0; i < tag.length; i++) if (tag[i] !== bytes[start + i]) return false;
  return true;
}

/** The number in a tensor of one float or double; undefined for any other. */
function scalarTensor(bytes: Buffer, start: number, end: number): number | undefined {
  let type = 0;
  let from = -1;
  let to = -1;
  let rank = 0;
  const sound = visitFields(bytes, start, end, (field) => {
    if (field.number === TENSOR.type && field.wire === 0) type = field.value;
    else if (field.number === TENSOR.shape && field.wire === 2) rank = elements(bytes, field);
    else if (field.number === TENSOR.content || field.number === TENSOR.floats || field.number === TENSOR.doubles) {
      [from, to] = [field.start, field.end];
    }
  });
  if (!sound || rank > 1) return undefined;
  if (type === FLOAT && to - from === 4) return bytes.readFloatLE(from);
  return type === DOUBLE && to - from === 8 ? bytes.readDoubleLE(from) : undefined;
}

/** How many elements a TensorShapeProto stands for. */
function elements(bytes: Buffer, shape: Field): number {
  let product = 1;
  visitFields(bytes, shape.start, shape.end, (dimension) => {
    if (dimension.number !== 2 || dimension.wire !== 2) return;
    visitFields(bytes, dimension.start, dimension.end, (size) => {
      if (size.number === 1 && size.wire === 0) product *= size.value;
    });
  });
  return product;
}
