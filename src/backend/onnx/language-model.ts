import type { Decoder } from "./decoder.ts";
import type { TextCodec } from "./text-codec.ts";

/** A checkpoint ready to be asked. */
export interface LanguageModel {
  readonly decoder: Decoder;
  readonly codec: TextCodec;
  /** The prompt as the model is to see it: through the chat template where one is used. */
  render(prompt: string): string;
  /** Token ids of a rendered prompt. */
  encode(rendered: string): number[];
}
