/**
 * A zero of `f` between `lo` and `hi`, where its signs differ, to the last bit or nearly: Ridders' method (1979), which
 * converges quadratically and never leaves the bracket.
 */
export function findRoot(f: (x: number) => number, lo: number, hi: number): number {
  let fLo = f(lo);
  const fHi = f(hi);
  if (fLo === 0) return lo;
  if (fHi === 0) return hi;
  let a = lo;
  let b = hi;
  let fB = fHi;
  let last = Number.NaN;
  for (let i = 0; i < 200; i++) {
    const middle = a + (b - a) / 2;
    const fM = f(middle);
    if (fM === 0) return middle;
    const shape = Math.sqrt(fM * fM - fLo * fB);
    const x = shape === 0 ? middle : middle + ((middle - a) * (fLo < fB ? -1 : 1) * fM) / shape;
    const fX = f(x);
    if (fX === 0 || x === last) return x;
    last = x;
    if (Math.sign(fM) !== Math.sign(fX)) {
      [a, fLo, b, fB] = x < middle ? [x, fX, middle, fM] : [middle, fM, x, fX];
    } else if (Math.sign(fX) === Math.sign(fLo)) {
      [a, fLo] = [x, fX];
    } else {
      [b, fB] = [x, fX];
    }
    if (Math.abs(b - a) <= Number.EPSILON * Math.max(Math.abs(a), Math.abs(b))) return x;
  }
  return last;
}
