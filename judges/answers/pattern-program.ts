import { EvalhError } from "../../src/core/errors.ts";
import type { Assertion, CharacterSet, PatternNode } from "./pattern-syntax.ts";

/** One step of a program. Steps go on to the next one unless they say otherwise. */
export type Instruction =
  | { readonly kind: "set"; readonly has: CharacterSet }
  | { readonly kind: "assertion"; readonly at: Assertion }
  /** Notes the position: slot 2 g is the start of group g, slot 2 g + 1 its end; group 0 is the whole match. */
  | { readonly kind: "save"; readonly slot: number }
  /** Tries `first`, and `second` where that fails. */
  | { readonly kind: "split"; first: number; second: number }
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "match" };

/** Repetitions with bounds are written out, so a short pattern can make a long program. */
const MAX_INSTRUCTIONS = 5_000;

/**
 * Translates a pattern for a virtual machine after Pike and Thompson (R. Cox, "Regular Expression Matching: the Virtual
 * Machine Approach", 2009).
 */
export function compileProgram(root: PatternNode): Instruction[] {
  const program: Instruction[] = [];
  emit(program, { kind: "group", node: root, index: 0 });
  push(program, { kind: "match" });
  return program;
}

function push<I extends Instruction>(program: Instruction[], instruction: I): I {
  if (program.length >= MAX_INSTRUCTIONS) {
    throw new EvalhError("E_JUDGE", "A regular expression is too large.", {
      hint: "Use * or + in place of repetitions with high bounds.",
    });
  }
  program.push(instruction);
  return instruction;
}

function emit(program: Instruction[], node: PatternNode): void {
  switch (node.kind) {
    case "set":
    case "assertion":
      push(program, node);
      break;
    case "sequence":
      for (const part of node.parts) emit(program, part);
      break;
    case "group":
      // Only the whole match and the first group are ever read.
      if (node.index <= 1) push(program, { kind: "save", slot: 2 * node.index });
      emit(program, node.node);
      if (node.index <= 1) push(program, { kind: "save", slot: 2 * node.index + 1 });
      break;
    case "alternatives":
      emitAlternatives(program, node.options);
      break;
    case "repeat":
      for (let i = 0; i < node.min; i++) emit(program, node.node);
      if (node.max === Infinity) emitLoop(program, node.node, node.lazy);
      else for (let i = node.min; i < node.max; i++) emitOptional(program, node.node, node.lazy);
      break;
  }
}

function emitAlternatives(program: Instruction[], options: readonly PatternNode[]): void {
  const jumps: { to: number }[] = [];
  for (const [index, option] of options.entries()) {
    if (index === options.length - 1) {
      emit(program, option);
      break;
    }
    const split = push(program, { kind: "split", first: program.length + 1, second: 0 });
    emit(program, option);
    jumps.push(push(program, { kind: "jump", to: 0 }));
    split.second = program.length;
  }
  for (const jump of jumps) jump.to = program.length;
}

/** A split whose one way is the next instruction and whose other is set later. */
function emitSplit(program: Instruction[], lazy: boolean): (elsewhere: number) => void {
  const next = program.length + 1;
  const split = push(program, { kind: "split", first: next, second: next });
  return (elsewhere) => {
    if (lazy) split.first = elsewhere;
    else split.second = elsewhere;
  };
}

function emitLoop(program: Instruction[], node: PatternNode, lazy: boolean): void {
  const start = program.length;
  const leave = emitSplit(program, lazy);
  emit(program, node);
  push(program, { kind: "jump", to: start });
  leave(program.length);
}

function emitOptional(program: Instruction[], node: PatternNode, lazy: boolean): void {
  const leave = emitSplit(program, lazy);
  emit(program, node);
  leave(program.length);
}
