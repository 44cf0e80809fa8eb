/** A suffix, what replaces it, and the condition on what is left in front of it. */
type Rule = readonly [suffix: string, replacement: string, condition: (stem: string) => boolean];

const VOWELS = "aeiou";

/** Whole words whose stem the rules get wrong: NLTK's own additions. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["sky", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["inning", "inning"],
  ["innings", "inning"],
  ["outing", "outing"],
  ["outings", "outing"],
  ["canning", "canning"],
  ["cannings", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** A y is a consonant at the start of a word and after a vowel. Digits are consonants. */
function isConsonant(word: string, index: number): boolean {
  let i = index;
  let flipped = false;
  // A run of y alternates; walking it, not recursing, keeps a megabyte of y from overflowing the stack.
  for (; i > 0 && word[i] === "y"; i--) flipped = !flipped;
  return !VOWELS.includes(word[i] as string) !== flipped;
}

/** How often a consonant follows a vowel: the m of the paper. */
function measure(stem: string): number {
  let count = 0;
  let consonant = true;
  for (let i = 0; i < stem.length; i++) {
    const char = stem[i] as string;
    const next: boolean = char === "y" ? i === 0 || !consonant : !VOWELS.includes(char);
    if (next && !consonant) count++;
    consonant = next;
  }
  return count;
}

const always = (): boolean => true;
const m0 = (stem: string): boolean => measure(stem) > 0;
const m1 = (stem: string): boolean => measure(stem) > 1;

function hasVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i++) if (!isConsonant(stem, i)) return true;
  return false;
}

function endsInDoubleConsonant(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Consonant, vowel, consonant other than w, x, y; NLTK also accepts a word that is vowel, consonant. */
function endsShort(word: string): boolean {
  const n = word.length;
  if (n < 2 || !isConsonant(word, n - 1) || isConsonant(word, n - 2)) return false;
  return n === 2 || (isConsonant(word, n - 3) && !"wxy".includes(word[n - 1] as string));
}

/** The first rule whose suffix matches decides, whether or not its condition then holds. */
function applyFirst(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition(stem) ? stem + replacement : word;
  }
  return word;
}

const PLURALS: readonly Rule[] = [
  ["sses", "ss", always],
  ["ies", "i", always],
  ["ss", "ss", always],
  ["s", "", always],
];

const RESTORED_E: readonly Rule[] = [
  ["at", "ate", always],
  ["bl", "ble", always],
  ["iz", "ize", always],
];

const STEP_2: readonly Rule[] = [
  ["ational", "ate", m0],
  ["tional", "tion", m0],
  ["enci", "ence", m0],
  ["anci", "ance", m0],
  ["izer", "ize", m0],
  ["bli", "ble", m0],
  ["alli", "al", m0],
  ["entli", "ent", m0],
  ["eli", "e", m0],
  ["ousli", "ous", m0],
  ["ization", "ize", m0],
  ["ation", "ate", m0],
  ["ator", "ate", m0],
  ["alism", "al", m0],
  ["iveness", "ive", m0],
  ["fulness", "ful", m0],
  ["ousness", "ous", m0],
  ["aliti", "al", m0],
  ["iviti", "ive", m0],
  ["biliti", "ble", m0],
  ["fulli", "ful", m0],
  // The l belongs to the stem here, so that short stems such as geo and theo are reduced too.
  ["logi", "log", (stem) => m0(`${stem}l`)],
];

const STEP_3: readonly Rule[] = [
  ["icate", "ic", m0],
  ["ative", "", m0],
  ["alize", "al", m0],
  ["iciti", "ic", m0],
  ["ical", "ic", m0],
  ["ful", "", m0],
  ["ness", "", m0],
];

const STEP_4: readonly Rule[] = [
  ...["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"].map((s): Rule => [s, "", m1]),
  ["ion", "", (stem) => m1(stem) && /[st]$/.test(stem)],
  ...["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map((s): Rule => [s, "", m1]),
];

function removePlural(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return word.slice(0, -1);
  return applyFirst(word, PLURALS);
}

function removePastOrGerund(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return m0(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const stem = [/ed$/, /ing$/].map((s) => (s.test(word) ? word.replace(s, "") : "")).find((s) => hasVowel(s));
  if (stem === undefined) return word;
  const restored = applyFirst(stem, RESTORED_E);
  if (restored !== stem) return restored;
  if (endsInDoubleConsonant(stem)) return "lsz".includes(stem.at(-1) as string) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function yToI(word: string): string {
  if (!word.endsWith("y") || word.length < 3 || !isConsonant(word, word.length - 2)) return word;
  return `${word.slice(0, -1)}i`;
}

function doubleSuffix(word: string): string {
  if (word.endsWith("alli") && m0(word.slice(0, -4))) return doubleSuffix(word.slice(0, -2));
  return applyFirst(word, STEP_2);
}

function finalE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsShort(stem)) ? stem : word;
}

function finalLl(word: string): string {
  return word.endsWith("ll") && m1(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

/**
 * The stem of a lowercase word after M. F. Porter, "An algorithm for suffix stripping" (Program 14, 1980), with the
 * changes of NLTK 3.10's default mode (NLTK_EXTENSIONS), which rouge_score uses.
 */
export function stem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  let result = yToI(removePastOrGerund(removePlural(word)));
  result = applyFirst(doubleSuffix(result), STEP_3);
  return finalLl(finalE(applyFirst(result, STEP_4)));
}
