/** What turns a checkpoint's prompts into tokens; null for what cannot be seen. */
export interface Prompting {
  /** sha256 over the tokenizer, hex. */
  readonly tokenizer: string | null;
  /** sha256 over chat template and system message, hex; "none" where prompts are sent as they are. */
  readonly template: string | null;
}

/** One saved state of a model, evaluated as a unit. */
export interface Checkpoint {
  /** Unique within the run: "<model>/<folder name>". */
  readonly id: string;
  readonly model: string;
  /** Absolute path of the folder or file; the URL of a served model, or its LoRA adapter's folder. */
  readonly path: string;
  /** Name by which a server knows it, where that is the checkpoint's own and not the model's. */
  readonly servedAs?: string;
  readonly step: number | null;
  readonly epoch: number | null;
  /** "series" checkpoints lie on the training run's axis; a "variant" (quantised, pruned) hangs off one of them. */
  readonly role: "series" | "variant";
  /** For variants: the id of the checkpoint it was made from. */
  readonly parent: string | null;
  /** For example "onnx-int8", "onnx-fp32", "hf-safetensors", "served". */
  readonly format: string;
  /** Bytes of all files that make up the weights; null where unknown. */
  readonly bytes: number | null;
  /** sha256 over the weights and tokenizer, hex; null for served models, whose weights cannot be seen. */
  readonly digest: string | null;
  /** Absent in runs of before it was kept. */
  readonly prompting?: Prompting;
}
