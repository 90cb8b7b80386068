import type { Catalog } from "../catalog/index.ts";
import type { ApiModel } from "../catalog/schema.ts";
import { API_PEOPLE, type PeopleHours, SELF_HOST_PEOPLE } from "./defaults.ts";
import type { RequirementFacts } from "./facts.ts";
import type { FeasibleOption } from "./options.ts";

/** Mark of an option on one dimension, from 0 to 4. Anchors are absolute: an option's mark never depends on the others. */
export type Mark = 0 | 1 | 2 | 3 | 4;

/** What a mark is read from. */
interface SoftContext {
  readonly facts: RequirementFacts;
  readonly catalog: Catalog;
}

/** One soft dimension: what each mark means, and how it is read from the facts. */
export interface SoftDimension {
  readonly id: keyof NonNullable<RequirementFacts["preferences"]>["weights"];
  readonly label: string;
  /** Meaning of the marks 0 to 4. */
  readonly anchors: readonly [string, string, string, string, string];
  readonly mark: (option: FeasibleOption, context: SoftContext) => Mark;
}

/**
 * The soft dimensions of the framework's closing comparison (source 004, 2026-04-19), its two cost rows left out because
 * cost is counted in money. Predictability and support come from its lists of reasons. The anchors are ours.
 */
export const SOFT_DIMENSIONS: readonly SoftDimension[] = [
  {
    id: "capability",
    label: "capability",
    anchors: [
      "no published GPQA Diamond score, or under 45",
      "GPQA Diamond from 45",
      "GPQA Diamond from 65",
      "GPQA Diamond from 80",
      "GPQA Diamond from 90",
    ],
    mark: (option, { catalog }) => steps(bestScore(option, catalog), [45, 65, 80, 90]),
  },
  {
    id: "privacy",
    label: "data privacy",
    anchors: [
      "trains on requests unless you opt out, or says nothing",
      "no training, keeps requests for abuse checks",
      "no training, a cloud that you have a contract with",
      "no training, that cloud keeps nothing by default",
      "requests never leave your own account",
    ],
    mark: privacy,
  },
  {
    id: "customization",
    label: "customization",
    anchors: ["prompts alone", "-", "the provider's own fine-tuning", "-", "weights in your hands: any method"],
    mark: customization,
  },
  {
    id: "setupSpeed",
    label: "speed of set-up",
    anchors: ["over 160 hours", "up to 160 hours", "up to 80 hours", "up to 8 hours", "up to 1 hour"],
    mark: (option, { facts }) => steps(-peopleOf(option, facts).setUp, [-160, -80, -8, -1]),
  },
  {
    id: "operations",
    label: "light operations",
    anchors: ["over 80 hours a month", "up to 80 hours", "up to 40 hours", "up to 20 hours", "up to 10 hours"],
    mark: (option, { facts }) => steps(-peopleOf(option, facts).monthly.expected, [-80, -40, -20, -10]),
  },
  {
    id: "lockIn",
    label: "freedom from lock-in",
    anchors: [
      "closed model, sold by one provider",
      "closed model, sold on several routes",
      "open weights under conditions",
      "open weights, free of conditions, at a host",
      "open weights, free of conditions, on own servers",
    ],
    mark: lockIn,
  },
  {
    id: "features",
    label: "breadth of features",
    anchors: [
      "none known of tool use, JSON schema, vision and web search",
      "one of the four",
      "two of the four",
      "three of the four",
      "all four",
    ],
    mark: ({ candidate }) => {
      const known = Object.values(candidate.model.features).filter((feature) => feature === true).length;
      return steps(known, [1, 2, 3, 4]);
    },
  },
  {
    id: "costPredictability",
    label: "predictable cost",
    anchors: ["-", "bill follows every token", "-", "bill follows the number of servers", "-"],
    mark: ({ kind }) => (kind === "self-host" ? 3 : 1),
  },
  {
    id: "support",
    label: "support",
    anchors: ["-", "a community", "the maker's support", "a cloud's support plan", "-"],
    mark: ({ candidate, kind }) => (kind === "self-host" ? 1 : candidate.route.routeKind === "managed-cloud" ? 3 : 2),
  },
];

/** Number of thresholds that a value reaches: `steps(70, [45, 65, 80, 90])` is 2. */
function steps(value: number, thresholds: readonly [number, number, number, number]): Mark {
  const [one, two, three, four] = thresholds;
  if (value >= four) return 4;
  if (value >= three) return 3;
  if (value >= two) return 2;
  return value >= one ? 1 : 0;
}

function bestScore({ candidate }: FeasibleOption, catalog: Catalog): number {
  const same = "sameModelAs" in candidate.model ? [candidate.model.sameModelAs, candidate.model.openModel] : [];
  const names = [candidate.model.id, ...same];
  const scores = catalog.benchmarks.filter(({ model, benchmark }) => benchmark === "gpqa_diamond" && names.includes(model));
  return Math.max(0, ...scores.filter(({ certainty }) => certainty !== "low").map(({ score }) => score));
}

function privacy({ kind, candidate }: FeasibleOption): Mark {
  if (kind === "self-host") return 4;
  const { facts, routeKind } = candidate.route;
  if (facts.trainsByDefault?.value !== false) return 0;
  if (routeKind !== "managed-cloud") return 1;
  return facts.retentionDefaultDays?.value === 0 ? 3 : 2;
}

function customization(option: FeasibleOption): Mark {
  if (option.kind === "self-host") return 4;
  return (option.candidate.model.customization ?? []).length > 0 ? 2 : 0;
}

function lockIn(option: FeasibleOption, { catalog }: SoftContext): Mark {
  if (option.kind === "api") return routesOf(option.candidate.model, catalog).size > 1 ? 1 : 0;
  const { model } = option.candidate;
  const weights = "licence" in model ? model : catalog.openModels.find(({ id }) => id === model.openModel);
  const licence = catalog.licences.find(({ id }) => id === weights?.licence);
  if (licence === undefined || licence.conditions.length > 0 || licence.commercialUse !== "yes") return 2;
  return option.kind === "self-host" ? 4 : 3;
}

/** Everybody who sells a model: a cloud's price list has it under a name of its own. */
function routesOf({ id, sameModelAs }: ApiModel, { apiModels }: Catalog): ReadonlySet<string> {
  const origin = sameModelAs ?? id;
  const same = apiModels.filter((row) => (row.sameModelAs ?? row.id) === origin);
  return new Set(same.flatMap(({ routes }) => routes));
}

function peopleOf({ kind }: FeasibleOption, facts: RequirementFacts): PeopleHours {
  return kind === "self-host" ? SELF_HOST_PEOPLE[facts.mlOps] : API_PEOPLE;
}
