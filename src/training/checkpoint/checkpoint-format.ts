/** A file or folder that may be a checkpoint. */
export interface Entry {
  readonly path: string;
  readonly name: string;
  readonly kind: "file" | "folder";
  /** Files in the folder, those of its subfolders as "onnx/model.onnx"; empty for a file. Natural order. */
  readonly files: readonly string[];
}

/** What looking into a checkpoint has shown. Nothing in it is ever executed or unpickled. */
export interface Inspection {
  readonly format: string;
  /** Absolute paths of the files that hold the weights. */
  readonly weights: readonly string[];
  /** Why the checkpoint cannot be used (yet); null if it is complete. */
  readonly problem: string | null;
  /** Only where the checkpoint itself tells. */
  readonly step?: number;
  readonly epoch?: number;
  /** Name or path of the model that an adapter belongs to. */
  readonly base?: string;
}

/** One kind of checkpoint. */
export interface CheckpointFormat {
  /** Judged by names alone. */
  readonly recognises: (entry: Entry) => boolean;
  /** May throw ENOENT: trainers remove old checkpoints at any time. */
  readonly inspect: (entry: Entry) => Promise<Inspection>;
}
