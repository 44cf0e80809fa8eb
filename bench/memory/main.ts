/** Peak memory of a whole run at growing numbers of samples. Flat is the aim. --record FILE keeps the figures. */
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure } from "../measure.ts";

const { values } = parseArgs({
  options: { sizes: { type: "string", default: "10000,100000,1000000" }, record: { type: "string" } },
});
const runner = fileURLToPath(new URL("run-trivial.ts", import.meta.url));

async function writeProject(folder: string, samples: number): Promise<void> {
  const data = createWriteStream(join(folder, "data.jsonl"));
  for (let i = 0; i < samples; i++) {
    if (!data.write(`{"id":"q${i}","text":"sample number ${i} ends with ${i % 10}","answer":"${i % 7}"}\n`))
      await once(data, "drain");
  }
  data.end();
  await finished(data);
  writeFileSync(
    join(folder, "suite.yaml"),
    `suite: memory
version: 1
tasks:
  - task: echo
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4 }
    judges: [exact_match]
models: [{ model: served, backend: openai, url: "http://127.0.0.1:9/v1" }]
`,
  );
}

const rows = [];
for (const samples of values.sizes.split(",").map(Number)) {
  const folder = mkdtempSync(join(tmpdir(), "evalh-memory-"));
  try {
    await writeProject(folder, samples);
    const usage = await measure(process.execPath, [runner, folder]);
    const { n } = JSON.parse(usage.stdout) as { n: number };
    if (n !== samples) throw new Error(`${n} of ${samples} samples were scored`);
    rows.push({
      samples,
      peak_mb: Math.round(usage.peakMegabytes),
      seconds: usage.wallSeconds,
      cpu_us_per_sample: Math.round((usage.cpuSeconds / samples) * 1e6),
    });
    console.log(JSON.stringify(rows.at(-1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const result = { machine: machine(), rows };
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
