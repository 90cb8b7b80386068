import type { NameBook, NameKind, PolicyCode } from "./diagnostic.ts";
import { error, type Problem } from "./problem.ts";
import { child, type Place, type SourceNode, select } from "./tree.ts";

/** Where the language names things that only the catalog can vouch for. The region of a Terraform backend is free. */
const NAMED_VALUES: readonly (readonly [pattern: string, kind: NameKind])[] = [
  ["region", "region"],
  ["workloads[].candidates.api[]", "api-model"],
  ["workloads[].candidates.open[]", "open-model"],
  ["prices.api[].id", "api-model"],
  ["prices.gpu[].id", "instance"],
  ["prices.gpu[].region", "region"],
  ["measurements[].model", "open-model"],
  ["measurements[].gpu", "gpu"],
  ["purchase.owned[].gpu", "gpu"],
  ["waivers[].rule", "rule"],
];

const CODES: Readonly<Record<NameKind, PolicyCode>> = {
  "api-model": "unknown-model",
  "open-model": "unknown-model",
  gpu: "unknown-gpu",
  region: "unknown-region",
  instance: "unknown-instance",
  benchmark: "unknown-benchmark",
  rule: "unknown-value",
};

/** No waiver touches it, in any spelling; the rules say so already. */
const AIR_GAP_RULE = "air-gapped";

/** Longer text is no name; the schema says so already. */
const LONGEST_NAME = 120;

interface NamedPlace {
  readonly kind: NameKind;
  readonly name: string;
  readonly at: Pick<Place, "path" | "offset">;
}

/** Wrong names after which nobody reads on; each costs a search for similar ones. */
const MAX_WRONG_NAMES = 200;

/**
 * Asks the catalog about every name in the text, whatever else is wrong with it. Each different name is asked once,
 * and nothing more after 200 wrong ones.
 * Example: `region: us-esat-1` gives `unknown-region` with the words of the name book.
 */
export function checkNames(root: SourceNode, names: NameBook): readonly Problem[] {
  const answers = new Map<string, ReturnType<NameBook["explain"]>>();
  const problems: Problem[] = [];
  for (const { kind, name, at } of namedPlaces(root)) {
    if (problems.length === MAX_WRONG_NAMES) break;
    const question = `${kind} ${name}`;
    if (!answers.has(question)) answers.set(question, names.explain(kind, name));
    const answer = answers.get(question);
    if (answer !== undefined) problems.push(error(answer.retired ? "retired" : CODES[kind], at, answer.problem, answer.fix));
  }
  return problems;
}

function namedPlaces(root: SourceNode): readonly NamedPlace[] {
  const values = NAMED_VALUES.flatMap(([pattern, kind]) => select(root, pattern).flatMap((place) => namedValue(place, kind)));
  const current = select(root, "workloads[].current").flatMap((place) => {
    const model = child(place, "model");
    const kind = modelKind(child(place, "path")?.node);
    return model === undefined || kind === undefined ? [] : namedValue(model, kind);
  });
  const benchmarks = select(root, "workloads[].needs.min_benchmarks{}").map((place) => {
    return { kind: "benchmark", name: String(place.path.at(-1)), at: place } as const;
  });
  return [...values, ...current, ...benchmarks]
    .filter(({ name }) => name.length > 0 && name.length <= LONGEST_NAME)
    .filter(({ kind, name }) => kind !== "rule" || name.toLowerCase().replaceAll("_", "-") !== AIR_GAP_RULE);
}

function namedValue({ node, path }: Place, kind: NameKind): readonly NamedPlace[] {
  if (node.kind !== "scalar" || typeof node.value !== "string") return [];
  return [{ kind, name: node.value, at: { path, offset: node.offset } }];
}

/** What serves a workload today decides which half of the catalog must know the model. */
function modelKind(path: SourceNode | undefined): NameKind | undefined {
  if (path?.kind !== "scalar") return undefined;
  if (path.value === "api") return "api-model";
  return path.value === "self-host" ? "open-model" : undefined;
}
