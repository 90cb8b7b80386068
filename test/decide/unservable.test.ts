import { describe, expect, it } from "vitest";
import type { ServingOption, ServingSearch } from "../../src/capacity/types.ts";
import type { SelfHostCandidate } from "../../src/decide/candidates.ts";
import type { PolicyNeeds } from "../../src/decide/facts.ts";
import type { OptionContext } from "../../src/decide/options.ts";
import type { InstanceOffer } from "../../src/decide/prices.ts";
import { onOwnGpu, whyUnservable } from "../../src/decide/unservable.ts";
import { asking, FACTS, offerOf } from "./fleet-support.ts";
import { catalog } from "./support.ts";

const candidate = { model: { id: "m" } } as unknown as SelfHostCandidate;
const contextOf = (...offers: readonly InstanceOffer[]) => ({ facts: FACTS, catalog, offers }) as unknown as OptionContext<PolicyNeeds>;
const served = (gpu: string, tensorParallel: number) =>
  ({ configuration: { gpu: { id: gpu }, tensorParallel } }) as unknown as ServingOption;
const miss = (reason: string, gpu: string, tensorParallel: number) => ({
  reason,
  gpu,
  tensorParallel,
  text: `${reason} ${gpu} x${tensorParallel}`,
});
const search = (options: readonly ServingOption[], missed: readonly object[] = []) =>
  ({ served: options, unservable: missed }) as unknown as ServingSearch;
const at = (first: ServingSearch, last: ServingSearch = first) => ({ first, last, low: first, high: first });
const anywhere = asking(1);
const inside = asking(1, { compliance: { ...anywhere.compliance, onPremises: true } });
const RENTED = offerOf("g6.xlarge", 1, { gpu: "l4" });
const why = (searches: ReturnType<typeof at>, workload = anywhere, ...offers: readonly InstanceOffer[]) =>
  whyUnservable(candidate, searches, workload, contextOf(...offers));

describe("why a model cannot be served", () => {
  it("is first that nothing has a price", () => {
    expect(why(at(search([])), anywhere)).toBe("no GPU instance has a known price in us-east-1");
  });

  it("is the miss that came closest: a promise, else the most memory", () => {
    const missed = [
      miss("unsupported-precision", "b200", 8),
      miss("memory", "l4", 4),
      miss("memory", "h100", 1),
      miss("memory", "h100", 2),
      miss("memory", "l4", 1),
    ];
    // 24 GiB on an L4, 80 on an H100: two of those are the most.
    expect(why(at(search([], missed)), anywhere, RENTED)).toBe("m: memory h100 x2");
    expect(why(at(search([], [...missed, miss("latency", "l4", 1), miss("latency", "l4", 2)])), anywhere, RENTED)).toBe("m: latency l4 x2");
    expect(why(at(search([], missed.slice(0, 1))), anywhere, RENTED)).toBe("m: unsupported-precision b200 x8");
    expect(why(at(search([])), anywhere, RENTED)).toBe("m has no configuration on the instances on offer");
  });

  it("is the premises, the last month or the floor where something would serve it today", () => {
    const one = search([served("l4", 1)]);
    expect(why(at(one), inside, RENTED)).toBe("m: no machine of purchase.owned has the memory and the speed for it");
    expect(why(at(one, search([])), anywhere, RENTED)).toBe("m: it no longer keeps the promise at the last month's tokens");
    expect(why(at(one), anywhere, RENTED)).toBe("m: the capability floor leaves no precision that fits");
    const own = offerOf("own", 1, { gpu: "l4", machines: 1 });
    expect(why(at(one, search([])), inside, own)).toBe("m: it no longer keeps the promise at the last month's tokens");
  });
});

describe("what must run on the premises", () => {
  it("runs on one machine of its own with as many of the GPUs", () => {
    const own = offerOf("own", 1, { gpu: "l4", gpuCount: 2, machines: 9 });
    const runs = (gpu: string, tensorParallel: number, workload = inside) =>
      onOwnGpu(served(gpu, tensorParallel), workload, contextOf(own, RENTED));
    expect([runs("l4", 1), runs("l4", 2), runs("l4", 4), runs("h100", 1)]).toEqual([true, true, false, false]);
    expect(onOwnGpu(served("l4", 1), inside, contextOf(RENTED))).toBe(false);
    expect(runs("h100", 8, anywhere)).toBe(true);
  });
});
