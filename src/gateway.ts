/**
 * When a stack has a gateway, and how large it is: the cost lines of `decide/` and the services of `stacks/` agree through this file.
 * Plain data and arithmetic, no cdktf.
 */

/** Figures of the gateway. Units are in the names. */
export const GATEWAY = {
  /**
   * Size of one task. LiteLLM 1.104.2 holds 450 MB after its start (measured 2026-11-21 with four routes); its guide asks for one worker
   * for each vCPU (docs.litellm.ai/docs/proxy/prod, 2026-11).
   */
  taskVcpu: 1,
  taskMemoryGiB: 2,
  /** Tasks of one service by stage: production survives the loss of a zone. */
  tasks: { prototype: 1, production: 2, research: 1 },
  /** Log of one task in a month, GiB: one line of 300 bytes for each call and warnings. Assumed, not measured. */
  logGiBPerTaskMonth: 1,
  /** Compressed image with its layers in the stack's own registry, GiB. Assumed: it is about 2 GB unpacked. */
  imageGiB: 1,
  /** Alarms of one service: no healthy task, and answers with 5xx. */
  alarmsPerService: 2,
} as const;

/** What a policy asks for under `deploy.gateway`; null where it leaves the choice to the path. */
export type GatewayWish = "none" | "litellm" | null;

/** Services of the gateway of one stack. */
export interface GatewayShape {
  /** Tasks that may reach providers: routes that are not restricted to own servers. */
  readonly open: boolean;
  /** Tasks without a way to the internet: restricted routes to own servers. */
  readonly restricted: boolean;
  /** Workloads behind it; each has a key of its own. */
  readonly workloads: number;
}

/** As much of one route as the gateway's size depends on. */
export interface RouteShape {
  readonly own: boolean;
  readonly restricted: boolean;
  /** Own servers for the base of the load, an API for the rest: both sides in one route. */
  readonly split?: boolean;
}

/**
 * The gateway of a stack, or null. Without a wish a mixed path has one, because then one place must know which request goes where and
 * which may never leave; on a pure path the clients of one side need no router, and it would only add to the bill.
 *
 * Example: `gatewayShape(null, [{ own: true, restricted: true }, { own: false, restricted: false }])` is
 * `{ open: true, restricted: true, workloads: 2 }`; the first route alone gives null.
 */
export function gatewayShape(wish: GatewayWish, routes: readonly RouteShape[]): GatewayShape | null {
  const split = routes.some((route) => route.split === true);
  const mixed = split || (routes.some((route) => route.own) && routes.some((route) => !route.own));
  if (routes.length === 0 || wish === "none" || (wish === null && !mixed)) return null;
  const restricted = routes.some((route) => route.own && route.restricted);
  const open = routes.some((route) => !(route.own && route.restricted));
  return { open, restricted, workloads: routes.length };
}

/** Services of a gateway: 0, 1 or 2. */
export function gatewayServices(gateway: GatewayShape | null): number {
  return gateway === null ? 0 : Number(gateway.open) + Number(gateway.restricted);
}

/** What a restriction is read from. */
export interface Sensitivity {
  readonly dataClasses: readonly string[];
  readonly dataMayLeave: boolean | undefined;
  readonly airGapped: boolean | undefined;
}

/** Data of a sensitive class, or data that may not leave, never falls back to an outside API. */
export function isRestricted({ dataClasses, dataMayLeave, airGapped }: Sensitivity): boolean {
  return dataClasses.some((data) => data !== "none") || dataMayLeave === false || airGapped === true;
}
