import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Control, positionOf, SLIDER_STEPS, valueAt, withEdit } from "../../src/page/controls.ts";
import { applyEdits, hashOf, stateFrom } from "../../src/page/edits.ts";

const POLICY = `version: 1 # the language
prices:
  gpu: [{ id: g6e.xlarge, region: us-east-1, usd_per_hour: 2, effective_from: 2026-01-01, source: offer, checked: 2026-01-01 }]
workloads:
  - name: chat
    volume: { requests_per_day: { low: 50, expected: 100, high: 300 } } # guessed
    tokens: { input: 500, output: 200 }
`;

describe("edits of a policy", () => {
  it("leave the text alone when there are none", () => {
    expect(applyEdits(POLICY, {}, {})).toBe(POLICY);
  });

  it("set numbers, keep comments, and move a range with its shape", () => {
    const edited = applyEdits(
      POLICY,
      { "workloads/0/volume/requests_per_day": 200, "workloads/0/tokens/input": 800, "team/hourly_rate_usd": 120 },
      {},
    );
    expect(edited).toContain("{ low: 100, expected: 200, high: 600 } } # guessed");
    expect(edited).toContain("tokens: { input: 800, output: 200 }");
    expect(edited).toContain("team:\n  hourly_rate_usd: 120");
    expect(edited).toContain("# the language");
  });

  it("change the row of a price, or add one with everything that it needs", () => {
    expect(applyEdits(POLICY, { "prices/gpu/g6e.xlarge/usd_per_hour": 1.5 }, {})).toContain("usd_per_hour: 1.5");
    const row = {
      id: "gpt-5.4-mini",
      input_usd_per_mtok: 1,
      output_usd_per_mtok: 2,
      effective_from: "2026-11-21",
      source: "what-if",
      checked: "2026-11-21",
    };
    const added = applyEdits(POLICY, { "prices/api/gpt-5.4-mini/output_usd_per_mtok": 3 }, { "prices/api/gpt-5.4-mini": row });
    expect(added).toMatch(/api:\n\s+- id: gpt-5\.4-mini\n\s+input_usd_per_mtok: 1\n\s+output_usd_per_mtok: 3/);
  });
});

describe("the link", () => {
  it("comes back as the same state", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    const edits = fc.dictionary(
      fc.constantFrom(
        "team/hourly_rate_usd",
        "workloads/3/tokens/input",
        "prices/gpu/g6e.xlarge/usd_per_hour",
        "prices/api/openai.gpt-oss-20b-1:0/input_usd_per_mtok",
      ),
      value.map((number) => number + 0),
      { noNullPrototype: true },
    );
    const state = fc.record({ policy: fc.nat(9), text: fc.option(fc.string({ unit: "grapheme" })), edits, pinned: fc.option(edits) });
    fc.assert(
      fc.property(state, (written) => {
        expect(stateFrom(`#${hashOf(written)}`)).toEqual(written);
      }),
    );
  });

  it("drops what is no key of a what-if and no number", () => {
    expect(stateFrom("#__proto__=1&name=2&team/hourly_rate_usd=x&workloads/0/tokens/input=7&workloads/0/__proto__/x=1")).toEqual({
      policy: 0,
      text: null,
      edits: { "workloads/0/tokens/input": 7 },
      pinned: null,
    });
  });
});

describe("a slider", () => {
  const control: Control = {
    key: "k",
    group: "g",
    label: "l",
    unit: "",
    declared: 1234567,
    scale: "log",
    min: 123456.7,
    max: 12345670,
    step: 0,
  };

  it("stands in the middle at the declared value and gives exactly that back", () => {
    expect(positionOf(control, control.declared)).toBe(SLIDER_STEPS / 2);
    expect(valueAt(control, SLIDER_STEPS / 2)).toBe(1234567);
    expect(withEdit({ k: 5, other: 1 }, control, 1234567)).toEqual({ other: 1 });
  });

  it("rises from end to end", () => {
    const values = Array.from({ length: SLIDER_STEPS + 1 }, (_, position) => valueAt(control, position));
    expect(values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))).toBe(true);
    expect([values[0], values.at(-1)]).toEqual([123000, 12300000]);
  });
});
