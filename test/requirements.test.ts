import { describe, expect, it } from "vitest";
import { expectedIds, loadClaims, problemsOf, reader } from "../scripts/requirements.ts";

const claims = loadClaims();
const first = (name: string) =>
  Object.fromEntries(Object.entries(claims).map(([id, claim]) => [id, id === "S0-001" ? { ...claim, tests: [name] } : claim]));

describe("the framework's claims", () => {
  it("are 308 and 29 corrections, each with its tests, a reason or what is missing", () => {
    expect(expectedIds()).toHaveLength(308 + 29);
    expect(problemsOf(claims, reader())).toEqual([]);
  });

  it("are refused when a test does not exist", () => {
    expect(problemsOf(first("test/requirements.test.ts > no such title"), reader())).toHaveLength(1);
    expect(problemsOf(first("test/nowhere.test.ts > are refused when a test does not exist"), reader())).toHaveLength(1);
    expect(problemsOf(first("test/requirements.test.ts > are refused when a test does not exist"), reader())).toEqual([]);
  });

  it("are refused when one is left out, invented, empty, or too many are out of scope", () => {
    const { "S2-035": _, ...without } = claims;
    expect(problemsOf(without, reader())).toEqual(["S2-035 is not in the file"]);
    expect(problemsOf({ ...claims, "S9-001": { what: "nothing", missing: "all of it" } }, reader())).toEqual(["S9-001 is no claim"]);
    expect(problemsOf({ ...claims, "S0-001": { what: "nothing at all" } }, reader())[0]).toContain("needs exactly one of");
    const outside = Object.fromEntries(Object.keys(claims).map((id) => [id, { what: "nothing", outOfScope: "we do not care" }]));
    expect(problemsOf(outside, reader())).toEqual(["337 claims are out of scope; at most 15 may be"]);
  });
});
