/** Step and epoch as the names of checkpoints tell them; null for what is not told. */
export function stepInName(name: string): { readonly step: number | null; readonly epoch: number | null } {
  const plain = name
    .replace(/\.(?:ckpt|keras|gguf|safetensors|onnx|hdf5|h5|weights\.h5)$/, "")
    .replace(/\.weights$/, "");
  // Keras names "model.05-0.66" after the epoch and the loss.
  const epoch = (/epoch[=_-]?(\d+)/i.exec(plain) ?? /\.(\d+)-\d+\.\d+$/.exec(plain))?.[1];
  const step =
    /step[=_-]?(\d+)/i.exec(plain)?.[1] ??
    /(?:checkpoint|ckpt|iter(?:ation)?)[=_.-]?(\d+)/i.exec(plain)?.[1] ??
    (epoch === undefined ? /(?:^|[-_])(\d+)$/.exec(plain)?.[1] : undefined);
  return { step: step === undefined ? null : Number(step), epoch: epoch === undefined ? null : Number(epoch) };
}
