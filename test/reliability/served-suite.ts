/** A suite of one task over a served model: what the server answers is all that happens. */
export function servedSuite(origin: string, options = "model: m"): string {
  return `suite: served
version: 1
tasks:
  - task: t
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4, temperature: 0 }
    judges: [exact_match, rouge]
    slices: [kind]
models:
  - { model: served, backend: openai, url: "${origin}/v1", options: { ${options} } }
gates:
  - { metric: failure_rate, mode: threshold, max: 0 }
`;
}
