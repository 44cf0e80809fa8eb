/** The outcome of one request that cannot be answered; the others of its batch go on. */
export function failed(index: number, message: string) {
  return { index, kind: "failed", error: { code: "E_BACKEND", message } } as const;
}
