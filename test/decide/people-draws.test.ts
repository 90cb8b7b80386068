import { describe, expect, it } from "vitest";
import type { FleetDraws } from "../../src/decide/fleet-draws.ts";
import { staffed } from "../../src/decide/people-draws.ts";

const column = (...values: readonly number[]) => Float64Array.from(values);
/** A fleet of one size in three draws, and the other size that it may have. */
const fleet = (
  usd: readonly number[],
  gpus: readonly number[],
  small?: readonly [usd: readonly number[], gpus: readonly number[]],
): FleetDraws => {
  const own = { usd: column(...usd), gpus: column(...gpus) };
  return {
    ...own,
    months: gpus.length / usd.length,
    sizes: small === undefined ? [own] : [own, { usd: column(...small[0]), gpus: column(...small[1]) }],
  };
};
/** 1,000 USD of people for a small fleet and 5,000 for a large one, in every draw. */
const [FEW, MANY] = [1000, 5000].map((usd) => ({ low: usd, expected: usd, high: usd }));
if (FEW === undefined || MANY === undefined) throw new Error("two ranges");
const drawnWith = (fleets: readonly FleetDraws[], few = FEW, many = MANY) => {
  const drawn = staffed(fleets, few, many, new Float64Array(3));
  return { people: [...drawn.people], usd: drawn.fleets.map(({ usd }) => [...usd]) };
};

describe("people of fleets in every draw", () => {
  it("are a full-time job where the fleets together have more than eight GPUs", () => {
    expect(drawnWith([fleet([10, 10, 10], [8, 9, 16])])).toEqual({ people: [1000, 5000, 5000], usd: [[10, 10, 10]] });
    expect(drawnWith([fleet([10, 10, 10], [4, 5, 8]), fleet([20, 20, 20], [4, 4, 1])])).toEqual({
      people: [1000, 5000, 5000],
      usd: [
        [10, 10, 10],
        [20, 20, 20],
      ],
    });
  });

  it("are a full-time job in the months in which they are that many", () => {
    // Two months of three draws: 8 then 9, 9 then 8, 8 twice. The second fleet does not grow.
    const monthly = (gpus: readonly number[], largest: readonly number[]) => ({
      ...fleet([10, 10, 10], largest),
      gpus: column(...gpus),
      months: 2,
    });
    const growing = monthly([8, 9, 9, 8, 8, 8], [9, 9, 8]);
    expect(drawnWith([growing]).people).toEqual([3000, 3000, 1000]);
    const half = monthly([4, 5, 5, 4, 4, 4], [5, 5, 4]);
    expect(drawnWith([half, fleet([1, 1, 1], [4, 4, 4])]).people).toEqual([3000, 3000, 1000]);
  });

  it("are fewer where fleets of fewer GPUs cost less with them", () => {
    // 9 GPUs at 100 with 5,000 of people, or 8 at 4,099, 4,100 and 4,101 with 1,000: 5,100 against 5,099, 5,100 and 5,101.
    const one = fleet(
      [100, 100, 100],
      [9, 9, 9],
      [
        [4099, 4100, 4101],
        [8, 8, 8],
      ],
    );
    expect(drawnWith([one])).toEqual({ people: [1000, 5000, 5000], usd: [[4099, 100, 100]] });
    // Of two fleets only as much as brings both together to eight: the one of 6 GPUs becomes 4.
    const two = fleet(
      [50, 50, 50],
      [6, 6, 6],
      [
        [70, 70, 70],
        [4, 4, 4],
      ],
    );
    expect(drawnWith([fleet([30, 30, 30], [4, 4, 4]), two])).toEqual({
      people: [1000, 1000, 1000],
      usd: [
        [30, 30, 30],
        [70, 70, 70],
      ],
    });
  });

  it("follow the hours of each draw, and are none without a fleet", () => {
    const few = { low: 500, expected: 1000, high: 2000 };
    const scores = column(-1.2815515655446004, 0, 1.2815515655446004);
    expect([...staffed([fleet([1, 1, 1], [1, 1, 1])], few, MANY, scores).people].map(Math.round)).toEqual([500, 1000, 2000]);
    expect([...staffed([], few, MANY, scores).people]).toEqual([0, 0, 0]);
    // A team that plans a full-time job anyway changes no fleet for it.
    const same = fleet(
      [100, 100, 100],
      [9, 9, 9],
      [
        [1, 1, 1],
        [8, 8, 8],
      ],
    );
    expect(drawnWith([same], MANY)).toEqual({ people: [5000, 5000, 5000], usd: [[100, 100, 100]] });
  });
});
