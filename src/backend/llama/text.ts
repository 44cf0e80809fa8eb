import { openChatTemplate } from "../chat-template.ts";
import type { Reader } from "../continuations.ts";
import { readOptions } from "../options.ts";
import type { LlamaModel } from "./runtime.ts";

/** How text becomes the tokens of a GGUF model: as its own header says, a BOS never doubled. */
export async function openText(
  model: LlamaModel,
  { options, file, window }: { readonly options: Readonly<Record<string, unknown>>; file: string; window: number },
): Promise<Reader> {
  const read = readOptions(options);
  const { bos, bosString, eosString, shouldPrependBosToken } = model.tokens;
  const isChat = read.boolean("chat") ?? false;
  const template = {
    chat_template: model.fileInfo.metadata.tokenizer?.chat_template ?? null,
    bos_token: bosString,
    eos_token: eosString,
  };
  const render = isChat
    ? await openChatTemplate(template, { file, system: read.string("system") })
    : (prompt: string) => prompt;
  // A chat template writes the special tokens itself.
  const addBos = read.boolean("add_bos") ?? (shouldPrependBosToken && !isChat);
  return {
    codec: { prefixId: bos, window },
    render,
    encode(text) {
      const tokens = model.tokenize(text, true);
      if (bos === null || !addBos || tokens[0] === bos) return tokens;
      return [bos, ...tokens];
    },
  };
}
