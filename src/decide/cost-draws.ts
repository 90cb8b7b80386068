import { tenantShares } from "./allocate.ts";
import { apiBill, asBilled } from "./api-cost.ts";
import { totalUsd } from "./cost-line.ts";
import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { type Draws, drawn } from "./draws.ts";
import { type ElasticCurves, type ElasticDraws, elasticCurves, elasticDraws, isElastic } from "./elastic-draws.ts";
import type { Range, WorkloadFacts } from "./facts.ts";
import type { SizedFleet } from "./fleet.ts";
import { configurationsOf, type FleetDraws, fleetDraws } from "./fleet-draws.ts";
import { growthFactors, inputId } from "./inputs.ts";
import type { TokenOption } from "./options.ts";
import { fleetId } from "./pairs.ts";
import { fullTimeSurchargeUsd } from "./people-cost.ts";
import { staffed } from "./people-draws.ts";
import type { PricedPortfolio } from "./portfolio.ts";
import type { PricingContext } from "./pricing-context.ts";
import { EXPECTED, scenario } from "./scenario.ts";
import { type SharedLines, sharedLines } from "./shared-cost.ts";
import { type Choice, hostsOf, tokensOf } from "./split.ts";

/** Monthly cost in USD of one portfolio in every draw: the whole and each workload's part, in policy order. */
export interface CostDraws {
  readonly total: Float64Array;
  readonly workloads: readonly Float64Array[];
}

/** What the workloads of a portfolio share, in every draw. */
interface DrawnParts {
  readonly fleets: readonly { readonly draws: FleetDraws | ElasticDraws; readonly shares: ReadonlyMap<string, number> }[];
  readonly shared: Readonly<Record<keyof SharedLines, Float64Array>>;
  readonly onApi: number;
  readonly onHosts: number;
}

/** What a portfolio's costs are made of before anything is drawn. */
interface Known {
  readonly bills: Map<string, BillEnds>;
  readonly configurations: Map<string, readonly SizedFleet[]>;
  readonly elastic: Map<string, ElasticCurves>;
  readonly shared: Map<string, SharedRanges>;
}

function nothingKnown(): Known {
  return { bills: new Map(), configurations: new Map(), elastic: new Map(), shared: new Map() };
}

type SharedRanges = Readonly<Record<keyof SharedLines, Range>>;

/** Bill of one workload in the expected case, and at both ends of its tokens. */
interface BillEnds {
  readonly byMonthUsd: readonly number[];
  readonly monthlyUsd: Range;
}

/**
 * Prices portfolios in many draws of the uncertain inputs. Bills, fleets and people are priced apart and added up, and
 * what two portfolios share is priced once, so thousands of draws cost about as much as a few full evaluations.
 *
 * In the middle of all inputs the cost is exactly `monthlyUsd` of the portfolio; with one input at an end of its range
 * it is what the cost model gives there; between them it follows `valueAt`.
 */
export class CostSampler {
  readonly context: PricingContext;
  readonly draws: Draws;
  readonly #known: Known;
  readonly #bills = new Map<string, Float64Array>();
  readonly #fleets = new Map<string, FleetDraws | ElasticDraws>();

  constructor(context: PricingContext, draws: Draws, known: Known = nothingKnown()) {
    this.context = context;
    this.draws = draws;
    this.#known = known;
  }

  /** The same portfolios in other draws; what does not depend on the draws is not priced again. */
  with(draws: Draws): CostSampler {
    return new CostSampler(this.context, draws, this.#known);
  }

  costs(priced: PricedPortfolio): CostDraws {
    const parts = this.#partsOf(priced);
    const workloads = priced.assignment.map((choice, index) => this.#workload(priced, parts, choice, index));
    const total = new Float64Array(this.draws.count);
    for (const usd of workloads) add(total, usd, 1);
    return { total, workloads };
  }

  /** One workload's part of `costs`, without the others. */
  workloadCosts(priced: PricedPortfolio, index: number): Float64Array {
    const choice = priced.assignment[index];
    if (choice === undefined) throw new Error(`defect: no workload ${index}`);
    // Servers do not touch the bill of a workload that has none.
    return this.#workload(priced, this.#partsOf(priced, hostsOf(choice) !== null), choice, index);
  }

  #partsOf(priced: PricedPortfolio, withFleets = true): DrawnParts {
    const sized = withFleets ? priced.fleets : [];
    const { fleets, shared } = this.#shared(
      priced,
      sized.map((fleet) => this.#fleet(fleet, sized.length === 1)),
    );
    const onApi = priced.assignment.filter((choice) => tokensOf(choice) !== null).length;
    const onHosts = priced.assignment.filter((choice) => hostsOf(choice) !== null).length;
    const staffed = fleets.flatMap((draws, index) => {
      const fleet = sized[index];
      return fleet === undefined ? [] : [{ draws, shares: tenantShares(fleet) }];
    });
    return { fleets: staffed, shared, onApi, onHosts };
  }

  #workload(priced: PricedPortfolio, { fleets, shared, onApi, onHosts }: DrawnParts, choice: Choice, index: number): Float64Array {
    const usd = new Float64Array(this.draws.count);
    add(usd, shared.common, 1 / priced.assignment.length);
    addConstant(usd, totalUsd(priced.training[index] ?? []));
    if (hostsOf(choice) !== null) {
      const name = this.context.facts.workloads[index]?.name ?? "";
      for (const { draws, shares } of fleets) add(usd, draws.usd, shares.get(name) ?? 0);
      add(usd, shared.selfHost, 1 / onHosts);
    }
    if (choice.kind === "split") {
      const swing = fleets.find(({ shares }) => shares.has(this.context.facts.workloads[index]?.name ?? ""))?.draws;
      if (swing !== undefined && "factor" in swing) add(usd, swing.factor, priced.bills[index]?.monthlyUsd ?? 0);
    } else if (choice.kind !== "self-host") add(usd, this.#bill(index, choice), 1);
    if (tokensOf(choice) !== null) add(usd, shared.api, 1 / onApi);
    return usd;
  }

  #bill(index: number, option: TokenOption): Float64Array {
    return remember(this.#bills, `${index}|${option.candidate.id}`, (key) => {
      const workload = workloadAt(this.context, index);
      return billDraws(
        remember(this.#known.bills, key, () => billEnds(option, workload, this.context)),
        workload,
        this.draws,
      );
    });
  }

  #fleet(fleet: SizedFleet, isAlone: boolean): FleetDraws | ElasticDraws {
    return remember(this.#fleets, `${fleetKey(fleet)}${isAlone ? "" : "|beside"}`, () => {
      const key = fleetKey(fleet);
      if (isElastic(fleet)) {
        const curves = remember(this.#known.elastic, key, () => elasticCurves(fleet, this.context));
        return elasticDraws(fleet, curves, this.context, this.draws);
      }
      const configurations = remember(this.#known.configurations, key, () => configurationsOf(fleet, this.context));
      const fullTimeUsd = isAlone ? fullTimeSurchargeUsd(this.context.facts, EXPECTED) : 0;
      return fleetDraws(configurations, this.context, this.draws, fullTimeUsd);
    });
  }

  /** Keys, network and people, and the fleets that those people operate. */
  #shared<Fleet extends FleetDraws>(priced: PricedPortfolio, fleets: readonly Fleet[]) {
    const { draws } = this;
    const [few, many] = [1, FULL_TIME_ABOVE_GPUS + 1].map((gpus) => this.#sharedRanges(priced, gpus));
    if (few === undefined || many === undefined) throw new Error("defect: two sizes have two prices");
    const scores = fleets.length === 0 ? new Float64Array(draws.count) : draws.scores(inputId.people("self-host"));
    const { fleets: operated, people } = staffed(fleets, few.selfHost, many.selfHost, scores);
    const constant = (usd: number) => new Float64Array(draws.count).fill(usd);
    const shared: DrawnParts["shared"] = {
      common: constant(few.common.expected),
      api: drawn(few.api, inputId.people("api"), draws) ?? constant(few.api.expected),
      selfHost: people,
    };
    return { fleets: operated, shared };
  }

  #sharedRanges(priced: PricedPortfolio, gpus: number): SharedRanges {
    const { keyedProviders, keylessModels, apiWorkloads, fleets } = priced.sharing;
    const names = apiWorkloads.map((workload) => workload.name).join(",");
    const key = `${gpus}|${keyedProviders}|${keylessModels}|${names}|${fleets.map(fleetKey).join(";")}`;
    return remember(this.#known.shared, key, () => sharedRanges(priced, gpus, this.context));
  }
}

function remember<Value>(known: Map<string, Value>, key: string, find: (key: string) => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find(key);
  known.set(key, found);
  return found;
}

function fleetKey(fleet: SizedFleet): string {
  const elastic = isElastic(fleet) ? `|${fleet.billedByMonth.join(".")}` : "";
  return `${fleetId(fleet)}|${fleet.tenants.map(({ workload }) => workload.name).join(",")}${elastic}`;
}

function workloadAt({ workloads }: PricingContext, index: number): WorkloadFacts {
  const found = workloads[index];
  if (found === undefined) throw new Error(`defect: no workload ${index}`);
  return found.workload;
}

/** Shared costs at the ends of people's hours, with fleets of this many GPUs in all. */
function sharedRanges(priced: PricedPortfolio, gpus: number, { facts, catalog }: PricingContext): SharedRanges {
  const fleets = priced.fleets.map((fleet) => ({
    ...fleet,
    instancesByMonth: [gpus / fleet.offer.instance.gpuCount / priced.fleets.length],
  }));
  const at = (people: keyof Range) => sharedLines({ ...priced.sharing, fleets }, facts, catalog, scenario({ people }));
  const [low, expected, high] = [at("low"), at("expected"), at("high")];
  const range = (side: keyof SharedLines): Range => ({
    low: totalUsd(low[side]),
    expected: totalUsd(expected[side]),
    high: totalUsd(high[side]),
  });
  return { common: range("common"), api: range("api"), selfHost: range("selfHost") };
}

function billEnds(option: TokenOption, workload: WorkloadFacts, { facts, asOf }: PricingContext): BillEnds {
  const bill = (tokens: keyof Range) => apiBill(option.candidate.model, asBilled(workload, option), facts, asOf, scenario({ tokens }));
  const expected = bill("expected");
  const { inputTokens, outputTokens } = workload;
  const certain = inputTokens.low === inputTokens.high && outputTokens.low === outputTokens.high;
  const end = (tokens: "low" | "high") => (certain ? expected : bill(tokens)).monthlyUsd;
  return { byMonthUsd: expected.byMonthUsd, monthlyUsd: { low: end("low"), expected: expected.monthlyUsd, high: end("high") } };
}

/** A bill is linear in requests, and follows its ends in tokens; growth weighs its months. */
function billDraws({ byMonthUsd, monthlyUsd }: BillEnds, workload: WorkloadFacts, draws: Draws): Float64Array {
  const { name, requestsPerMonth } = workload;
  const usd = drawn(monthlyUsd, inputId.tokens(name), draws) ?? new Float64Array(draws.count).fill(monthlyUsd.expected);
  const requests = drawn(requestsPerMonth, inputId.requests(name), draws);
  const declared = growthFactors(workload);
  const growth = drawn(declared, inputId.growth(name), draws);
  return usd.map((monthly, draw) => {
    const volume = (requests?.[draw] ?? requestsPerMonth.expected) / requestsPerMonth.expected;
    return monthly * volume * grown(byMonthUsd, monthlyUsd.expected, (growth?.[draw] ?? declared.expected) / declared.expected);
  });
}

/** What another growth makes of an average month: each month's bill times `factor` once for each month before it. */
function grown(byMonthUsd: readonly number[], monthlyUsd: number, factor: number): number {
  if (factor === 1 || monthlyUsd === 0) return 1;
  let [sum, power] = [0, 1];
  for (const usd of byMonthUsd) {
    sum += usd * power;
    power *= factor;
  }
  return sum / byMonthUsd.length / monthlyUsd;
}

function addConstant(sum: Float64Array, usd: number): void {
  if (usd === 0) return;
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + usd;
}

function add(sum: Float64Array, values: Float64Array, share: number): void {
  if (share === 0) return;
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (values[index] ?? 0) * share;
}
