import { besides, weightsId } from "./apart.ts";
import { totalUsd } from "./cost-line.ts";
import { FULL_TIME_ABOVE_GPUS } from "./defaults.ts";
import { isPromised, type WorkloadFacts } from "./facts.ts";
import { cheapestInstanceUsd, type HostedFloor, hostedFloors, loadFloorsUsd, type Stretch, stretchesOf } from "./load-floors.ts";
import { fullTimeSurchargeUsd, leastFullTimeShare } from "./people-cost.ts";
import type { Pricer } from "./portfolio.ts";
import { type Sharing, sharedLines, sharingKey } from "./shared-cost.ts";
import { followsWeek } from "./sizing.ts";
import { type Choice, choiceId, hostsOf, isKeyless, tokensOf } from "./split.ts";
import type { Member } from "./standing.ts";

/** What one choice costs at the very least, in USD a month, whatever the other workloads do. */
export interface Floor {
  readonly choice: Choice;
  /** Tokens, or this workload's part of a fleet that is never idle on each of the stretches (`load-floors.ts`). */
  readonly ownUsd: readonly number[];
  /** What all its requests would cost by the token, but for those of a split that wait for its servers; null where it has no API. */
  readonly tokensUsd: number | null;
  /** Its place on a fleet; null by the token. */
  readonly host: Hosted | null;
  readonly usesApi: boolean;
  readonly isSplit: boolean;
  /** Soft score from 0 to 1; 0 where the policy has no preferences. */
  readonly score: number;
}

interface Hosted {
  readonly weights: string;
  /** The fleet that it stands apart from for its promise; null where it stands apart from none. */
  readonly besides: string | null;
  readonly isPromised: boolean;
  readonly member: Member;
  readonly instanceUsd: number;
  /** On each configuration, all requests served. */
  readonly hosted: () => readonly HostedFloor[];
}

/** Floors of one workload's choices, least first. */
export interface WorkloadFloors {
  readonly index: number;
  readonly floors: readonly Floor[];
}

/** Floors of all workloads, and of what they share. */
export interface Floors {
  /** Stretches of the week: each gives a bound of its own, and the highest counts. */
  readonly stretches: number;
  readonly byWorkload: readonly WorkloadFloors[];
  readonly shared: {
    readonly common: number;
    readonly api: number;
    readonly hosts: number;
    readonly both: number;
    /** Least that people cost more where there are more GPUs than need no full-time job. */
    readonly fullTime: number;
    /** Least that any portfolio costs that has own instances, and no more GPUs than need no full-time job. */
    readonly few: number;
  };
}

/**
 * Lower bounds for the joint search; they hold because sharing never makes a GPU hour or a token less than its own price. The workload with the
 * largest floor comes first: what is decided early then says most about the whole.
 */
export function floorsOf(pricer: Pricer, lists: readonly (readonly Choice[])[], scoreOf: (choice: Choice) => number): Floors {
  const stretches = stretchesFor(pricer, lists);
  const promise = ({ ownUsd, host }: Floor) => Math.max(...ownUsd) + (host?.instanceUsd ?? 0);
  const byWorkload = lists.map((list, index) => {
    const known = new Map<string, Floor | undefined>();
    const floors = list.flatMap((choice) => {
      const like = known.get(choiceId(choice));
      const floor =
        like === undefined ? floorOf(pricer, index, choice, stretches, scoreOf(choice)) : apartFrom(like, choice, pricer.workloadAt(index));
      known.set(choiceId(choice), floor);
      return floor ?? [];
    });
    return { index, floors: floors.sort((a, b) => promise(a) - promise(b)) };
  });
  const size = ({ floors }: WorkloadFloors) => Math.max(...leastOf(floors, stretches.length));
  byWorkload.sort((a, b) => size(b) - size(a) || a.index - b.index);
  const shared = sharedFloorsOf(pricer, lists);
  const few = shared.common + shared.hosts + fewGpusUsd(byWorkload);
  return { stretches: stretches.length, byWorkload, shared: { ...shared, few } };
}

/**
 * Least that keys, network and people of each side cost when any workload is on it, and of both sides with the gateway between them: those of the
 * simplest member of each.
 */
function sharedFloorsOf(pricer: Pricer, lists: readonly (readonly Choice[])[]): Omit<Floors["shared"], "few"> {
  const { facts, catalog, what, offers } = pricer.context;
  const usdOf = (sharing: Sharing) => {
    const { common, api, selfHost } = sharedLines(sharing, facts, catalog, what);
    return totalUsd([...common, ...api, ...selfHost]);
  };
  const none = { keyedProviders: 0, keylessModels: 0, apiWorkloads: [], fleets: [] };
  const own = [...offers.values()].flat().find(({ owned }) => owned !== undefined);
  const [onApi, onHosts] = [new Map<string, Sharing>(), new Map<string, Sharing>()];
  for (const [index, list] of lists.entries()) {
    const workload = pricer.workloadAt(index);
    const { current, dataClasses, compliance } = workload;
    for (const choice of list) {
      const [option, host] = [tokensOf(choice), hostsOf(choice)];
      if (option !== null) {
        const [keyedProviders, keylessModels] = isKeyless(option) ? [0, 1] : [1, 0];
        const sharing = { ...none, keyedProviders, keylessModels, apiWorkloads: [workload] };
        onApi.set(JSON.stringify([keyedProviders, current?.path, dataClasses, compliance]), sharing);
      }
      const fleet = choice.kind === "self-host" && !choice.isApart && host !== null ? pricer.aloneOn(index, host)?.fleet : undefined;
      if (fleet === undefined) continue;
      const small = { ...fleet, offer: own ?? fleet.offer, instancesByMonth: fleet.instancesByMonth.map(() => 1) };
      onHosts.set(sharingKey(NO_API, [small]), { ...none, fleets: [small] });
    }
  }
  const common = usdOf(none);
  const least = (sharings: readonly Sharing[]) => (sharings.length === 0 ? 0 : Math.min(...sharings.map(usdOf)) - common);
  const [apis, hosts] = [[...onApi.values()], [...onHosts.values()]];
  const both = apis.flatMap((sharing) => hosts.map(({ fleets }) => ({ ...sharing, fleets })));
  const fullTime = fullTimeSurchargeUsd(facts, what) * leastFullTimeShare(facts);
  return { common, api: least(apis), hosts: least(hosts), both: least(both), fullTime };
}

const NO_API = { keyedProviders: 0, keylessModels: 0, workloads: 0, settled: 0 };

/**
 * Least that the own parts of all workloads cost together where there are no more GPUs than need no full-time job. Each workload is bought by the
 * token but for what fits on those GPUs, and where a GPU saves most it is used first; parts of workloads and of GPUs count, so this is a bound.
 *
 * Example: a workload of 10,000 USD by the token that 10 GPUs would serve for 6,000: 8 of them save 80 % of 4,000.
 */
function fewGpusUsd(byWorkload: readonly WorkloadFloors[]): number {
  let [usd, gpus] = [0, FULL_TIME_ABOVE_GPUS];
  const savings: HostedFloor[] = [];
  for (const { floors } of byWorkload) {
    const tokensUsd = Math.min(...floors.flatMap((floor) => floor.tokensUsd ?? []));
    const hosted = floors.flatMap(({ host }) => (host?.besides === null ? host.hosted() : []));
    if (Number.isFinite(tokensUsd)) {
      usd += tokensUsd;
      savings.push(...savingSteps(hosted, tokensUsd));
    } else {
      usd += Math.min(...hosted.map((own) => own.usd));
      gpus -= Math.min(...hosted.map((own) => own.gpus));
    }
  }
  if (gpus < 0) return Number.POSITIVE_INFINITY;
  for (const next of savings.sort((a, b) => b.usd * a.gpus - a.usd * b.gpus)) {
    const share = next.gpus <= gpus ? 1 : gpus / next.gpus;
    usd -= next.usd * share;
    gpus -= next.gpus * share;
  }
  return usd;
}

/**
 * What hosting a workload saves against `tokensUsd`, as steps of GPUs that each save less per GPU than the one before: the concave hull of its
 * configurations. Few GPUs that serve much come first, more of cheaper ones after them.
 *
 * Example: 2 GPUs that save 1,000 or 10 that save 3,000 of it: 2 for 1,000, then 8 more for 2,000.
 */
export function savingSteps(hosted: readonly HostedFloor[], tokensUsd: number): readonly HostedFloor[] {
  const steps: HostedFloor[] = [];
  let [usd, gpus] = [0, 0];
  const left = hosted.map((own) => ({ usd: tokensUsd - own.usd, gpus: own.gpus })).filter((own) => own.usd > 0);
  for (;;) {
    const better = left.filter((own) => own.usd > usd && own.gpus >= gpus);
    const [best] = better.sort((a, b) => (b.usd - usd) * (a.gpus - gpus) - (a.usd - usd) * (b.gpus - gpus) || b.usd - a.usd);
    if (best === undefined) return steps;
    steps.push({ usd: best.usd - usd, gpus: best.gpus - gpus });
    [usd, gpus] = [best.usd, best.gpus];
  }
}

/** The least own part on each stretch; infinite when there is none. */
export function leastOf(floors: readonly Floor[], stretches: number): readonly number[] {
  return Array.from({ length: stretches }, (_, at) => Math.min(...floors.map(({ ownUsd }) => ownUsd[at] ?? 0)));
}

/** Busy hours that are looked at, by what each workload would cost on its own instances or by the token. */
function stretchesFor(pricer: Pricer, lists: readonly (readonly Choice[])[]): readonly Stretch[] {
  const weeks = lists.map((list, index) => {
    const usd = Math.min(
      ...list.flatMap((choice) => (choice.kind === "api" || choice.kind === "managed" ? pricer.tokenUsd(index, choice) : [])),
    );
    return { week: pricer.workloadAt(index).week, usd: Number.isFinite(usd) ? usd : pricer.workloadAt(index).requestsPerMonth.expected };
  });
  return stretchesOf(weeks, followsWeek(pricer.context.facts));
}

/** The floor of the same option on servers of its own. */
function apartFrom(floor: Floor, choice: Choice, workload: WorkloadFacts): Floor {
  const option = hostsOf(choice);
  if (floor.host === null || option === null) throw new Error("defect: only own instances stand apart");
  const member = { ...floor.host.member, host: option };
  return { ...floor, choice, host: { ...floor.host, weights: weightsId(option, workload), besides: besides(option), member } };
}

function floorOf(pricer: Pricer, index: number, choice: Choice, stretches: readonly Stretch[], score: number): Floor | undefined {
  const tokens = tokensOf(choice);
  const host = hostsOf(choice);
  if (host === null) {
    const usd = tokens === null ? 0 : pricer.tokenUsd(index, tokens);
    return { choice, ownUsd: stretches.map(() => usd), tokensUsd: usd, host: null, usesApi: true, isSplit: false, score };
  }
  const { offers, facts, what } = pricer.context;
  const overflow = choice.kind === "split" ? choice.overflow : null;
  const tenant = pricer.tenant(index, host, overflow);
  const instanceUsd = cheapestInstanceUsd(tenant, offers, what);
  if (instanceUsd === undefined) return undefined;
  const hosted = () => hostedFloors(tenant, offers, facts, what);
  return {
    choice,
    ownUsd: loadFloorsUsd(tenant, stretches, offers, facts, what),
    // Batch requests of a split wait for a free server and never overflow.
    tokensUsd: overflow === null ? null : pricer.overflowListUsd(index, overflow) * (1 - tenant.workload.batchRatio),
    host: {
      weights: weightsId(host, tenant.workload),
      besides: besides(host),
      isPromised: isPromised(tenant.workload),
      member: { index, host, overflow },
      instanceUsd,
      hosted,
    },
    usesApi: tokens !== null,
    isSplit: choice.kind === "split",
    score,
  };
}
