/** More digits than a tie's exact decimal expansion can have; any other remainder shows within them. */
const TAIL = 25;

/**
 * A number with so many decimals, as Python's `%.nf` writes it: the exact binary value, ties to the even digit.
 * toFixed rounds the same value but takes ties up, so that 6.25 becomes 6.3 where Python has 6.2.
 */
export function pythonFixed(value: number, decimals: number): string {
  const rounded = value.toFixed(decimals);
  const exact = value.toFixed(decimals + TAIL);
  const cut = exact.length - TAIL;
  if (exact.slice(cut) !== "5".padEnd(TAIL, "0")) return rounded;
  const down = exact.slice(0, decimals === 0 ? cut - 1 : cut);
  return Number(down.at(-1)) % 2 === 0 ? down : rounded;
}
