import { describe, expect, it } from "vitest";
import type { Floor, Floors } from "../../src/decide/floors.ts";
import { nothingLater, plus, reachable, suffixes } from "../../src/decide/later.ts";

/** Floors of three kinds of choice, at the cost of one stretch: by the token, on servers, and on servers with an overflow. */
const of = (ownUsd: readonly number[], score = 0, rest: Partial<Floor> = {}) =>
  ({ ownUsd, score, host: null, usesApi: true, isSplit: false, ...rest }) as unknown as Floor;
const tokens = (usd: number, score = 0) => of([usd, usd / 2], score);
const servers = (usd: number, weights: string | null = null, score = 0) =>
  of([usd, usd * 2], score, { usesApi: false, host: { weights: weights ?? "m", isPromised: weights !== null } as Floor["host"] });
const split = (usd: number) => of([usd, usd * 3], 0, { isSplit: true, host: { weights: "m", isPromised: false } as Floor["host"] });

const floorsOf = (...lists: readonly (readonly Floor[])[]) =>
  ({ stretches: 2, byWorkload: lists.map((floors, index) => ({ index, floors })) }) as unknown as Floors;

describe("what the workloads to come still cost at least", () => {
  it("adds up the least of each by kind of portfolio, on each stretch of its own", () => {
    const floors = floorsOf([tokens(10), servers(4), split(3)], [tokens(1), servers(2)]);
    const [both, last] = suffixes(floors, nothingLater(2));

    // The second workload alone: 1 and 0.5 by the token, 2 and 4 on servers.
    expect(last?.usd).toEqual({ api: [1, 0.5], "self-host": [2, 4], hybrid: [1, 0.5], plain: [1, 0.5] });
    // And the first: 10 and 5, 4 and 8, split 3 and 9; a plain portfolio has no split.
    expect(both?.usd).toEqual({ api: [11, 5.5], "self-host": [6, 12], hybrid: [4, 5.5], plain: [5, 5.5] });
  });

  it("knows which sides are open to any of them, and to all", () => {
    const [, second, third] = suffixes(floorsOf([tokens(1)], [servers(1), tokens(1)], [servers(1)]), nothingLater(2));
    expect(third).toMatchObject({ anyApi: false, anyHosts: true, anySplit: false, allApi: false, allHosts: true });
    expect(second).toMatchObject({ anyApi: true, anyHosts: true, anySplit: false, allApi: false, allHosts: true });
    // A split is a place on servers, but no way to be on servers alone.
    const [mixed] = suffixes(floorsOf([split(1)]), nothingLater(2));
    expect(mixed).toMatchObject({ anyApi: false, anyHosts: true, anySplit: true, allApi: false, allHosts: false });
    expect(suffixes(floorsOf([tokens(1), servers(1)]), nothingLater(2))[0]).toMatchObject({ allApi: true, allHosts: true });
  });

  it("adds up the best scores and gathers the fleets that a promise may join", () => {
    const floors = floorsOf([tokens(1, 0.5), servers(1, "one", 0.75)], [servers(1, "two", 0.25), servers(1)]);
    const [both, last] = suffixes(floors, nothingLater(2));
    expect([both?.score, last?.score]).toEqual([1, 0.25]);
    expect([...(both?.promised ?? [])].sort()).toEqual(["one", "two"]);
    expect([...(last?.promised ?? [])]).toEqual(["two"]);
  });

  it("is nothing where no workload is left", () => {
    expect(nothingLater(3)).toMatchObject({ usd: { api: [0, 0, 0], plain: [0, 0, 0] }, score: 0, allApi: true, allHosts: true });
    expect(nothingLater(3)).toMatchObject({ anyApi: false, anyHosts: false, anySplit: false });
  });
});

describe("the kinds of portfolio that choices can still become", () => {
  const none = nothingLater(2);
  it("follow from what is picked where nothing is to come", () => {
    expect(reachable([tokens(1)], none)).toEqual(["api", "plain"]);
    expect(reachable([servers(1)], none)).toEqual(["self-host", "plain"]);
    expect(reachable([tokens(1), servers(1)], none)).toEqual(["hybrid", "plain"]);
    expect(reachable([split(1)], none)).toEqual(["hybrid"]);
    expect(reachable([], none)).toEqual(["api", "self-host", "plain"]);
  });

  it("follow from what is to come as well", () => {
    const [open] = suffixes(floorsOf([tokens(1), servers(1)]), none);
    const [bought] = suffixes(floorsOf([tokens(1)]), none);
    const [hosted] = suffixes(floorsOf([servers(1)]), none);
    const [divided] = suffixes(floorsOf([tokens(1), split(1)]), none);
    if (!open || !bought || !hosted || !divided) throw new Error("one workload is to come");
    expect(reachable([tokens(1)], open)).toEqual(["api", "hybrid", "plain"]);
    expect(reachable([servers(1)], open)).toEqual(["self-host", "hybrid", "plain"]);
    expect(reachable([servers(1)], bought)).toEqual(["hybrid", "plain"]);
    expect(reachable([tokens(1)], bought)).toEqual(["api", "plain"]);
    expect(reachable([tokens(1)], hosted)).toEqual(["hybrid", "plain"]);
    expect(reachable([tokens(1)], divided)).toEqual(["api", "hybrid", "plain"]);
  });
});

describe("sums by stretch", () => {
  it("are of like stretches", () => {
    expect(plus([1, 2], [10, 20])).toEqual([11, 22]);
    expect(plus(undefined, [10, 20])).toEqual([10, 20]);
  });
});
