import { findBase } from "./base.ts";
import { checkoutOf, foreignCheckout } from "./checkout.ts";
import type { Client } from "./client.ts";
import { collectPolicies, type PolicyInput } from "./content.ts";
import type { Target } from "./event.ts";
import { commitSource, type FileSource, workspaceSource } from "./files.ts";
import type { Runner } from "./runner.ts";

export type Gathered =
  | { readonly kind: "gathered"; readonly policies: readonly PolicyInput[]; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly message: string };

/**
 * Brings the policies of the run together: head from the checkout or the API, base from the API.
 * Refused: a privileged run on someone else's code, and a run without any policy.
 */
export async function gatherPolicies(options: {
  readonly client: Client;
  readonly runner: Runner;
  readonly target: Target;
  readonly patterns: readonly string[];
}): Promise<Gathered> {
  const { client, runner, target, patterns } = options;
  const refusal = await untrustedCheckout(runner, target);
  if (refusal !== null) return { kind: "refused", message: refusal };
  const workspace = target.mayReadWorkspace ? runner.workspace : null;
  const checkout = workspace === null ? ({ kind: "none" } as const) : await checkoutOf(workspace);
  const base = await findBase({ client, runner, target, checkout });
  const commit = commitSource(client, runner.repository, target.headSha);
  const atHead = checkout.kind === "none" || (checkout.kind === "commit" && [target.headSha, runner.sha].includes(checkout.sha));
  const policies = await collectPolicies({
    patterns,
    head: headSources(workspace, commit, atHead),
    base: base === null ? null : { ...base, source: commitSource(client, runner.repository, base.sha) },
  });
  if (policies.length > 0) return { kind: "gathered", policies, warnings: base?.warning == null ? [] : [base.warning] };
  const message = `no policy file matches ${patterns.join(", ")} at ${target.headSha}; write one with "breakeven init", or name yours in the input "policy"`;
  return { kind: "refused", message };
}

/** The checkout first, when it is at the commit to judge; the commit itself first, when it is at another one. */
function headSources(workspace: string | null, commit: FileSource, atHead: boolean): readonly FileSource[] {
  if (workspace === null) return [commit];
  return atHead ? [workspaceSource(workspace), commit] : [commit, workspaceSource(workspace)];
}

/**
 * `pull_request_target` runs with a token that may write. With the pull request's files on disk, one careless step
 * hands that token to a stranger, so the action does not take part.
 */
async function untrustedCheckout(runner: Runner, target: Target): Promise<string | null> {
  if (target.mayReadWorkspace || runner.workspace === null) return null;
  const trusted = [runner.sha, ...(target.baseSha === null ? [] : [target.baseSha])];
  const folder = await foreignCheckout(runner.workspace, trusted);
  if (folder === null) return null;
  return `pull_request_target with a checkout of the pull request in ${folder} gives strangers a token that may write; remove the checkout step: the policy is read through the API`;
}
