import { describe, expect, it } from "vitest";
import { usd as dollars } from "../../src/decide/describe.ts";
import { documentOf, evaluated, type PolicyObject, policy, workload } from "./support.ts";

const cheap = policy([workload({ candidates: { api: ["gpt-5.4-mini"] } })]);
const withGates = (gates: PolicyObject, change: PolicyObject = {}) => ({ ...cheap, gates, ...change });
const statuses = (head: PolicyObject, base: PolicyObject | null = null) =>
  evaluated(head, base).gates.map(({ id, status, from }) => `${id} ${status} ${from}`);

describe("gates", () => {
  const cost = evaluated(cheap).decision.monthlyCostUsd?.expected ?? 0;

  it("compares the expected monthly cost with the limit, to the dollar on both sides", () => {
    expect(statuses(withGates({ max_monthly_usd: Math.ceil(cost) }))).toEqual(["max_monthly_usd pass head"]);
    expect(statuses(withGates({ max_monthly_usd: Math.floor(cost) }))).toEqual(["max_monthly_usd fail head"]);
  });

  it("judges a pull request by the base branch's gate and says when it is loosened", () => {
    const evaluation = evaluated(withGates({ max_monthly_usd: cost * 2 }), withGates({ max_monthly_usd: cost / 2 }));

    expect(evaluation.gates).toMatchObject([{ id: "max_monthly_usd", status: "fail", from: "base" }]);
    expect(evaluation.findings.map(({ id }) => id)).toContain("gate-loosened");
  });

  it("applies a stricter gate of the head at once", () => {
    expect(statuses(withGates({ max_monthly_usd: cost / 2 }), withGates({ max_monthly_usd: cost * 2 }))).toEqual([
      "max_monthly_usd fail head",
    ]);
    expect(statuses(withGates({ forbid_paths: ["api"] }), cheap)).toEqual(["forbid_paths fail head"]);
  });

  it("judges by both lists of forbidden paths where the head drops one and adds another", () => {
    const evaluation = evaluated(withGates({ forbid_paths: ["self-host"] }), withGates({ forbid_paths: ["api"] }));
    expect(evaluation.gates.map(({ id, status, from }) => `${id} ${status} ${from}`)).toEqual([
      "forbid_paths fail base",
      "forbid_paths pass head",
    ]);
    expect(statuses(withGates({ forbid_paths: ["api", "self-host"] }), withGates({ forbid_paths: ["api"] }))).toEqual([
      "forbid_paths fail head",
    ]);
  });

  it("says what fails in digits that differ: never $1,715 against the limit of $1,715", () => {
    const texts = (gates: PolicyObject, base: PolicyObject | null = null) =>
      evaluated(withGates(gates), base).gates.map(({ status, text }) => `${status}: ${text}`);
    const limit = Math.floor(cost * 100 - 1) / 100;
    expect(Math.round(limit)).toBe(Math.round(cost));
    const [text = ""] = texts({ max_monthly_usd: limit });
    expect(text).toMatch(/^fail: \$[\d,]+\.\d\d a month against the limit of \$[\d,]+\.\d\d$/);
    const before = {
      ...cheap,
      workloads: [workload({ candidates: { api: ["gpt-5.4-mini"] }, tokens: { input: 400, output: 200, cached_input_ratio: 0 } })],
    };
    const ratio = cost / (evaluated(before).decision.monthlyCostUsd?.expected ?? 0) - 1;
    const [increase = ""] = texts({ max_increase_ratio: ratio - 0.0001 }, { ...before, gates: { max_increase_ratio: ratio - 0.0001 } });
    const [, from, to] = /^fail: (\S+) % against the limit of (\S+) %$/.exec(increase) ?? [];
    expect(from).toBeDefined();
    expect(from).not.toBe(to);
  });

  it("measures the increase against the base, with the same catalog", () => {
    const bigger = {
      ...cheap,
      workloads: [workload({ candidates: { api: ["gpt-5.4-mini"] }, tokens: { input: 500, output: 400, cached_input_ratio: 0 } })],
      gates: { max_increase_ratio: 0.1 },
    };
    const evaluation = evaluated(bigger, withGates({ max_increase_ratio: 0.1 }));

    expect(evaluation.gates).toMatchObject([{ id: "max_increase_ratio", status: "fail" }]);
    expect(evaluation.delta?.deltaMonthlyUsd).toBeCloseTo(200 * 4.5, 6);
    expect(evaluation.delta?.workloads).toMatchObject([{ name: "requests", kind: "changed" }]);
  });

  it("counts only waivers of the base branch that have not expired", () => {
    const waiver = (expires: string) => ({
      waivers: [{ gate: "max_monthly_usd", owner: "cfo@example.com", reason: "launch month", expires }],
    });
    const failing = withGates({ max_monthly_usd: 1 });

    expect(statuses({ ...failing, ...waiver("2027-01-01") }, failing)).toEqual(["max_monthly_usd fail base"]);
    expect(statuses(failing, { ...failing, ...waiver("2027-01-01") })).toEqual(["max_monthly_usd waived base"]);
    expect(statuses(failing, { ...failing, ...waiver("2026-11-20") })).toEqual(["max_monthly_usd fail base"]);
    expect(evaluated({ ...failing, ...waiver("2027-01-01") }, failing).findings.map(({ id }) => id)).toContain("waiver-added");
  });

  it("fails a cost gate when no path fits, because an unknown cost is no pass", () => {
    const none = policy([workload({ compliance: { air_gapped: true }, candidates: { api: ["gpt-5.4-mini"] } })], {
      gates: { max_monthly_usd: 1e9, forbid_paths: ["none"] },
    });

    expect(statuses(none)).toEqual(["max_monthly_usd fail head", "forbid_paths fail head"]);
  });
});

describe("a gate in words", () => {
  const at = (output: number) => workload({ candidates: { api: ["gpt-5.4-mini"] }, tokens: { input: 500, output, cached_input_ratio: 0 } });
  const bill = (output: number, change: PolicyObject = {}) => policy([at(output)], change);
  const texts = (head: PolicyObject, base: PolicyObject | null = null) => evaluated(head, base).gates.map(({ text }) => text);
  const none = policy([workload({ compliance: { air_gapped: true }, candidates: { api: ["gpt-5.4-mini"] } })]);
  const usd = evaluated(bill(200)).decision.monthlyCostUsd?.expected ?? 0;

  it("says what it compares", () => {
    expect(texts(bill(200, { gates: { max_monthly_usd: 20_000 } }))).toEqual([`${dollars(usd)} a month against the limit of $20,000`]);
    expect(texts({ ...none, gates: { max_monthly_usd: 20_000 } })).toEqual([
      "no path fits, so the cost against the limit of $20,000 is not known",
    ]);
    expect(texts(bill(200, { gates: { forbid_paths: ["self-host", "hybrid"] } }))).toEqual(["path api; forbidden: self-host, hybrid"]);
    expect(texts(bill(200, { gates: { forbid_paths: [] } }))).toEqual(["path api; forbidden: none listed"]);
  });

  it("stands at its own line", () => {
    const document = bill(200, { gates: { max_monthly_usd: 20_000, forbid_paths: ["hybrid"] } });
    const lineOf = (key: string) =>
      JSON.stringify(document, null, 1)
        .split("\n")
        .findIndex((row) => row.includes(`"${key}":`)) + 1;
    expect(evaluated(document).gates.map(({ id, line }) => [id, line])).toEqual([
      ["max_monthly_usd", lineOf("max_monthly_usd")],
      ["forbid_paths", lineOf("forbid_paths")],
    ]);
  });

  it("says an increase with its sign, in tenths of a per cent", () => {
    const gates = { max_increase_ratio: 0.1 };
    // 100 million output tokens at 4.50 dollars are 450 dollars.
    const more = ((100 * 450) / usd).toFixed(1);
    const against = (head: PolicyObject, base: PolicyObject | null) => evaluated({ ...head, gates }, base && { ...base, gates }).gates[0];
    expect(against(bill(300), bill(200))).toMatchObject({ status: "fail", text: `+${more} % against the limit of +10.0 %` });
    expect(against(bill(100), bill(200))).toMatchObject({ status: "pass", text: `-${more} % against the limit of +10.0 %` });
    expect(against(bill(200), bill(200))).toMatchObject({ status: "pass", text: "+0.0 % against the limit of +10.0 %" });
    expect(against(bill(300), null)).toMatchObject({ status: "pass", text: "no base cost to compare with" });
    expect(against(none, bill(200))).toMatchObject({ status: "fail", text: "no path fits, so the increase is not known" });
  });

  it("passes at its limit exactly", () => {
    const ratio = 450 / usd;
    const status = (limit: number) =>
      evaluated(bill(300, { gates: { max_increase_ratio: limit } }), bill(200, { gates: { max_increase_ratio: limit } })).gates[0]?.status;
    expect([status(ratio), status(ratio * 0.9999)]).toEqual(["pass", "fail"]);
  });

  it("says who waived it, and what became of waivers and gates", () => {
    const waiver = { gate: "max_monthly_usd", owner: "cfo@example.com", reason: "launch month", expires: "2026-11-21" };
    const base = bill(200, { gates: { max_monthly_usd: 1, forbid_paths: ["hybrid"] }, waivers: [waiver] });
    // Its last day counts.
    expect(texts(base)[0]).toBe(
      `${dollars(usd)} a month against the limit of $1; waived by cfo@example.com until 2026-11-21: launch month`,
    );
    const later = evaluated(
      bill(200, { gates: { max_monthly_usd: 2 }, waivers: [{ ...waiver, expires: "2027-01-01" }] }),
      base,
      "2026-11-22",
    );
    expect(later.findings.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "this change loosens the gate max_monthly_usd; the base branch's value still judges it",
        "this change loosens the gate forbid_paths; the base branch's value still judges it",
        "this change adds a waiver of max_monthly_usd; it counts once it is on the base branch",
        "the waiver of max_monthly_usd ended on 2026-11-21 (cfo@example.com) and no longer counts",
      ]),
    );
    expect(later.findings.filter(({ id }) => id === "gate-loosened")).toHaveLength(2);
  });

  it("warns of the waiver that is new, and of no other", () => {
    const waiver = (reason: string) => ({ gate: "max_monthly_usd", owner: "cfo@example.com", reason, expires: "2027-01-01" });
    const head = bill(200, { waivers: [waiver("launch month"), waiver("second launch")] });
    const base = bill(200, { waivers: [waiver("launch month")] });
    const lineOf = (index: number) => documentOf(head).lineOf(`waivers[${index}]`);
    const added = (from: PolicyObject) => evaluated(head, from).findings.filter(({ id }) => id === "waiver-added");

    expect(added(base)).toEqual([expect.objectContaining({ level: "warning", line: lineOf(1) })]);
    expect(added(bill(200)).map(({ line }) => line)).toEqual([lineOf(0), lineOf(1)]);
    expect(added(head)).toEqual([]);
  });

  it("of the head counts beside the base's where it is another one", () => {
    const base = bill(200, { gates: { max_monthly_usd: 1e6, max_increase_ratio: 0.5 } });
    const head = bill(200, { gates: { max_monthly_usd: 1e5, max_increase_ratio: 0.6, forbid_paths: ["api"] } });
    expect(statuses(head, base)).toEqual(["max_increase_ratio pass base", "max_monthly_usd pass head", "forbid_paths fail head"]);
    // A new ratio is stricter than none, and a path more than the base forbids.
    expect(statuses(bill(200, { gates: { max_increase_ratio: 0.1 } }), bill(200))).toEqual(["max_increase_ratio pass head"]);
    const forbids = (...paths: readonly string[]) => bill(200, { gates: { forbid_paths: paths } });
    expect(statuses(forbids("hybrid"), forbids("hybrid", "api"))).toEqual(["forbid_paths fail base"]);
  });
});

describe("the difference to the base branch", () => {
  it("names added, removed, changed and unchanged workloads", () => {
    const one = (name: string, input = 500) =>
      workload({ name, candidates: { api: ["gpt-5.4-mini"] }, tokens: { input, output: 200, cached_input_ratio: 0 } });
    const evaluation = evaluated(policy([one("same"), one("grown", 900), one("new")]), policy([one("same"), one("grown"), one("gone")]));

    expect(evaluation.delta?.workloads.map(({ name, kind }) => [name, kind])).toEqual([
      ["same", "unchanged"],
      ["grown", "changed"],
      ["new", "added"],
      ["gone", "removed"],
    ]);
  });

  it("says how much of a change comes from declared prices alone", () => {
    const price = {
      id: "gpt-5.4-mini",
      effective_from: "2026-01-01",
      input_usd_per_mtok: 0.5,
      output_usd_per_mtok: 4.5,
      source: "contract",
      checked: "2026-11-01",
    };
    const { findings } = evaluated({ ...cheap, prices: { api: [price] } }, cheap);

    // 500 million input tokens at 0.50 instead of 0.75 dollars.
    expect(findings.find(({ id }) => id === "price-share")?.text).toContain("-$125 a month");
    expect(evaluated(cheap, cheap).findings.map(({ id }) => id)).not.toContain("price-share");
  });

  it("reports a change of path", () => {
    const leaving = (dataMayLeave: boolean) => policy([workload({ compliance: { data_may_leave: dataMayLeave } })]);
    expect(evaluated(leaving(false), leaving(true)).delta?.pathChange).toEqual({ from: "api", to: "self-host" });
  });
});
