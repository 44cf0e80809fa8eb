import type { PromptCodec, PromptToken } from "../../backend/prompt-codec.ts";

/** What is likely wrong with a prompt. */
export interface PromptWarning {
  readonly kind:
    | "doubled-bos"
    | "no-generation-prompt"
    | "unused-template"
    | "trailing-space"
    | "too-long"
    | "unknown-tokens"
    | "template-mismatch"
    | "training-mismatch";
  readonly message: string;
}

interface SeenPrompt {
  /** As it is tokenised; null where that cannot be seen. */
  readonly rendered: string | null;
  readonly tokens: readonly PromptToken[] | null;
  /** Infinite where nobody knows. */
  readonly window: number;
  readonly maxTokens: number;
  readonly isChat: boolean;
}

/** Openings of an assistant's turn in the usual chat formats; a prompt that uses one must end in it. */
const TURN = /<\|(?:im_start|start_header_id|start|assistant|user)\|>|<start_of_turn>|\[\/?INST\]/;
const OPENED = /(?:assistant|model)(?:<\|[^|]*\|>|[^\p{L}])*$|\[\/INST\]\s*$/u;

/** Warnings that text and tokens of one prompt give. */
export function promptWarnings({ rendered, tokens, window, maxTokens, isChat }: SeenPrompt): PromptWarning[] {
  const found: PromptWarning[] = [];
  const [first, second] = tokens ?? [];
  if (first?.isSpecial === true && first.id === second?.id) {
    found.push({ kind: "doubled-bos", message: `it begins with ${first.piece} twice: models are trained with one` });
  }
  if (rendered !== null && !isChat && /[ \t]$/.test(rendered)) {
    const message =
      "it ends with a space: most tokenizers put the space into the next word, which the model can then no longer begin";
    found.push({ kind: "trailing-space", message });
  }
  if (rendered !== null && !isChat && TURN.test(rendered) && !OPENED.test(rendered)) {
    found.push({
      kind: "no-generation-prompt",
      message: "it is written as a chat, but does not end by opening the assistant's turn",
    });
  }
  if (tokens !== null && tokens.length + maxTokens > window) {
    found.push({
      kind: "too-long",
      message: `${tokens.length} tokens and ${maxTokens} to generate do not fit into the context window of ${window}`,
    });
  }
  return found;
}

/** Warnings that need to know the tokenizer and its template. */
export function codecWarnings(codec: PromptCodec, prompt: string, tokens: readonly PromptToken[]): PromptWarning[] {
  const found: PromptWarning[] = [];
  const rendered = codec.render(prompt);
  const [first, second] = codec.plainIds(rendered);
  const isShownOnce = tokens[0]?.id !== tokens[1]?.id;
  if (codec.bos !== null && first === codec.bos && second === codec.bos && isShownOnce) {
    found.push({
      kind: "doubled-bos",
      message: `it spells out ${tokens[0]?.piece ?? "BOS"} and the tokenizer adds another: evalh sends one, other programs send two`,
    });
  }
  if (codec.isChat && rendered === codec.renderClosed(prompt)) {
    found.push({
      kind: "no-generation-prompt",
      message: "the chat template does not open the assistant's turn: the model may go on as the user",
    });
  }
  const unknown = codec.unknown === null ? 0 : tokens.filter(({ id }) => id === codec.unknown).length;
  if (unknown > 0) {
    const share = Math.round((100 * unknown) / tokens.length);
    found.push({
      kind: "unknown-tokens",
      message: `${unknown} of its ${tokens.length} tokens (${share} %) are unknown to the tokenizer`,
    });
  }
  return found;
}

/** A chat template that nobody asks for: right for a base model, a mistake for one that was tuned on chats. */
export function unusedTemplate({ isChat, template }: Pick<PromptCodec, "isChat" | "template">): PromptWarning[] {
  if (isChat || template === null) return [];
  const message =
    "the checkpoint has a chat template, and prompts are sent without it; the option `chat: true` uses it";
  return [{ kind: "unused-template", message }];
}
