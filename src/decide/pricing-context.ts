import type { Catalog } from "../catalog/index.ts";
import type { ApiBill } from "./api-cost.ts";
import type { RequirementFacts } from "./facts.ts";
import type { OffersByGpu, SizedFleet, Tenant } from "./fleet.ts";
import type { FeasibleOption, WorkloadOptions } from "./options.ts";
import type { Scenario } from "./scenario.ts";

/** What a price depends on besides the assignment. */
export interface PricingContext {
  readonly workloads: readonly WorkloadOptions[];
  readonly facts: RequirementFacts;
  readonly catalog: Catalog;
  readonly asOf: string;
  readonly offers: OffersByGpu;
  readonly what: Scenario;
  readonly memo: PriceMemo;
}

/** A fleet at list price with everything that comes with it, in USD a month. */
export interface PricedFleet {
  readonly fleet: SizedFleet;
  readonly gpuUsd: number;
  readonly otherUsd: number;
}

/**
 * What was priced before, shared by all scenarios of one decision: bills are linear in volume and price, fleets do not
 * depend on prices of people or tokens, so most scenarios only scale what is known.
 */
export interface PriceMemo {
  readonly bills: Map<string, ApiBill>;
  /** Null where no configuration serves all. */
  readonly fleets: Map<string, PricedFleet | null>;
  /** Fleets with few GPUs, of the groups that would take many. */
  readonly small: Map<string, readonly Iterable<PricedFleet>[]>;
  readonly shared: Map<string, number>;
  readonly tenants: Map<string, readonly Tenant[]>;
  /** Options of a workload by what each costs alone in the expected case. */
  readonly ranked: WeakMap<WorkloadOptions, readonly FeasibleOption[]>;
  /** Fleets that were sized, each as much as it takes: one that may leave load to an API takes ten times the work of another. */
  sized: number;
}

export function newMemo(ranked: PriceMemo["ranked"] = new WeakMap()): PriceMemo {
  return {
    bills: new Map(),
    fleets: new Map(),
    small: new Map(),
    shared: new Map(),
    tenants: new Map(),
    ranked,
    sized: 0,
  };
}
