import type { Asker, JudgeContext, Question } from "../../../src/core/judge.ts";

/** A context whose models reply what `reply` says, with what they were asked. */
export function askedBy(
  reply: (prompt: string, model: string) => string,
): JudgeContext & { readonly asked: Question[] } {
  const asked: Question[] = [];
  return {
    asked,
    ask: (model) =>
      Promise.resolve({
        ask(question) {
          asked.push(question);
          const tokens = { prompt: 100, completion: 10 };
          return Promise.resolve({ text: reply(question.prompt, model), finish: "stop", tokens });
        },
      } satisfies Asker),
  };
}

/** The nonce that a prompt asks to be repeated. */
export function nonceOf(prompt: string): string {
  return /"nonce": "([0-9a-f]+)"/.exec(prompt)?.[1] ?? "";
}

export function verdict(prompt: string, fields: Record<string, string | number>): string {
  return JSON.stringify({ nonce: nonceOf(prompt), reason: "So it seems.", ...fields });
}
