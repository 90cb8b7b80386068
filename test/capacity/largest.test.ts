import fc from "fast-check";
import { expect, it } from "vitest";
import { largest } from "../../src/capacity/operate.ts";

/** A bisection without any shortcut: what `largest` must agree with. */
function bisection(high: number, margin: (x: number) => number): number {
  if (margin(high) >= 0) return high;
  let [low, upper] = [0, high];
  while (upper - low > 1e-9 * high) {
    const middle = (low + upper) / 2;
    if (margin(middle) >= 0) low = middle;
    else upper = middle;
  }
  return low;
}

it("finds what a plain bisection finds for falling margins of any bend, never beyond it, and asks less", () => {
  const number = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(number, number, number, number, fc.double({ min: -1, max: 10, noNaN: true }), (high, linear, root, pole, spare) => {
      const asked = { plain: 0, quick: 0 };
      const margin = (x: number) => Math.min(spare - (linear * x) / high - root * Math.sqrt(x), spare + 1 - pole / (1.01 * high - x));
      const plain = bisection(high, (x) => {
        asked.plain++;
        return margin(x);
      });
      const quick = largest(high, (x) => {
        asked.quick++;
        return margin(x);
      });
      expect(Math.abs(quick - plain)).toBeLessThanOrEqual(2e-8 * high);
      if (quick > 0) expect(margin(quick)).toBeGreaterThanOrEqual(0);
      expect(asked.quick).toBeLessThanOrEqual(Math.max(4, asked.plain));
    }),
  );
});
