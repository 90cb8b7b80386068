import { describe, expect, it } from "vitest";
import { crossingsOf } from "../../src/decide/crossings.ts";
import { factsOf } from "../../src/decide/facts.ts";
import { sharedPromise } from "../../src/decide/promise.ts";
import { flipFactor, RivalCurve, Rivalry } from "../../src/decide/rivals.ts";
import type { Choice } from "../../src/decide/split.ts";
import { documentOf, policy, workload } from "./support.ts";

/** Choices whose cost is a function of the factor, and how often each was priced. */
function priced(costs: Readonly<Record<string, (factor: number) => number | undefined>>) {
  const asked: string[] = [];
  const choices = Object.keys(costs).map((id) => ({ kind: "api", candidate: { id } }) as unknown as Choice);
  const idOf = (choice: Choice) => (choice as { readonly candidate: { readonly id: string } }).candidate.id;
  const curve = new RivalCurve(choices, (factor) => (choice) => {
    asked.push(`${idOf(choice)}@${factor}`);
    return costs[idOf(choice)]?.(factor);
  });
  const at = (factor: number) => {
    const rival = curve.at(factor);
    return rival === undefined ? undefined : ([idOf(rival.option), rival.monthlyUsd] as const);
  };
  return { asked, at, curve };
}

describe("the least expensive choice as a number moves", () => {
  it("is found without pricing what costs more at both ends of a stretch", () => {
    const { asked, at } = priced({ dear: (factor) => 400 + 100 * factor, cheap: (factor) => 100 * factor });

    expect([at(1), at(4)]).toEqual([
      ["cheap", 100],
      ["cheap", 400],
    ]);
    asked.length = 0;

    expect(at(2)).toEqual(["cheap", 200]);
    expect(asked).toEqual(["cheap@2"]);
    expect(at(2)).toEqual(["cheap", 200]);
    expect(asked).toEqual(["cheap@2"]);
  });

  it("is another one between two points where both could win, and the first of two that cost the same", () => {
    const { at } = priced({ steep: (factor) => 100 * factor, flat: () => 250, twin: () => 250 });

    expect([at(1), at(10), at(5), at(2), at(2.5)]).toEqual([
      ["steep", 100],
      ["flat", 250],
      ["flat", 250],
      ["steep", 200],
      ["steep", 250],
    ]);
  });

  it("is none where none can serve, and found again where one can", () => {
    const { at } = priced({ small: (factor) => (factor <= 2 ? 10 : undefined) });

    expect([at(1), at(8), at(4), at(2)]).toEqual([["small", 10], undefined, undefined, ["small", 10]]);
  });
});

describe("a flip", () => {
  const rivalryOf = (api: (factor: number) => number, own: (factor: number) => number) => {
    const [one, other] = [priced({ api }), priced({ own })];
    return { rivalry: new Rivalry({ api: one.curve, "self-host": other.curve }, null, () => 0.02), asked: one.asked };
  };

  it("is where one side becomes dearer, by as much as a tie allows", () => {
    const { rivalry } = rivalryOf(
      (factor) => 100 * factor,
      () => 500,
    );
    // 500 x 1.02 = 510 is less than 100 x factor from 5.1 on.
    expect(flipFactor(rivalry, { up: true, farthest: 10 })).toEqual({ factor: expect.closeTo(5.1, 3), side: "self-host" });
    expect(flipFactor(rivalry, { up: false, farthest: 10 })).toBeNull();
  });

  it("that the ends rule out is not looked for in between", () => {
    const { rivalry, asked } = rivalryOf(
      (factor) => 100 * factor,
      () => 5000,
    );

    expect(flipFactor(rivalry, { up: true, farthest: 10 })).toBeNull();
    expect(asked.length).toBe(2);
  });
});

describe("crossings that nobody can plan for", () => {
  /** Two servers from 10 on, so that just above it the API costs less, until `until`. */
  const crossings = (until: number) => {
    const own = (factor: number) => (factor <= 10 ? 99.9 : (99.9 * until) / 9.99);
    return crossingsOf(own, (factor) => 10 * factor).crossings.map(({ factor, above }) => [above, Number(factor.toPrecision(4))]);
  };

  it("are left out: a window of less than a thousandth, after which all is as before", () => {
    expect(crossings(10.005)).toEqual([["self-host", 9.99]]);
    expect(crossings(10.5)).toEqual([
      ["self-host", 9.99],
      ["api", 10],
      ["self-host", 10.5],
    ]);
  });
});

describe("the promise of a workload on servers that it shares", () => {
  const needs = (name: string, latency: object | undefined, input = 500) =>
    workload({ name, tokens: { input, output: 200, cached_input_ratio: 0 }, ...(latency === undefined ? {} : { latency }) });
  const { workloads } = factsOf(
    documentOf(
      policy([needs("chat", { ttft_ms_p95: 800, tpot_ms_p95: 30 }), needs("search", { ttft_ms_p95: 400 }, 2000), needs("bulk", undefined)]),
    ),
  );
  const [chat, search, bulk] = workloads;
  if (chat === undefined || search === undefined || bulk === undefined) throw new Error("three workloads");

  it("is the strictest time a token, and the wait that the fastest start leaves", () => {
    const fastest = { shape: { inputTokens: 2000, outputTokens: 200, cachedInputRatio: 0 }, ttftMsP95: 400 };
    expect(sharedPromise(bulk, [chat, search])).toEqual({ ttftMsP95: null, tpotMsP95: 30, beside: fastest });
    expect(sharedPromise(chat, [search, bulk])).toEqual({ ttftMsP95: 800, tpotMsP95: 30, beside: fastest });
    expect(sharedPromise(search, [bulk, chat])).toEqual({ ttftMsP95: 400, tpotMsP95: 30 });
    // Another one with the same promise asks nothing more.
    expect(sharedPromise(search, [search])).toBeNull();
    expect(sharedPromise(chat, [chat, bulk])).toBeNull();
  });

  it("is its own where nobody asks for more", () => {
    expect(sharedPromise(chat, [bulk])).toBeNull();
    expect(sharedPromise(bulk, [])).toBeNull();
  });
});
