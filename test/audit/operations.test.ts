import { expect, it } from "vitest";
import { evaluated, policy, workload } from "../decide/support.ts";

/** Requests that own servers carry for less than an API, and as many again of another kind on the same model. */
const busy = (name: string, requests_per_month: number) =>
  workload({
    name,
    data_class: ["none"],
    volume: { requests_per_month, hourly_profile: "flat", peak_to_average: 1.5 },
    tokens: { input: 2000, output: 300, cached_input_ratio: 0 },
    candidates: { api: ["gpt-5.4-mini"], open: ["qwen3-32b"] },
  });

const hoursOf = (names: readonly string[]) =>
  evaluated(policy(names.map((name) => busy(name, 20_000_000)))).decision.workloads.map(({ path, leaveWhen }) => {
    expect(path).not.toBe("api");
    return leaveWhen.filter(({ parameter }) => parameter === "operations_hours_per_week");
  });

it("names the hours of operation at which to leave own servers where they would all go", () => {
  expect(hoursOf(["chat"]).flat()).toHaveLength(1);
});

it("names none for one of two workloads: whoever operates the servers of the other works on", () => {
  expect(hoursOf(["chat", "mail"]).flat()).toEqual([]);
});
