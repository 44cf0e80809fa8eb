import { textCheck } from "./text-check.ts";

interface Pattern {
  readonly name: string;
  readonly pattern: RegExp;
  /** A second look at what the pattern found. */
  readonly isReal: (match: string) => boolean;
}

const digitsOf = (text: string): string => text.replaceAll(/\D/gu, "");

/** The check digit of card numbers (ISO/IEC 7812-1, Luhn). */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Check digits of an IBAN (ISO 13616, ISO 7064 mod 97-10). */
function isIban(text: string): boolean {
  const iban = text.replaceAll(/\s/gu, "").toUpperCase();
  if (iban.length < 15 || iban.length > 34) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Order matters: a card number also looks like a telephone number. */
const patterns: readonly Pattern[] = [
  {
    name: "e-mail",
    pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,5}\.\p{L}{2,24}/gu,
    isReal: () => true,
  },
  { name: "iban", pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gu, isReal: isIban },
  {
    name: "card",
    // Networks' first digits: 2 to 6; in groups as they are printed, or at a stretch.
    pattern:
      /(?<![\d.-])[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\d-]|\.\d)|(?<![\d.-])3\d{3}[ -]?\d{6}[ -]?\d{5}(?![\d-]|\.\d)/gu,
    isReal: (match) => {
      const digits = digitsOf(match);
      return digits.length >= 13 && digits.length <= 19 && isLuhn(digits);
    },
  },
  { name: "us-ssn", pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/gu, isReal: () => true },
  {
    name: "ip-address",
    pattern: /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])/gu,
    isReal: (match) => !/^(?:127|0)\./u.test(match),
  },
  {
    name: "phone",
    // With a country code, or a North American number as it is written.
    pattern:
      /(?<![\p{L}\d+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,5}){1,5}(?!\d)|(?<![\d-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[.-]\d{4}(?![\d-])/gu,
    isReal: (match) => digitsOf(match).length >= 8 && digitsOf(match).length <= 15,
  },
];

/** Cheap: a text with neither @ nor seven digits nor an address of digits and dots holds none of them. */
const MAY_HOLD = /@|\d(?:\D{0,3}\d){6}/u;

/** The kinds of personal data in a text. */
function find(text: string): string | null {
  if (!MAY_HOLD.test(text)) return null;
  const kinds: string[] = [];
  mask(text, (kind) => kinds.push(kind));
  return kinds.length === 0 ? null : [...new Set(kinds)].join(", ");
}

function mask(text: string, onFound: (kind: string) => void = () => undefined): string {
  let masked = text;
  for (const { name, pattern, isReal } of patterns) {
    masked = masked.replaceAll(pattern, (match) => {
      if (!isReal(match)) return match;
      onFound(name);
      return `[${name}]`;
    });
  }
  return masked;
}

/** Patterns of personal data. What is found is never printed: reports travel. */
export const personalData = textCheck({
  summary: "e-mail addresses, telephone, card and bank account numbers, IP addresses",
  level: "problem",
  message: "rows hold what looks like personal data",
  find,
  repair: (text) => (MAY_HOLD.test(text) ? mask(text) : text),
});
