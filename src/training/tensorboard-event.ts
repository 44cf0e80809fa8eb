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

/** Delivers the scalars of one Event message. @returns false if the bytes are no such message */
export function readEvent(bytes: Buffer, from: number, to: number, sink: ScalarSink): boolean {
  let step = 0;
  const summaries: number[] = [];
  const sound = visitFields(bytes, from, to, (field) => {
    if (field.number === EVENT.step && field.wire === 0) step = field.value;
    else if (field.number === EVENT.summary && field.wire === 2) summaries.push(field.start, field.end);
  });
  if (!sound) return false;
  for (let i = 0; i < summaries.length; i += 2) {
    const whole = visitFields(bytes, summaries[i] as number, summaries[i + 1] as number, (field) => {
      if (field.number === SUMMARY_VALUE && field.wire === 2) readValue(bytes, field, { step, sink });
    });
    if (!whole) return false;
  }
  return true;
}

function readValue(bytes: Buffer, { start, end }: Field, { step, sink }: { step: number; sink: ScalarSink }): void {
  let tagStart = 0;
  let tagEnd = 0;
  let value: number | undefined;
  visitFields(bytes, start, end, (field) => {
    if (field.number === VALUE.tag && field.wire === 2) [tagStart, tagEnd] = [field.start, field.end];
    else if (field.number === VALUE.simple && field.wire === 5) value = bytes.readFloatLE(field.start);
    else if (field.number === VALUE.tensor && field.wire === 2) value = scalarTensor(bytes, field.start, field.end);
  });
  if (value === undefined || tagEnd === tagStart) return;
  const tag = bytes.toString("utf8", tagStart, tagEnd);
  // The Hugging Face Trainer ends with means over the whole run, which are no points.
  if (tag === "train/train_loss" || isRunSummary(tag)) return;
  sink.scalar(step, tag, value);
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
