export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * At most `most` points that draw the same curve: Largest-Triangle-Three-Buckets (Steinarsson 2013, "Downsampling Time
 * Series for Visual Representation", section 4.2). The first and the last point stay; peaks survive.
 */
export function largestTriangles(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most || most < 3) return points;
  const kept = [points[0] as Point];
  const size = (points.length - 2) / (most - 2);
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const from = 1 + Math.floor(bucket * size);
    const to = 1 + Math.floor((bucket + 1) * size);
    const next = centre(points.slice(to, Math.min(1 + Math.floor((bucket + 2) * size), points.length)));
    kept.push(farthest(points.slice(from, to), kept.at(-1) as Point, next));
  }
  kept.push(points.at(-1) as Point);
  return kept;
}

function centre(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/** The point that spans the largest triangle with its neighbours. */
function farthest(candidates: readonly Point[], before: Point, after: Point): Point {
  let best = candidates[0] as Point;
  let largest = -1;
  for (const point of candidates) {
    const area = Math.abs((before.x - after.x) * (point.y - before.y) - (before.x - point.x) * (after.y - before.y));
    if (area > largest) {
      largest = area;
      best = point;
    }
  }
  return best;
}
