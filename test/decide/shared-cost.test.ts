import { describe, expect, it } from "vitest";
import { totalUsd } from "../../src/decide/cost-line.ts";
import type { RequirementFacts, WorkloadFacts } from "../../src/decide/facts.ts";
import type { SizedFleet } from "../../src/decide/fleet.ts";
import { isSettledOnApi } from "../../src/decide/people-cost.ts";
import { EXPECTED } from "../../src/decide/scenario.ts";
import { type Sharing, sharedLines, sharingKey } from "../../src/decide/shared-cost.ts";
import { asking, FACTS, offerOf } from "./fleet-support.ts";
import { catalog } from "./support.ts";

const SOME = FACTS.workloads[0]?.compliance ?? {};
const TENANTS: readonly WorkloadFacts[] = [
  asking(1),
  asking(1, { name: "promised", ttftMsP95: 500 }),
  asking(1, { name: "sealed", compliance: { ...SOME, airGapped: true } }),
  asking(1, { name: "stays", compliance: { ...SOME, dataMayLeave: false } }),
  asking(1, { name: "here", current: { path: "self-host", model: "m" } }),
];

const fleet = (workloads: readonly WorkloadFacts[], change: object = {}) =>
  ({
    offer: offerOf("g", 1, { gpuCount: 2 }),
    model: { id: "m", gatedDownload: false },
    tenants: workloads.map((workload) => ({ workload })),
    instancesByMonth: [1, 1, 1],
    ...change,
  }) as unknown as SizedFleet;

/** Fleets of one and of two workloads, rented and owned, of a gated model, of few and of many GPUs; the first two differ in nothing that is shared. */
const FLEETS = [
  fleet([asking(9, { name: "louder", outputTokens: { low: 1, expected: 2, high: 3 } })], { key: "another" }),
  ...TENANTS.map((one) => fleet([one])),
  ...TENANTS.slice(1).map((one) => fleet([asking(1, { name: "first" }), one])),
  ...[TENANTS[0], TENANTS[3]].flatMap((one) => (one === undefined ? [] : [fleet([one], { offer: offerOf("own", 1, { machines: 9 }) })])),
  fleet([asking(1)], { model: { id: "m", gatedDownload: true } }),
  fleet([asking(1)], { instancesByMonth: [4, 5, 4] }),
  fleet([asking(1)], { offer: offerOf("g", 1, { gpuCount: 9 }) }),
];
const APIS: readonly Pick<Sharing, "keyedProviders" | "keylessModels" | "apiWorkloads">[] = [
  { keyedProviders: 0, keylessModels: 0, apiWorkloads: [] },
  { keyedProviders: 1, keylessModels: 0, apiWorkloads: [asking(1, { name: "bought" })] },
  { keyedProviders: 1, keylessModels: 0, apiWorkloads: [asking(1, { name: "bought", current: { path: "api", model: "m" } })] },
  { keyedProviders: 0, keylessModels: 1, apiWorkloads: [asking(1, { name: "bought" })] },
  { keyedProviders: 2, keylessModels: 0, apiWorkloads: [asking(1, { name: "bought" }), asking(1, { name: "too" })] },
  { keyedProviders: 1, keylessModels: 0, apiWorkloads: [asking(1, { name: "bought" }), asking(1, { name: "too" })] },
];

describe("what a portfolio shares", () => {
  const sharings = APIS.flatMap((api) => [
    { ...api, fleets: [] },
    ...FLEETS.map((one) => ({ ...api, fleets: [one] })),
    ...FLEETS.flatMap((one, at) => FLEETS.slice(at + 1, at + 4).map((other) => ({ ...api, fleets: [one, other] }))),
  ]);
  const usdOf = (sharing: Sharing, facts: RequirementFacts) => {
    const { api, selfHost, common } = sharedLines(sharing, facts, catalog, EXPECTED);
    return totalUsd([...api, ...selfHost, ...common]);
  };
  const keyOf = ({ keyedProviders, keylessModels, apiWorkloads, fleets }: Sharing) =>
    sharingKey(
      { keyedProviders, keylessModels, workloads: apiWorkloads.length, settled: apiWorkloads.filter(isSettledOnApi).length },
      fleets,
    );

  it("costs the same wherever its key is the same, with a gateway as well", () => {
    for (const gateway of [null, "litellm"] as const) {
      const facts = { ...FACTS, deploy: { ...FACTS.deploy, gateway } };
      const known = new Map<string, number>();
      for (const sharing of sharings) {
        const usd = usdOf(sharing, facts);
        const key = keyOf(sharing);
        expect(usd, key).toBeCloseTo(known.get(key) ?? usd, 9);
        known.set(key, usd);
      }
      // A key that told all of them apart would be no memory.
      expect(known.size).toBeLessThan(sharings.length);
    }
  });

  it("is operated by one full-time engineer in the months with more than eight GPUs, whoever has them", () => {
    const hours = (...fleets: readonly SizedFleet[]) =>
      sharedLines({ ...(APIS[0] ?? never()), fleets }, FACTS, catalog, EXPECTED).selfHost.find(({ id }) => id === "people-self-host")
        ?.quantity;
    const [few, many] = [fleet([asking(1)], { instancesByMonth: [4, 4, 4] }), fleet([asking(1)], { instancesByMonth: [4, 5, 4] })];
    const all = fleet([asking(1)], { instancesByMonth: [5, 5, 5] });
    expect([hours(few), hours(all), hours(few, fleet([asking(1)]))]).toEqual([87, 173, 173]);
    // Ten GPUs in one of three months.
    expect(hours(many)).toBeCloseTo(87 + 86 / 3, 9);
    // Eight in every month: three and one of two, then two and two.
    const [falls, rises] = [fleet([asking(1)], { instancesByMonth: [3, 2, 1] }), fleet([asking(1)], { instancesByMonth: [1, 2, 3] })];
    expect(hours(falls, rises)).toBe(87);
    expect(hours()).toBeUndefined();
  });

  it("has no set-up where everything is there already, on either side", () => {
    const setUp = (sharing: Sharing) => {
      const { api, selfHost } = sharedLines(sharing, FACTS, catalog, EXPECTED);
      return [...api, ...selfHost].flatMap(({ id, quantity }) => (id.startsWith("set-up") ? [[id, quantity]] : []));
    };
    const [here, there] = [TENANTS[4] ?? never(), asking(1)];
    const [api, settled] = [APIS[1] ?? never(), APIS[2] ?? never()];
    // 320 hours of servers and one of an API, over three months.
    expect(setUp({ ...api, fleets: [fleet([there])] })).toEqual([
      ["set-up-api", 1 / 3],
      ["set-up-self-host", 320 / 3],
    ]);
    expect(setUp({ ...settled, fleets: [fleet([here])] })).toEqual([]);
    expect(setUp({ ...settled, fleets: [fleet([here]), fleet([here, there])] })).toEqual([["set-up-self-host", 320 / 3]]);
  });
});

function never(): never {
  throw new Error("the list has it");
}
