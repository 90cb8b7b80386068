import type { Catalog } from "../catalog/index.ts";
import { findRegion, findRoute, placeOf } from "../catalog/index.ts";
import type { ApiModel, OpenModel, Route } from "../catalog/schema.ts";
import type { WorkloadNeeds } from "./facts.ts";
import { byText } from "./order.ts";

/** Something that could serve a workload, before hardware is chosen. */
export type Candidate = ApiCandidate | SelfHostCandidate;

/** A model bought by the token through one route; `managed` when its weights are open. */
export interface ApiCandidate {
  readonly kind: "api" | "managed";
  readonly id: string;
  readonly model: ApiModel;
  readonly route: Route;
}

/** An open-weight model on own instances. */
export interface SelfHostCandidate {
  readonly kind: "self-host";
  readonly id: string;
  readonly model: OpenModel;
  readonly route: Route;
}

const SELF_HOST_ROUTES = { aws: "aws-self-host", "aws-us-gov": "aws-govcloud-self-host", "aws-eusc": "aws-eu-sovereign" } as const;

/**
 * Every option that the catalog offers for a workload, sorted by id; `candidates` of the policy narrows both sides.
 * A policy that names API candidates only still gets no self-hosted option, and the other way round.
 */
export function candidatesFor(workload: WorkloadNeeds, region: string, catalog: Catalog): readonly Candidate[] {
  const { candidates, current } = workload;
  const wanted = (names: readonly string[] | undefined, model: ApiModel | OpenModel) =>
    candidates === null || (names ?? []).some((name) => answersTo(model, name)) || (current !== null && answersTo(model, current.model));
  const api = catalog.apiModels
    .filter((model) => wanted(candidates?.api, model))
    .flatMap((model) => apiCandidates(inRegion(model, region, catalog), catalog));
  const route = selfHostRoute(region, catalog);
  const own: readonly SelfHostCandidate[] =
    route === undefined
      ? []
      : catalog.openModels
          .filter((model) => wanted(candidates?.open, model))
          .map((model) => ({ kind: "self-host", id: `self-host/${model.id}`, model, route: inHouse(route, workload) }));
  return [...api, ...own].sort((a, b) => byText(a.id, b.id));
}

/** Whether a model goes by this name: its id or a declared alias, never a prefix. */
export function answersTo(model: ApiModel | OpenModel, name: string): boolean {
  return model.id === name || model.aliases.includes(name);
}

/**
 * The name under which a region calls a model: Bedrock's profiles of one model are one row, and each part of the world calls its own.
 * Example: `us.anthropic.claude-sonnet-5`, also known as `eu.anthropic.claude-sonnet-5`, is the latter in eu-central-1.
 */
function inRegion(model: ApiModel, region: string, catalog: Catalog): ApiModel {
  const home = findRegion(catalog, region);
  const names = [model.id, ...model.aliases];
  const own =
    model.routes.includes("bedrock") && home !== undefined ? names.find((name) => name.startsWith(`${placeOf(home)}.`)) : undefined;
  return own === undefined || own === model.id ? model : { ...model, id: own, aliases: names.filter((name) => name !== own) };
}

function apiCandidates(model: ApiModel, catalog: Catalog): readonly ApiCandidate[] {
  return model.routes.flatMap((routeId) => {
    const route = findRoute(catalog, routeId);
    if (route === undefined) throw new Error(`catalog defect: ${model.id} names the unknown route ${routeId}`);
    const kind = model.weights === "open" ? "managed" : "api";
    return [{ kind, id: `${kind}/${routeId}/${model.id}`, model, route } as const];
  });
}

/** What must stay on your premises is judged by the facts of AWS, and says so; "Own instances on AWS" would name a place that it may not be in. */
function inHouse(route: Route, { compliance }: WorkloadNeeds): Route {
  return compliance.onPremises === true ? { ...route, label: "Servers on your premises, by the facts of AWS" } : route;
}

function selfHostRoute(region: string, catalog: Catalog): Route | undefined {
  const partition = catalog.regions.find((row) => row.id === region)?.partition ?? "aws";
  return findRoute(catalog, SELF_HOST_ROUTES[partition]);
}
