import type { Side } from "./rivals.ts";

/** How far before a flip it is asked whether the side has changed already: 2 % of the number, as close as costs that tie. */
const BEFORE = Math.log(1.02);
/** Just beyond a flip that was found to a hundred-thousandth. */
const BEYOND = 1e-4;
/** Halvings of the way to a flip: to a thousandth of a factor of ten. */
const BISECTIONS = 11;

/**
 * A flip at `factor` as decisions confirm it: `sideAt` decides anew at a factor. Where the side has changed well before, or has not changed yet, the
 * flip is looked for on that stretch by halving; null where nothing has changed even at `farthest`. The returned factor lies just beyond the flip.
 *
 * Example: plans that stay as they are would change at 8.6 times the price, but one with a better split holds the side up to 10 times: null.
 */
export function verifiedFlip(sideAt: (factor: number) => Side | undefined, start: Side, factor: number, farthest: number): number | null {
  const way = Math.log(factor);
  const at = (log: number) => sideAt(Math.exp(log));
  const isFlipped = (log: number) => {
    const side = at(log);
    return side !== undefined && side !== start;
  };
  if (isFlipped(way * (1 + BEYOND))) {
    const before = way - Math.sign(way) * BEFORE;
    return before * way > 0 && isFlipped(before) ? halved(isFlipped, 0, before) : factor;
  }
  const end = Math.sign(way) * Math.log(farthest);
  return isFlipped(end) ? halved(isFlipped, way, end) : null;
}

function halved(isFlipped: (log: number) => boolean, from: number, to: number): number {
  let [same, flipped] = [from, to];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (same + flipped) / 2;
    if (isFlipped(middle)) flipped = middle;
    else same = middle;
  }
  return Math.exp(flipped);
}
