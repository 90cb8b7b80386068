import type { Kind } from "./bounds.ts";
import { type Floor, type Floors, leastOf } from "./floors.ts";

export interface Later {
  /** Floors of the workloads to come by the kind of the portfolio, and their highest scores. */
  readonly usd: Readonly<Record<Kind, readonly number[]>>;
  readonly score: number;
  readonly anyApi: boolean;
  readonly anyHosts: boolean;
  readonly anySplit: boolean;
  /** Whether all workloads to come can go by the token, or all on own instances. */
  readonly allApi: boolean;
  readonly allHosts: boolean;
  /** Fleets that workloads with a promise may still join. */
  readonly promised: ReadonlySet<string>;
}

export function nothingLater(stretches: number): Later {
  const none = Array<number>(stretches).fill(0);
  return {
    usd: { api: none, "self-host": none, hybrid: none, plain: none },
    score: 0,
    anyApi: false,
    anyHosts: false,
    anySplit: false,
    allApi: true,
    allHosts: true,
    promised: new Set(),
  };
}

/** What the workloads from each depth on can still add, and what they cost at least. */
export function suffixes({ byWorkload, stretches }: Floors, nothing: Later): readonly Later[] {
  let next = nothing;
  const later: Later[] = [];
  for (const { floors } of [...byWorkload].reverse()) {
    const api = floors.some(({ host }) => host === null);
    const hosts = floors.some(({ host, isSplit }) => host !== null && !isSplit);
    const split = floors.some(({ isSplit }) => isSplit);
    const least = (kind: Kind, some: readonly Floor[]) => plus(next.usd[kind], leastOf(some, stretches));
    next = {
      usd: {
        api: least(
          "api",
          floors.filter(({ host }) => host === null),
        ),
        "self-host": least(
          "self-host",
          floors.filter(({ usesApi }) => !usesApi),
        ),
        hybrid: least("hybrid", floors),
        plain: least(
          "plain",
          floors.filter(({ isSplit }) => !isSplit),
        ),
      },
      score: next.score + Math.max(...floors.map(({ score }) => score)),
      anyApi: next.anyApi || api,
      anyHosts: next.anyHosts || hosts || split,
      anySplit: next.anySplit || split,
      allApi: next.allApi && api,
      allHosts: next.allHosts && hosts,
      promised: new Set([...next.promised, ...floors.flatMap(({ host }) => (host?.isPromised ? [host.weights] : []))]),
    };
    later.unshift(next);
  }
  return later;
}

/** Kinds of portfolio that the choices made so far can still become. */
export function reachable(picked: readonly Floor[], later: Later): readonly Kind[] {
  const split = picked.some(({ isSplit }) => isSplit);
  const api = picked.some(({ usesApi }) => usesApi);
  const hosts = picked.some(({ host }) => host !== null);
  const kinds: Kind[] = [];
  if (!hosts && later.allApi) kinds.push("api");
  if (!api && later.allHosts) kinds.push("self-host");
  if (split || later.anySplit || ((api || later.anyApi) && (hosts || later.anyHosts))) kinds.push("hybrid");
  if (!split) kinds.push("plain");
  return kinds;
}

/** Sums by stretch. */
export function plus(a: readonly number[] | undefined, b: readonly number[]): readonly number[] {
  return a === undefined ? b : b.map((usd, at) => usd + (a[at] ?? 0));
}
