import { TIE_RATIO } from "./defaults.ts";
import type { FeasibleOption } from "./options.ts";
import { type PricedPortfolio, Pricer } from "./portfolio.ts";
import { scoreOf, valuedUsd } from "./preferences.ts";
import { currentOption, leastGainUsd, tieRank } from "./recommend.ts";
import { type Rival, RivalCurve, Rivalry, type Side } from "./rivals.ts";
import { EXPECTED, type Scenario, scenario } from "./scenario.ts";
import { pathOf, recommendNear, type SearchResult, servedIds } from "./search.ts";
import { type Choice, firstOfEach, type SplitOption } from "./split.ts";
import { Standing } from "./standing.ts";
import { type Faced, sideOf, Together } from "./together.ts";

/** Scenarios that are remembered: all workloads are asked at the points of the same grid. */
const MOST_STANDINGS = 100;
/** Workloads up to which each tipping point is confirmed by whole decisions; see `verifiedFlip`. */
const MOST_DECIDED_ANEW = 4;

/** A number of the cost model that can be moved alone. */
export type ParameterId = "requests_per_month" | "api_price" | "gpu_price" | "throughput" | "hourly_rate_usd";

/** The scenario in which one parameter is `factor` times what it is, for the workload of that name. */
const CHANGES: Readonly<Record<ParameterId, (factor: number, name: string) => Scenario>> = {
  requests_per_month: (factor, name) => scenario({ volumeOf: { [name]: factor } }),
  api_price: (factor) => scenario({ apiPrice: factor }),
  gpu_price: (factor) => scenario({ gpuPrice: factor }),
  throughput: (factor) => scenario({ throughputFactor: factor }),
  hourly_rate_usd: (factor) => scenario({ hourlyRate: factor }),
};

/** Compares the two sides of one workload while everything else stays as chosen, and whole portfolios of other paths with the chosen one. */
export class Flips {
  readonly #standings = new Map<string, Standing>();
  readonly #faced = new Map<string, Faced>();
  readonly #decided = new Map<string, PricedPortfolio | undefined>();
  readonly #rivalries = new Map<string, Rivalry>();
  readonly #today: Map<Choice, number | undefined>[] = [];
  readonly #scores: Map<Choice, number>[] = [];

  readonly base: Pricer;
  readonly chosen: PricedPortfolio;
  readonly shortlists: SearchResult["shortlists"];
  readonly splits: SearchResult["splits"];

  /** The best portfolios of the other paths; none where one workload is all there is, whose own sides say the same. */
  readonly #others: readonly PricedPortfolio[];

  constructor(
    base: Pricer,
    chosen: PricedPortfolio,
    { shortlists, splits, byPath }: Pick<SearchResult, "shortlists" | "splits" | "byPath">,
  ) {
    this.base = base;
    this.chosen = chosen;
    this.shortlists = shortlists;
    this.splits = splits;
    const others = Object.values(byPath).filter(({ assignment }) => pathOf(assignment) !== pathOf(chosen.assignment));
    this.#others = chosen.assignment.length > 1 ? others : [];
  }

  /** Where a workload is served: a split stands with own instances, because what is asked is when to leave them. */
  sideOf(index: number): Side {
    const choice = this.chosen.assignment[index];
    return choice === undefined ? "api" : sideOf(choice);
  }

  /**
   * Costs of both sides of a workload as one parameter moves. Splits stand with own instances; as the volume moves, only the chosen one does: a
   * split follows its API so closely that every crossing of the two, down to a thousandth, would be looked for volume by volume.
   */
  along(index: number, parameter: ParameterId): Rivalry {
    return this.#remembered(`${index}/${parameter}`, () => {
      const splits = parameter === "requests_per_month" ? [] : firstOfEach(this.splits[index] ?? [], () => 0);
      return new Rivalry(this.#curves(index, splits, (factor) => this.#asked(index, parameter, factor)));
    });
  }

  /**
   * The same as a decision compares them: every split, what each choice is worth by declared preferences, and what serves the workload today left
   * only for a gain.
   */
  comparedAlong(index: number, parameter: ParameterId): Rivalry {
    return this.#remembered(`${index}/${parameter}/compared`, () => {
      const usdAt = (factor: number) => {
        const usdOf = this.#asked(index, parameter, factor);
        return (choice: Choice) => this.#worth(index, choice, usdOf(choice));
      };
      const curves = this.#curves(
        index,
        firstOfEach(this.splits[index] ?? [], () => 0),
        usdAt,
      );
      const today = currentOption(this.base, index, this.shortlists[index] ?? []);
      if (today === undefined) return new Rivalry(curves, null, this.#tieRatioAt(index));
      const leastGainUsdAt = (factor: number) => {
        const what = factor === 1 ? EXPECTED : CHANGES[parameter](factor, this.base.workloadAt(index).name);
        return leastGainUsd(new Pricer({ ...this.base.context, what }), index, today) ?? 0;
      };
      const stay = { side: sideOf(today), usdAt: (factor: number) => usdAt(factor)(today), leastGainUsdAt };
      return new Rivalry(curves, stay, this.#tieRatioAt(index));
    });
  }

  /** The side of a workload as a decision on the whole policy takes it; of the only workload as its own sides compare. */
  togetherAlong(index: number, parameter: ParameterId): Together | null {
    if (this.#others.length === 0) return null;
    return new Together(this.comparedAlong(index, parameter), index, this.shortlists, (factor) => this.#facedAt(index, parameter, factor));
  }

  /**
   * What a workload takes where a parameter is `factor` times what it is, decided anew for the whole policy. Null where nothing is decided anew: one
   * workload compares all its choices anyway, and many take too long.
   */
  decidedAt(index: number, parameter: ParameterId, factor: number): Choice | undefined | null {
    if (this.#others.length === 0 || this.chosen.assignment.length > MOST_DECIDED_ANEW) return null;
    const key = `${parameter === "requests_per_month" ? index : ""}/${parameter}/${factor}`;
    if (!this.#decided.has(key)) {
      const pricer = new Pricer({ ...this.base.context, what: CHANGES[parameter](factor, this.base.workloadAt(index).name) });
      const served = servedIds(this.base, this.chosen.assignment);
      this.#decided.set(key, recommendNear(pricer, served, this.shortlists).chosen);
    }
    return this.#decided.get(key)?.assignment[index];
  }

  /** The chosen portfolio and the best one of each other path where a parameter is `factor` times what it is. */
  #facedAt(index: number, parameter: ParameterId, factor: number): Faced {
    const key = `${parameter === "requests_per_month" ? index : ""}/${parameter}/${factor}`;
    const known = this.#faced.get(key);
    if (known !== undefined) return known;
    const what = factor === 1 ? EXPECTED : CHANGES[parameter](factor, this.base.workloadAt(index).name);
    const pricer = what === EXPECTED ? this.base : new Pricer({ ...this.base.context, what });
    const portfolios = [this.chosen, ...this.#others].map(({ assignment }) => ({
      assignment,
      usd: this.#worthOf(assignment, new Standing(pricer, assignment).usd) ?? Number.POSITIVE_INFINITY,
    }));
    const faced = { pricer, portfolios };
    this.#faced.set(key, faced);
    return faced;
  }

  #worthOf(assignment: PricedPortfolio["assignment"], usd: number | undefined): number | undefined {
    const { facts, catalog } = this.base.context;
    const budgetRatio = facts.preferences?.budgetRatio ?? 0;
    return usd === undefined || budgetRatio === 0 ? usd : valuedUsd(usd, scoreOf(assignment, facts, catalog), budgetRatio);
  }

  /** A tie is between whole portfolios: beside a workload on own servers an API for this one wins none, unless a split is the other choice. */
  #tieRatioAt(index: number): (own: Choice) => number {
    const others = this.chosen.assignment.toSpliced(index, 1);
    return (own) => (tieRank([...others, own]) < tieRank(others) ? TIE_RATIO : 0);
  }

  #remembered(key: string, make: () => Rivalry): Rivalry {
    const known = this.#rivalries.get(key) ?? make();
    this.#rivalries.set(key, known);
    return known;
  }

  #curves(
    index: number,
    splits: readonly SplitOption[],
    usdAt: (factor: number) => (choice: Choice) => number | undefined,
  ): Readonly<Record<Side, RivalCurve>> {
    const taken = this.chosen.assignment[index];
    const choices = new Set<Choice>([...(this.shortlists[index] ?? []), ...splits, ...(taken === undefined ? [] : [taken])]);
    const curve = (side: Side) =>
      new RivalCurve(
        [...choices].filter((choice) => sideOf(choice) === side),
        usdAt,
      );
    return { api: curve("api"), "self-host": curve("self-host") };
  }

  /** What a portfolio of this cost with this choice is worth by the declared preferences. */
  #worth(index: number, choice: Choice, usd: number | undefined): number | undefined {
    const { facts, catalog } = this.base.context;
    const budgetRatio = facts.preferences?.budgetRatio ?? 0;
    if (usd === undefined || budgetRatio === 0) return usd;
    this.#scores[index] ??= new Map();
    const score = this.#scores[index].get(choice) ?? scoreOf(this.chosen.assignment.with(index, choice), facts, catalog);
    this.#scores[index].set(choice, score);
    return valuedUsd(usd, score, budgetRatio);
  }

  /** Best choice of a side as everything is; undefined when the rules or the hardware leave none. */
  rival(index: number, side: Side): Rival | undefined {
    return this.along(index, "requests_per_month").rival(side, 1);
  }

  /** Cost of the portfolio with one option for one workload where a parameter is `factor` times what it is; undefined when it cannot be served. */
  priceOf(index: number, option: FeasibleOption, parameter: ParameterId, factor: number): number | undefined {
    return this.#asked(index, parameter, factor)(option);
  }

  /** Cost of the portfolio by the choice for one workload. Where only that workload's volume moves, all else stands as chosen. */
  #asked(index: number, parameter: ParameterId, factor: number): (choice: Choice) => number | undefined {
    if (factor === 1) return (choice) => this.#usdToday(index, choice);
    const what = CHANGES[parameter](factor, this.base.workloadAt(index).name);
    if (parameter !== "requests_per_month") return (choice) => this.#standing(parameter, what, factor).with(index, choice);
    const pricer = new Pricer({ ...this.base.context, what });
    return (choice) => this.#standing().with(index, choice, pricer);
  }

  #usdToday(index: number, choice: Choice): number | undefined {
    this.#today[index] ??= new Map();
    const known = this.#today[index];
    if (!known.has(choice)) known.set(choice, this.#standing().with(index, choice));
    return known.get(choice);
  }

  /** The chosen portfolio in one scenario; all workloads are asked at the points of the same grid. */
  #standing(parameter = "", what = EXPECTED, factor = 1): Standing {
    const key = `${parameter}/${factor}`;
    const known = this.#standings.get(key);
    if (known !== undefined) return known;
    const pricer = what === EXPECTED ? this.base : new Pricer({ ...this.base.context, what });
    const standing = new Standing(pricer, this.chosen.assignment);
    if (this.#standings.size >= MOST_STANDINGS) this.#standings.clear();
    this.#standings.set(key, standing);
    return standing;
  }
}
