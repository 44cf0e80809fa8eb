import { collapsePythonSpace, trimPythonEnd } from "../python-space.ts";

/** How TER prepares text. All default to false. */
export interface TercomOptions {
  /** Cut punctuation off and resolve entities. */
  readonly normalized?: boolean | undefined;
  /** Remove punctuation. */
  readonly noPunct?: boolean | undefined;
  /** With `normalized`: cut East Asian text into characters. With `noPunct`: remove its punctuation too. */
  readonly asianSupport?: boolean | undefined;
  /** Keep upper case. */
  readonly caseSensitive?: boolean | undefined;
}

/** Every substitution sees the result of those before it. */
const WESTERN: readonly (readonly [RegExp, string])[] = [
  [/\n-/g, ""],
  [/\n/g, " "],
  [/&quot;/g, '"'],
  [/&amp;/g, "&"],
  [/&lt;/g, "<"],
  [/&gt;/g, ">"],
  [/^|$/g, " "],
  [/[{-~[-` -&(-+:-@/]/g, " $& "],
  [/'s /g, " 's "],
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/g, "$1 $2 "],
];

const PUNCTUATION = /[.,?:;!"()]/g;
const ASIAN_PUNCTUATION =
  /[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]/g;

/**
 * What sacrebleu cuts into characters. Its range for enclosed letters ends at U+3F22 where U+32FF was meant; its rules
 * for kana never apply, because they ask for the start of a text that begins with a space by then.
 */
const ASIAN_CHARACTERS = /[\u2e80-\u2eff\u31c0-\u31ef\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f]/g;

/** Makes sacrebleu's `tercom` preparation: TER's words with single spaces between them. */
export function tercom(options: TercomOptions = {}): (text: string) => string {
  const { normalized = false, noPunct = false, asianSupport = false, caseSensitive = false } = options;
  const substitutions: (readonly [RegExp, string])[] = [];
  if (normalized) substitutions.push(...WESTERN);
  if (normalized && asianSupport) substitutions.push([ASIAN_CHARACTERS, " $& "], [ASIAN_PUNCTUATION, " $& "]);
  if (noPunct) substitutions.push([PUNCTUATION, ""]);
  if (noPunct && asianSupport) substitutions.push([ASIAN_PUNCTUATION, ""]);
  return (text) => {
    let result = trimPythonEnd(text);
    if (!caseSensitive) result = result.toLowerCase();
    for (const [pattern, replacement] of substitutions) result = result.replace(pattern, replacement);
    return collapsePythonSpace(result);
  };
}
