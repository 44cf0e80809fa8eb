// Keeps one comment on a pull request up to date. It is found again by its first line, which names the suite. A comment
// that cannot be written is a warning: it must not hide what the gates said.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const { EVALH_REPORT = "evalh-report", EVALH_TOKEN = "", GITHUB_API_URL = "https://api.github.com" } = process.env;
const { GITHUB_REPOSITORY = "", GITHUB_EVENT_PATH = "" } = process.env;

try {
  process.stdout.write(`${await comment()}\n`);
} catch (error) {
  const text = String(error instanceof Error ? error.message : error).replaceAll(/[\r\n%]+/g, " ");
  process.stdout.write(`::warning title=evalh::the comment was not written: ${text}\n`);
}

async function comment() {
  const event = JSON.parse(await readFile(GITHUB_EVENT_PATH, "utf8"));
  const number = event.pull_request?.number;
  if (!Number.isInteger(number)) return "no pull request: no comment";
  const body = await readFile(join(EVALH_REPORT, "comment.md"), "utf8");
  const mark = body.split("\n")[0] ?? "";
  if (!mark.startsWith("<!-- evalh:")) throw new Error("comment.md does not begin with its mark");
  for await (const { id, body: old } of existing(number)) {
    if (typeof old !== "string" || old.split(/\r?\n/)[0] !== mark) continue;
    const { status } = await request("PATCH", `/issues/comments/${id}`, { body });
    if (status === 200) return `updated comment ${id}`;
    // Somebody else wrote that line; theirs is not ours to change.
    if (status !== 403 && status !== 404) throw new Error(`GitHub answered ${status} to an update`);
  }
  const { status } = await request("POST", `/issues/${number}/comments`, { body });
  if (status !== 201) throw new Error(`GitHub answered ${status}; the job needs "pull-requests: write"`);
  return "wrote a comment";
}

async function* existing(number) {
  for (let page = 1; page <= 30; page++) {
    const { status, value } = await request("GET", `/issues/${number}/comments?per_page=100&page=${page}`);
    if (status !== 200 || !Array.isArray(value)) throw new Error(`GitHub answered ${status} to the list of comments`);
    yield* value;
    if (value.length < 100) return;
  }
}

async function request(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
    method,
    // A redirect to another host would take the token along.
    redirect: "error",
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${EVALH_TOKEN}`,
      "content-type": "application/json",
      "x-github-api-version": "2022-11-28",
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
  });
  return { status: response.status, value: await response.json().catch(() => null) };
}
