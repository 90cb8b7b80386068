import { distance } from "fastest-levenshtein";
import type { Catalog } from "./catalog.ts";
import { findApiModel, findInstance, findOpenModel, findRegion } from "./lookup.ts";
import { isShutDown } from "./pricing.ts";
import type { ApiModel, RefusedName } from "./schema.ts";

const MOST_SUGGESTIONS = 3;
/** A name is near when at most this share of the longer one must be typed again, and as near as the nearest but for one letter. Our choice. */
const NEAR_SHARE = 0.4;
const NEAR_SLACK = 1;

/** Kinds of name that a policy may use. */
export type NameKind = "api-model" | "open-model" | "region" | "instance" | "benchmark";

/** Why a name cannot be used and what to write instead. */
export interface NameProblem {
  readonly problem: string;
  readonly fix: string;
}

/**
 * Says why a name cannot be used on a date; undefined when it can. A name is never matched by prefix and never replaced
 * by a similar one: near names are only suggested.
 *
 * Examples, on 2026-11-20: `gpt-4.1-mni` -> `unknown API model "gpt-4.1-mni"`, fix `did you mean "gpt-4.1-mini"?`;
 * `gpt-4.1-nano` -> `API model "gpt-4.1-nano" was shut down on 2026-10-23`, fix `use "gpt-5.6-luna"`.
 */
export function explainName(catalog: Catalog, kind: NameKind, name: string, asOf: string): NameProblem | undefined {
  switch (kind) {
    case "api-model":
      return explainApiModel(catalog, name, asOf);
    case "open-model":
      return explainOpenModel(catalog, name);
    case "region":
      return findRegion(catalog, name) ? undefined : unknown("AWS region", name, ids(catalog.regions));
    case "instance":
      return findInstance(catalog, name) ? undefined : unknown("GPU instance type", name, ids(catalog.instances));
    case "benchmark": {
      const known = [...new Set(catalog.benchmarks.map((row) => row.benchmark))];
      return known.includes(name) ? undefined : unknown("benchmark", name, known);
    }
  }
}

function explainApiModel(catalog: Catalog, name: string, asOf: string): NameProblem | undefined {
  const model = findApiModel(catalog, name);
  if (model) return isShutDown(model, asOf) ? shutDown(catalog, model, name, asOf) : undefined;
  const refused = catalog.refusedNames.find((row) => row.name === name.toLowerCase());
  if (refused) return { problem: refusal(refused, name, asOf), fix: `use ${quoted(refused.use)}` };
  const open = findOpenModel(catalog, name);
  if (open)
    return {
      problem: `"${name}" is an open-weight model, not an API model`,
      fix: `${hostedBy(catalog, open.id)}, or list it under "open"`,
    };
  const alive = catalog.apiModels.filter((row) => !isShutDown(row, asOf));
  return unknown(
    "API model",
    name,
    ids(alive),
    alive.flatMap((row) => row.aliases),
  );
}

function refusal({ why, shutDown: end }: RefusedName, name: string, asOf: string): string {
  if (end === undefined || asOf < end.on) return `"${name}" ${why}`;
  return `API model "${name}" was shut down on ${end.on}`;
}

function explainOpenModel(catalog: Catalog, name: string): NameProblem | undefined {
  if (findOpenModel(catalog, name)) return undefined;
  const api = findApiModel(catalog, name);
  if (api) {
    const open = api.openModel;
    return {
      problem: `"${name}" is an API model${open === null ? " without weights in the catalog" : ""}`,
      fix: open === null ? 'list it under "api"' : `write "${open}" for its weights, or list it under "api"`,
    };
  }
  return unknown(
    "open-weight model",
    name,
    ids(catalog.openModels),
    catalog.openModels.flatMap((row) => row.aliases),
  );
}

function shutDown(catalog: Catalog, model: ApiModel, name: string, asOf: string): NameProblem {
  return { problem: `API model "${name}" was shut down on ${model.shutdownOn}`, fix: successorFix(catalog, model, asOf) };
}

function successorFix(catalog: Catalog, model: ApiModel, asOf: string): string {
  if (model.successor === null) return "choose another model; no successor is known here";
  const next = findApiModel(catalog, model.successor);
  return next && isShutDown(next, asOf) ? successorFix(catalog, next, asOf) : `use "${model.successor}"`;
}

function hostedBy(catalog: Catalog, openModel: string): string {
  const hosted = catalog.apiModels.filter((row) => row.openModel === openModel);
  return hosted.length === 0 ? "no API in the catalog sells it" : `write ${quoted(ids(hosted))} to buy it by the token`;
}

function unknown(what: string, name: string, known: readonly string[], alsoKnown: readonly string[] = []): NameProblem {
  const near = nearest(name, [...known, ...alsoKnown]);
  const fix = near.length === 0 ? `"breakeven catalog list" shows the ${known.length} known ones` : `did you mean ${quoted(near)}?`;
  return { problem: `unknown ${what} "${name}"`, fix };
}

function nearest(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  const near = known
    .map((each) => ({ each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ each, edits }) => edits <= NEAR_SHARE * Math.max(wanted.length, each.length))
    .sort((a, b) => a.edits - b.edits || (a.each < b.each ? -1 : 1));
  const limit = (near[0]?.edits ?? 0) + NEAR_SLACK;
  return near
    .filter(({ edits }) => edits <= limit)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ each }) => each);
}

function quoted(names: readonly string[]): string {
  return names.map((each) => `"${each}"`).join(" or ");
}

function ids(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map((row) => row.id);
}
