import { describe, expect, it } from "vitest";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import type { FeasibleOption, TokenOption, WorkloadOptions } from "../../src/decide/options.ts";
import { accessOf } from "../../src/decide/portfolio.ts";
import { pathOf } from "../../src/decide/search.ts";
import {
  choiceId,
  firstOfEach,
  hostsOf,
  isClassDeclared,
  isKeyless,
  judgementsOf,
  mayOverflow,
  partsOf,
  type SplitOption,
  splitsOf,
  tokensOf,
} from "../../src/decide/split.ts";
import { swapBetween } from "../../src/decide/standing.ts";
import { asking } from "./fleet-support.ts";

/** An option behind a route, with verdicts on its rules. */
function option(kind: "api" | "managed" | "self-host", route: string, model: string, ...verdicts: readonly string[]) {
  const judgement = { reasons: verdicts.map((verdict) => ({ verdict })) };
  return {
    kind,
    candidate: { id: `${kind}/${route}/${model}`, model: { id: model }, route: { id: route } },
    judgement,
  } as unknown as FeasibleOption;
}
const token = (route: string, model: string, ...verdicts: readonly string[]) => option("api", route, model, ...verdicts) as TokenOption;
const OWN = option("self-host", "aws", "own");
const declared = { workload: asking(1, { dataClasses: ["none"] }) } as unknown as WorkloadOptions;
const A = token("acme", "a", "pass");
const SPLIT = { kind: "split", base: OWN, overflow: A } as unknown as SplitOption;

describe("a choice", () => {
  it("has servers, tokens, or both", () => {
    expect([hostsOf(SPLIT), tokensOf(SPLIT), hostsOf(OWN), tokensOf(OWN), hostsOf(A), tokensOf(A)]).toEqual([OWN, A, OWN, null, null, A]);
    expect([partsOf(SPLIT), partsOf(A)]).toEqual([[OWN, A], [A]]);
    expect(judgementsOf(SPLIT)).toEqual([OWN.judgement, A.judgement]);
    expect([choiceId(SPLIT), choiceId(A)]).toEqual(["hybrid/own+api/acme/a", "api/acme/a"]);
    expect([pathOf([A, A]), pathOf([OWN]), pathOf([OWN, A]), pathOf([SPLIT])]).toEqual(["api", "self-host", "hybrid", "hybrid"]);
  });

  it("needs a key of its provider, and on Bedrock a permission for its model", () => {
    const bedrock = token("bedrock", "b");
    expect([isKeyless(A), isKeyless(bedrock), accessOf(A), accessOf(bedrock)]).toEqual([false, true, "key acme", "permission b"]);
  });

  it("is the only one that differs, or none is", () => {
    expect([
      swapBetween([A, OWN], [A, SPLIT]),
      swapBetween([A, OWN], [OWN, OWN]),
      swapBetween([A, OWN], [OWN, A]),
      swapBetween([A, OWN], [A, OWN]),
    ]).toEqual([1, 0, null, null]);
  });
});

describe("an overflow", () => {
  it("is for data that is declared, on an API that passes by itself", () => {
    const may = (workload: Partial<WorkloadFacts>, ...verdicts: readonly string[]) =>
      mayOverflow({ workload: asking(1, workload) } as unknown as WorkloadOptions, token("acme", "a", ...verdicts));
    const none = { dataClasses: ["none"] } as const;
    expect([may(none), may(none, "pass", "info"), may(none, "pass", "waived"), may(none, "unknown")]).toEqual([true, true, false, false]);
    const { compliance } = asking(1);
    expect(isClassDeclared(asking(1, { dataClasses: [] }))).toBe(false);
    expect(isClassDeclared(asking(1, { dataClasses: [], compliance: { ...compliance, dataMayLeave: true } }))).toBe(true);
    expect(isClassDeclared(asking(1, { dataClasses: [], compliance: { ...compliance, dataMayLeave: false } }))).toBe(false);
    expect(may({ dataClasses: [] })).toBe(false);
  });

  it("goes to the least expensive API behind each key, for every model on servers", () => {
    const usd: Readonly<Record<string, number>> = { a: 3, b: 2, c: 2, d: 1, e: 4 };
    const options = [
      A,
      token("acme", "c"),
      token("acme", "b"),
      OWN,
      token("acme", "d", "waived"),
      token("other", "e"),
      option("self-host", "aws", "n"),
    ];
    const splits = splitsOf(declared, options, ({ candidate }) => usd[candidate.model.id] ?? 0, accessOf);
    expect(splits.map(choiceId)).toEqual([
      "hybrid/own+api/acme/b",
      "hybrid/own+api/other/e",
      "hybrid/n+api/acme/b",
      "hybrid/n+api/other/e",
    ]);
    expect(firstOfEach(splits, () => 0).map(choiceId)).toEqual(["hybrid/own+api/acme/b", "hybrid/n+api/acme/b"]);
    expect(firstOfEach(splits, ({ overflow }) => usd[overflow.candidate.model.id] ?? 0)).toHaveLength(4);
    expect(splitsOf({ workload: asking(1, { dataClasses: [] }) } as unknown as WorkloadOptions, options, () => 0, accessOf)).toEqual([]);
  });
});
