import { describe, expect, it } from "vitest";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import type { FeasibleOption } from "../../src/decide/options.ts";
import type { Pricer } from "../../src/decide/portfolio.ts";
import { rankAlone, shortlistsOf } from "../../src/decide/shortlists.ts";
import { asking } from "./fleet-support.ts";

/** Options by id: `own:a` on servers, `key:a` behind the key of a provider, `bedrock:a` with a permission for that model. */
function option(id: string): FeasibleOption {
  const [route = "", model = ""] = id.split(":");
  const kind = route === "own" ? "self-host" : "api";
  return {
    kind,
    isApart: false,
    candidate: { id, model: { id: model, aliases: [`${model}-alias`] }, route: { id: route } },
  } as unknown as FeasibleOption;
}

/** A pricer of workloads whose options cost so much alone. */
function pricerOf(workloads: readonly (readonly [WorkloadFacts, Readonly<Record<string, number | undefined>>])[]): Pricer {
  const entries = workloads.map(([workload, usd]) => ({ workload, feasible: Object.keys(usd).map(option) }));
  return {
    context: { workloads: entries, memo: { ranked: new Map() }, facts: { preferences: null } },
    alone: (index: number, { candidate }: FeasibleOption) => workloads[index]?.[1][candidate.id],
  } as unknown as Pricer;
}

const ids = (list: readonly FeasibleOption[]) => list.map(({ candidate }) => candidate.id);
const lists = (...workloads: Parameters<typeof pricerOf>[0]) => shortlistsOf(pricerOf(workloads)).map(ids);
const one = asking(1, { name: "one" });
const two = asking(1, { name: "two" });

describe("the options that are worth a search", () => {
  it("are ranked by what each costs alone, equal ones by their id, and none that cannot be priced", () => {
    const pricer = pricerOf([[one, { "key:b": 20, "own:a": 10, "key:a": 20, "key:c": undefined, "own:z": 5 }]]);
    const [entry] = pricer.context.workloads;
    expect(entry && ids(rankAlone(pricer, entry, 0))).toEqual(["own:z", "own:a", "key:a", "key:b"]);
  });

  it("are the three least expensive of each side", () => {
    const usd = { "p1:a": 1, "p1:b": 2, "p1:c": 3, "p1:d": 4, "own:a": 11, "own:b": 12, "own:c": 13, "own:d": 14 };
    expect(lists([one, usd])).toEqual([["p1:a", "p1:b", "p1:c", "own:a", "own:b", "own:c"]]);
  });

  it("are also the models that another workload may have servers of", () => {
    const first = { "own:a": 1, "own:b": 2, "own:c": 3, "own:d": 4 };
    const second = { "own:d": 1, "own:e": 2, "own:f": 3, "own:a": 4, "own:b": 5 };
    expect(lists([one, first], [two, second])).toEqual([
      ["own:a", "own:b", "own:c", "own:d"],
      ["own:d", "own:e", "own:f", "own:a", "own:b"],
    ]);
  });

  it("are also the least expensive one behind each key that another workload may pay for, and on Bedrock the same model", () => {
    const first = { "p1:a": 1, "p1:b": 2, "p1:c": 3, "p2:a": 4, "p2:b": 5, "p3:a": 6, "bedrock:x": 7, "bedrock:y": 8 };
    const second = { "p2:z": 1, "bedrock:y": 2 };
    expect(lists([one, first], [two, second])).toEqual([
      ["p1:a", "p1:b", "p1:c", "p2:a", "bedrock:y"],
      ["p2:z", "bedrock:y"],
    ]);
  });

  it("are also what serves the workload today, under any of its names", () => {
    const usd = { "p1:a": 1, "p1:b": 2, "p1:c": 3, "p1:d": 4, "p1:e": 5 };
    const today = asking(1, { name: "one", current: { path: "api", model: "e-alias" } });
    expect(lists([today, usd])).toEqual([["p1:a", "p1:b", "p1:c", "p1:e"]]);
  });

  it("are ranked once for a workload that is asked again", () => {
    let asked = 0;
    const pricer = pricerOf([[one, { "p1:a": 1, "p1:b": 2 }]]);
    const alone = (index: number, of: FeasibleOption) => {
      asked += 1;
      return pricer.alone(index, of);
    };
    const counted = { ...pricer, alone } as unknown as Pricer;
    expect(shortlistsOf(counted).map(ids)).toEqual(shortlistsOf(counted).map(ids));
    expect(asked).toBe(2);
  });
});
