/** Gives a key when it is needed. A function, so that printing or storing the options that hold it shows nothing. */
export type Secret = () => string | undefined;

/**
 * Makes a function that blots secrets out of text: as they are, URL-encoded, in base64 and escaped as in JSON. Servers
 * like to quote the key they refuse. Anything shorter than four characters is not taken for a secret.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets.filter((text) => text.length >= 4)) {
    const encoded = [encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    for (const form of [secret, ...encoded, JSON.stringify(secret).slice(1, -1)]) forms.add(form);
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, form) => rest.replaceAll(form, "[redacted]"), text);
}

/** True for headers whose values must not be shown. */
export function isSecretHeader(name: string): boolean {
  return /auth|key|token|secret|cookie|password|credential/i.test(name);
}
