import type { Kind } from "./bounds.ts";
import { TIE_RATIO } from "./defaults.ts";
import type { FeasibleOption } from "./options.ts";
import type { Assignment, Pricer } from "./portfolio.ts";
import { type Contenders, recommend } from "./recommend.ts";
import type { Rivalry, Side, Sides } from "./rivals.ts";
import { pathOf } from "./search.ts";
import { type Choice, hostsOf } from "./split.ts";

/** A whole portfolio and what it is worth in USD a month; infinite where it cannot serve. */
export interface Worth {
  readonly assignment: Assignment;
  readonly usd: number;
}

/** The chosen portfolio, first, and the best of every other path, at one factor. */
export interface Faced {
  readonly pricer: Pricer;
  readonly portfolios: readonly Worth[];
}

/**
 * The side of one workload as one number moves and whole portfolios compete, by the rules of a recommendation: the chosen one, the best of every other
 * path, and the chosen one with this workload on either side. People and network are shared, so several workloads may leave their servers together
 * where none would leave alone.
 *
 * Example: of two workloads on servers each saves 600 USD while the other one keeps the engineer busy. By the token both together cost 500 more; they
 * leave when the engineer costs as much more, and neither of them leaves before twice that.
 */
export class Together implements Sides {
  readonly #rivalry: Rivalry;
  readonly #index: number;
  readonly #shortlists: readonly (readonly FeasibleOption[])[];
  readonly #facedAt: (factor: number) => Faced;
  readonly #taken = new Map<number, Choice | undefined>();

  constructor(rivalry: Rivalry, index: number, shortlists: readonly (readonly FeasibleOption[])[], facedAt: (factor: number) => Faced) {
    this.#rivalry = rivalry;
    this.#index = index;
    this.#shortlists = shortlists;
    this.#facedAt = facedAt;
  }

  cheaper(factor: number): Side | undefined {
    // Without a choice on both sides nothing can flip.
    if (this.#rivalry.usdAt(factor) === undefined) return undefined;
    const choice = this.taken(factor);
    return choice && sideOf(choice);
  }

  /** What the workload takes at a factor; undefined where nothing can serve. */
  taken(factor: number): Choice | undefined {
    if (!this.#taken.has(factor)) this.#taken.set(factor, this.#recommended(factor));
    return this.#taken.get(factor);
  }

  /** Whether no portfolio can come as close to the chosen one as a tie between two factors: its highest worth against the lowest of the others. */
  neverLeaves(start: Side, from: number, to: number): boolean {
    if (!this.#rivalry.neverLeaves(start, from, to)) return false;
    const [near, far] = [this.#facedAt(from).portfolios, this.#facedAt(to).portfolios];
    const ends = near.map(({ usd }, at) => [usd, far[at]?.usd ?? usd] as const);
    const most = Math.max(...(ends[0] ?? []));
    return ends.slice(1).every((usd) => Math.min(...usd) > most * (1 + TIE_RATIO));
  }

  #recommended(factor: number): Choice | undefined {
    const { pricer, portfolios } = this.#facedAt(factor);
    const [chosen] = portfolios;
    if (chosen === undefined) return undefined;
    const alone = (["api", "self-host"] as const).flatMap((side) => {
      const rival = this.#rivalry.rival(side, factor);
      return rival === undefined ? [] : [{ assignment: chosen.assignment.with(this.#index, rival.option), usd: rival.monthlyUsd }];
    });
    return recommend(pricer, contendersOf(pricer, [...portfolios, ...alone]), this.#shortlists).chosen?.assignment[this.#index];
  }
}

/** The best of some portfolios by kind, as a search would have met them. */
function contendersOf(pricer: Pricer, portfolios: readonly Worth[]): Contenders {
  const isOf = (kind: Kind, { assignment }: Worth) =>
    kind === "plain" ? assignment.every((choice) => choice.kind !== "split") : pathOf(assignment) === kind;
  const bestOf = (kind: Kind) =>
    portfolios
      .filter((each) => isOf(kind, each))
      .reduce<Worth | undefined>((best, each) => (best === undefined || each.usd < best.usd ? each : best), undefined);
  return {
    worthOf: (kind) => bestOf(kind)?.usd ?? Number.POSITIVE_INFINITY,
    portfolio: (kind) => {
      const best = bestOf(kind);
      return best && pricer.price(best.assignment);
    },
  };
}

export function sideOf(choice: Choice): Side {
  return hostsOf(choice) === null ? "api" : "self-host";
}
