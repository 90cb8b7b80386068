import { describe, expect, it } from "vitest";
import { usd } from "../../src/decide/describe.ts";
import { evaluated, only, type PolicyObject, policy, workload } from "./support.ts";

function reasonsOf(value: PolicyObject) {
  const decision = only(evaluated(value));
  const texts = (rule: string) => decision.reasons.filter((reason) => reason.rule === rule).map(({ text }) => text);
  return { decision, texts };
}

/** What the policy costs with this workload on one side alone. */
function costOf(side: "api" | "open", change: PolicyObject, rest: PolicyObject): number {
  const candidates = side === "api" ? { api: ["gpt-5.4-mini"] } : { open: ["qwen3-32b"] };
  return evaluated(policy([workload({ ...change, candidates })], rest)).decision.monthlyCostUsd?.expected ?? 0;
}

const volume = (requests: number) => ({ volume: { requests_per_month: requests, hourly_profile: "flat", peak_to_average: 1.5 } });

describe("why a workload takes its side", () => {
  it.each([
    [1_000_000, "gpt-5.4-mini by the token", "qwen3-32b on own instances"],
    [100_000_000, "qwen3-32b on own instances", "gpt-5.4-mini by the token"],
  ])("at %d requests a month is what the sides cost, to the dollar", (requests, mine, other) => {
    const rest = { team: { ml_ops: "dedicated", hourly_rate_usd: 95 } };
    const gap = Math.abs(costOf("api", volume(requests), rest) - costOf("open", volume(requests), rest));
    const { texts, decision } = reasonsOf(policy([workload(volume(requests))], rest));

    expect(texts("cost")).toEqual([`${mine} costs ${usd(gap)} a month less than ${other}, people included`]);
    expect(decision.reasons.find(({ rule }) => rule === "cost")?.line).toBeGreaterThan(1);
  });

  it("is the side that the policy names", () => {
    expect(reasonsOf(policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })])).texts("candidates")).toEqual([
      "the policy names no self-hosted candidate",
    ]);
    expect(reasonsOf(policy([workload({ candidates: { open: ["qwen3-32b"] } })])).texts("candidates")).toEqual([
      "the policy names no API candidate",
    ]);
  });

  it("is the rule that took out most of the other side, with an example and its line", () => {
    const { texts, decision } = reasonsOf(
      policy([
        workload({ candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"], open: ["qwen3-32b"] }, compliance: { data_may_leave: false } }),
      ]),
    );
    const left = decision.rejected.filter(({ option }) => !option.startsWith("self-host/"));
    const rule = left[0]?.rule ?? "";
    const [text] = texts(rule);
    expect(decision.path).toBe("self-host");
    expect(text).toBe(`no API option is left: ${left.length} of ${left.length} fall to ${rule} (${left[0]?.text})`);
    expect(decision.reasons.find((reason) => reason.rule === rule)?.line).toBe(left[0]?.line);
  });
});

describe("why a rule's option was not taken", () => {
  it("is that no path fits, counted by rule", () => {
    const none = policy([workload({ candidates: { api: ["gpt-5.4-mini", "claude-haiku-4-5"] }, compliance: { air_gapped: true } })]);
    const { decision, texts } = reasonsOf(none);
    const counts = new Map<string, number>();
    for (const { rule } of decision.rejected) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const list = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([rule, count]) => `${count} by ${rule}`);
    expect(texts("feasibility")).toEqual([`0 of ${decision.considered.total} options are feasible: ${list.join(", ")}`]);
    expect(decision).toMatchObject({ path: "none", option: null, monthlyCostUsd: null, considered: { feasible: 0 } });
  });

  it("is another workload that has none", () => {
    const { decision } = evaluated(
      policy([
        workload({ name: "fits", candidates: { api: ["gpt-5.4-mini"] } }),
        workload({ name: "does-not", candidates: { api: ["gpt-5.4-mini"] }, compliance: { air_gapped: true } }),
      ]),
    );
    const fits = decision.workloads[0];
    const feasible = fits?.considered.feasible ?? 0;
    expect(feasible).toBeGreaterThan(0);
    expect(fits?.reasons).toMatchObject([
      { rule: "portfolio", text: `${feasible} ${feasible === 1 ? "option fits" : "options fit"}, but another workload has none` },
    ]);
    expect(fits?.conflict).toBeNull();
    expect(decision.paths.map(({ path, text }) => `${path}: ${text}`)).toEqual([
      "api: no feasible portfolio",
      "self-host: no feasible portfolio",
      "hybrid: no feasible portfolio",
    ]);
    expect(decision).toMatchObject({ path: "none", confidence: "forced", confidenceText: "no path fits", exact: true, fleets: [] });
  });
});

describe("a path that is not there", () => {
  it("says what is missing", () => {
    const one = evaluated(policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })])).decision.paths;
    expect(one.map(({ path, text }) => [path, text])).toEqual([
      ["api", "gpt-5.4-mini"],
      ["self-host", "the only workload has no feasible option on this path"],
      ["hybrid", "the only workload has no feasible option on own servers"],
    ]);
    const two = evaluated(
      policy([
        workload({ name: "a", candidates: { api: ["gpt-5.4-mini"] } }),
        workload({ name: "b", candidates: { open: ["qwen3-32b"] } }),
      ]),
    ).decision.paths;
    expect(two.map(({ path, text }) => [path, text])).toEqual([
      ["api", "1 of 2 workloads has no feasible option on this path"],
      ["self-host", "1 of 2 workloads has no feasible option on this path"],
      ["hybrid", "gpt-5.4-mini + qwen3-32b"],
    ]);
  });
});
