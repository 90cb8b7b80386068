import { describe, expect, it } from "vitest";
import type { Kind } from "../../src/decide/bounds.ts";
import type { FeasibleOption } from "../../src/decide/options.ts";
import type { PricedPortfolio, Pricer } from "../../src/decide/portfolio.ts";
import { currentOption, hurdleOf, isServedBy, leastGainUsd, recommend, tieRank } from "../../src/decide/recommend.ts";
import { type Choice, choiceId } from "../../src/decide/split.ts";

const option = (kind: "api" | "self-host", id: string, shutdownOn: string | null = null) =>
  ({ kind, candidate: { kind, id, model: { id, aliases: [`${id}-alias`], shutdownOn } } }) as unknown as FeasibleOption;
const [API, OTHER, OWN] = [option("api", "api"), option("api", "other"), option("self-host", "own")];
const SPLIT = { kind: "split", base: OWN, overflow: API } as unknown as Choice;

interface Current {
  readonly path: "api" | "self-host";
  readonly model: string;
}

/** Workloads of these names, what serves them today, and what a portfolio and an option alone cost by their ids. */
function pricerOf(
  workloads: Readonly<Record<string, Current | null>>,
  usd: Readonly<Record<string, number>>,
  alone: Readonly<Record<string, number>> = {},
): Pricer {
  const entries = Object.entries(workloads).map(([name, current]) => ({ workload: { name, current } }));
  return {
    context: { workloads: entries, facts: { preferences: null, horizonMonths: 12 }, asOf: "2026-11-21" },
    price: (assignment: readonly Choice[]) => {
      const monthlyUsd = usd[assignment.map(choiceId).join()];
      return monthlyUsd === undefined ? undefined : { assignment, monthlyUsd };
    },
    alone: (_: number, { candidate }: FeasibleOption) => alone[candidate.id],
  } as unknown as Pricer;
}

const portfolio = (monthlyUsd: number, ...assignment: readonly Choice[]) => ({ assignment, monthlyUsd }) as unknown as PricedPortfolio;
const contenders = (found: Partial<Record<Kind, PricedPortfolio>>) => ({
  worthOf: (kind: Kind) => found[kind]?.monthlyUsd ?? Number.POSITIVE_INFINITY,
  portfolio: (kind: Kind) => found[kind],
});
const LISTS = [[API, OTHER, OWN]];

describe("the portfolio that is recommended", () => {
  const free = pricerOf({ one: null }, {});
  const chosen = (found: Partial<Record<Kind, PricedPortfolio>>) => {
    const { chosen: taken, tied, simpler } = recommend(free, contenders(found), LISTS);
    return [taken?.monthlyUsd, tied, simpler];
  };

  it("costs least, and is none where nothing serves", () => {
    expect(chosen({ api: portfolio(900, API), "self-host": portfolio(800, OWN), plain: portfolio(800, OWN) })).toEqual([800, false, false]);
    expect(chosen({ hybrid: portfolio(700, SPLIT), "self-host": portfolio(800, OWN) })).toEqual([700, false, false]);
    expect(chosen({})).toEqual([undefined, false, false]);
  });

  it("is the one by the token within 2 %, whatever else is as near", () => {
    const against = (api: number) => chosen({ api: portfolio(api, API), "self-host": portfolio(1000, OWN), plain: portfolio(1000, OWN) });
    expect([against(1020), against(1020.01)]).toEqual([
      [1020, true, false],
      [1000, false, false],
    ]);
    const all = { api: portfolio(1019, API), hybrid: portfolio(1000, SPLIT), plain: portfolio(1010, OWN) };
    expect(chosen(all)).toEqual([1019, true, false]);
    // What costs least anyway, or the same, wins no tie.
    expect(chosen({ api: portfolio(1000, API), hybrid: portfolio(1000, SPLIT) })).toEqual([1000, false, false]);
  });

  it("has no split that saves less than 2 %", () => {
    const against = (plain: number) =>
      chosen({ hybrid: portfolio(1000, SPLIT), plain: portfolio(plain, OWN), "self-host": portfolio(plain, OWN) });
    expect([against(1020), against(1020.01)]).toEqual([
      [1020, false, true],
      [1000, false, false],
    ]);
  });
});

describe("what serves a workload today", () => {
  const today: Current = { path: "self-host", model: "own" };

  it("stays unless leaving it saves more than a tenth of its own bill", () => {
    const stays = (own: number) => {
      const pricer = pricerOf({ one: today }, { own }, { own: 1000 });
      const { chosen, kept } = recommend(pricer, contenders({ api: portfolio(900, API) }), LISTS);
      return [chosen?.monthlyUsd, kept];
    };
    expect(stays(1000)).toEqual([1000, [{ index: 0, savingUsd: 100 }]]);
    expect(stays(1000.01)).toEqual([900, []]);
    expect(stays(850)).toEqual([850, [{ index: 0, savingUsd: -50 }]]);
  });

  it("goes where it cannot be priced, and is no news where it is taken anyway", () => {
    const of = (usd: Readonly<Record<string, number>>, alone: Readonly<Record<string, number>>, found = portfolio(900, API)) =>
      recommend(pricerOf({ one: today }, usd, alone), contenders({ api: found }), LISTS).kept;
    expect(of({}, { own: 1000 })).toEqual([]);
    expect(of({ own: 901 }, {})).toEqual([]);
    expect(of({ own: 900 }, { own: 1000 }, portfolio(900, OWN))).toEqual([]);
    expect(recommend(pricerOf({ one: null }, { own: 901 }, { own: 1000 }), contenders({ api: portfolio(900, API) }), LISTS).kept).toEqual(
      [],
    );
  });

  it("undoes the tie that it takes the place of", () => {
    const pricer = pricerOf({ one: today }, { own: 1000 }, { own: 2000 });
    const tied = recommend(
      pricer,
      contenders({ api: portfolio(1010, API), "self-host": portfolio(1000, option("self-host", "new")) }),
      LISTS,
    );
    expect([tied.chosen?.monthlyUsd, tied.tied]).toEqual([1000, false]);
    // Another API of today leaves it a tie that the API won.
    const bought = pricerOf({ one: { path: "api", model: "other" } }, { other: 1015 }, { other: 2000 });
    const still = recommend(bought, contenders({ api: portfolio(1010, API), "self-host": portfolio(1000, OWN) }), LISTS);
    expect([still.chosen?.monthlyUsd, still.tied]).toEqual([1015, true]);
  });

  it("is put back workload by workload in the order of the names, each on what stands by then", () => {
    // Alone each saves 90 of 1,000 by leaving; together 190, so only the first in the alphabet stays.
    const usd = { "api,api": 1800, "api,own": 1890, "own,api": 1890, "own,own": 2050 };
    const pricer = pricerOf({ zoe: today, ann: today }, usd, { own: 1000 });
    const { chosen, kept } = recommend(pricer, contenders({ api: portfolio(1800, API, API) }), [...LISTS, ...LISTS]);
    expect(chosen?.assignment.map(choiceId)).toEqual(["api", "own"]);
    expect(kept).toEqual([{ index: 1, savingUsd: 90 }]);
  });

  it("is found by its path and by any of its names", () => {
    const find = (current: Current | null) => currentOption(pricerOf({ one: current }, {}), 0, LISTS[0] ?? []);
    expect(find({ path: "api", model: "other-alias" })).toBe(OTHER);
    expect(find({ path: "self-host", model: "own" })).toBe(OWN);
    expect(find({ path: "api", model: "own" })).toBeUndefined();
    expect(find({ path: "self-host", model: "api" })).toBeUndefined();
    expect(find(null)).toBeUndefined();
    expect([isServedBy(OWN, OWN), isServedBy(API, OWN), isServedBy(SPLIT, OWN), isServedBy(undefined, OWN)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(leastGainUsd(pricerOf({}, {}, { own: 1000 }), 0, OWN)).toBe(100);
  });
});

describe("what another portfolio must be worth to be recommended instead", () => {
  it("follows from its place in a tie: all by the token, then those without a split", () => {
    expect([tieRank([API, API]), tieRank([API, OWN]), tieRank([OWN]), tieRank([API, SPLIT])]).toEqual([2, 1, 1, 0]);
    const factor = (chosen: Choice, other: Choice) =>
      hurdleOf(pricerOf({ one: null }, {}), LISTS, { assignment: [chosen] }, { assignment: [other] }).tieFactor;
    expect([factor(OWN, API), factor(SPLIT, API), factor(API, OTHER)]).toEqual([1.02, 1.02, 1]);
    expect([factor(API, OWN), factor(OWN, SPLIT)].map((value) => value.toFixed(9))).toEqual(Array(2).fill((1 / 1.02).toFixed(9)));
  });

  it("and from the migrations between the two, each way", () => {
    const today: Current = { path: "self-host", model: "own" };
    const pricer = pricerOf({ one: today, two: today, three: null }, {}, { own: 1000 });
    const gain = (chosen: readonly Choice[], other: readonly Choice[]) =>
      hurdleOf(pricer, [...LISTS, ...LISTS, ...LISTS], { assignment: chosen }, { assignment: other }).leastGainUsd;
    expect(gain([OWN, OWN, OWN], [API, OWN, API])).toBe(100);
    expect(gain([OWN, OWN, OWN], [API, API, API])).toBe(200);
    expect(gain([API, OWN, API], [OWN, API, API])).toBe(0);
    expect(gain([API, API, API], [OWN, API, API])).toBe(-100);
  });
});
