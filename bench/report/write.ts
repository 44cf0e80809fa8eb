/** Writes a generated report: node write.ts PATH SAMPLES CHECKPOINTS CHARACTERS EMBED. The process that is measured. */
import { reports } from "../../reports/index.ts";
import type { EmbedPolicy } from "../../reports/report-module.ts";
import { generated } from "./generated.ts";

const [path = "", samples, checkpoints, characters, embed] = process.argv.slice(2);
const made = generated({ samples: Number(samples), checkpoints: Number(checkpoints), characters: Number(characters) });
const html = await reports.html();
const written = await html.write(made.comparison, made.samples, { path, force: true, embed: embed as EmbedPolicy });
process.stdout.write(JSON.stringify(written));
