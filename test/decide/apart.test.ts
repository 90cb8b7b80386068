import { describe, expect, it } from "vitest";
import { besides, isApartForReason, standsApart, weightsId, withApart } from "../../src/decide/apart.ts";
import type { WorkloadFacts } from "../../src/decide/facts.ts";
import type { FeasibleOption, SelfHostOption, WorkloadOptions } from "../../src/decide/options.ts";
import { windowsOf } from "../../src/decide/schedule.ts";
import type { Choice } from "../../src/decide/split.ts";
import { asking } from "./fleet-support.ts";

const host = (model: string, isApart = false) =>
  ({ kind: "self-host", candidate: { model: { id: model } }, isApart }) as unknown as SelfHostOption;
const API = { kind: "api", candidate: { model: { id: "m" } } } as unknown as FeasibleOption;
const split = (base: SelfHostOption) => ({ kind: "split", base, overflow: API }) as unknown as Choice;

const bulk = asking(1, { name: "bulk" });
const chat = asking(1, { name: "chat", tpotMsP95: 30 });
const search = asking(1, { name: "search", ttftMsP95: 500 });
const tuned = asking(1, { name: "tuned", customization: "full_finetune" });
const adapted = asking(1, { name: "adapted", customization: "lora" });

describe("servers apart from those with a promise", () => {
  /** The options of each workload after the question: a model's name, with an asterisk where it stands apart. */
  const asked = (...rows: readonly (readonly [WorkloadFacts, ...FeasibleOption[]])[]) =>
    withApart(
      rows.map(([workload]) => ({ workload }) as unknown as WorkloadOptions),
      rows.map(([, ...options]) => options),
    ).map((list) =>
      list.map((option) => (option.kind === "self-host" ? `${option.candidate.model.id}${option.isApart ? "*" : ""}` : "api")),
    );

  it("are a second option for workloads without one, of the models that somebody with one may take", () => {
    expect(asked([chat, host("m"), API], [bulk, host("m"), host("n"), API])).toEqual([
      ["m", "api"],
      ["m", "m*", "n", "api"],
    ]);
    expect(asked([search, host("m")], [bulk, host("m")])).toEqual([["m"], ["m", "m*"]]);
  });

  it("are none where nobody else promises anything", () => {
    expect(asked([bulk, host("m")], [adapted, host("m")])).toEqual([["m"], ["m"]]);
    expect(asked([chat, API], [bulk, host("m")])).toEqual([["api"], ["m"]]);
    expect(asked([chat, host("m")], [search, host("m")])).toEqual([["m"], ["m"]]);
  });

  it("are no question for weights of one's own, on either side", () => {
    const promised = asking(1, { name: "own", tpotMsP95: 30, customization: "full_finetune" });
    expect(asked([promised, host("m")], [bulk, host("m")])).toEqual([["m"], ["m"]]);
    expect(asked([chat, host("m")], [tuned, host("m")])).toEqual([["m"], ["m"]]);
    expect(asked([chat, host("m")], [adapted, host("m")])).toEqual([["m"], ["m", "m*"]]);
  });

  it("have a name of their own", () => {
    expect([
      weightsId(host("m"), bulk),
      weightsId(host("m", true), bulk),
      weightsId(host("m"), tuned),
      weightsId(host("m"), adapted),
    ]).toEqual(["m", "m without a promise", "m of tuned", "m"]);
    expect([besides(host("m", true)), besides(host("m"))]).toEqual(["m", null]);
    expect([standsApart(host("m", true)), standsApart(split(host("m", true))), standsApart(host("m")), standsApart(API)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(standsApart(undefined)).toBe(false);
  });

  it("need somebody with a promise on the same weights", () => {
    const reason = (...rows: readonly (readonly [WorkloadFacts, Choice])[]) =>
      isApartForReason(
        rows.map(([, choice]) => choice),
        (index) => rows[index]?.[0] ?? bulk,
      );
    expect(reason([chat, host("m")], [bulk, host("m", true)])).toBe(true);
    expect(reason([chat, split(host("m"))], [bulk, host("m", true)])).toBe(true);
    expect(reason([chat, host("n")], [bulk, host("m", true)])).toBe(false);
    expect(reason([chat, API], [bulk, host("m", true)])).toBe(false);
    expect(reason([adapted, host("m")], [bulk, host("m", true)])).toBe(false);
    expect(reason([chat, host("m")], [bulk, host("m", true)], [adapted, host("n", true)])).toBe(false);
    expect(reason([bulk, host("m")], [chat, API])).toBe(true);
  });
});

describe("the windows of a schedule", () => {
  it("are runs of equal hours, of weekdays and of weekends apart", () => {
    expect(windowsOf(Array(48).fill(2))).toEqual([
      { days: "weekday", fromHour: 0, toHour: 24, instances: 2 },
      { days: "weekend", fromHour: 0, toHour: 24, instances: 2 },
    ]);
    const counts = Array.from({ length: 48 }, (_, slot) => (slot === 9 || slot === 10 || slot === 47 ? 3 : 1));
    expect(windowsOf(counts)).toEqual([
      { days: "weekday", fromHour: 0, toHour: 9, instances: 1 },
      { days: "weekday", fromHour: 9, toHour: 11, instances: 3 },
      { days: "weekday", fromHour: 11, toHour: 24, instances: 1 },
      { days: "weekend", fromHour: 0, toHour: 23, instances: 1 },
      { days: "weekend", fromHour: 23, toHour: 24, instances: 3 },
    ]);
  });
});
