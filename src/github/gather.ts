import { findBase, firstParentOf } from "./base.ts";
import { type Checkout, type CommitCheckout, checkoutOf, foreignCheckout } from "./checkout.ts";
import type { Client } from "./client.ts";
import { collectPolicies, headNames, type Merged, type PolicyInput } from "./content.ts";
import type { Target } from "./event.ts";
import { commitSource, type FileSource, workspaceSource } from "./files.ts";
import { normalPattern } from "./glob.ts";
import type { Runner } from "./runner.ts";

export type Gathered =
  | {
      readonly kind: "gathered";
      readonly policies: readonly PolicyInput[];
      /** Commit whose pages the report links to; null when it has not every policy. */
      readonly linkSha: string | null;
      readonly warnings: readonly string[];
    }
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
  const at = (sha: string) => commitSource(client, runner.repository, sha);
  let checkout: Checkout = workspace === null ? { kind: "none" } : await checkoutOf(workspace);
  let base = await findBase({ client, runner, target, checkout });
  if (workspace !== null && checkout.kind === "none" && base?.tip && (await isFrom(workspaceSource(workspace), at(runner.sha), patterns))) {
    checkout = { kind: "commit", sha: runner.sha, sparse: false };
    base = await findBase({ client, runner, target, checkout });
  }
  // A checkout of the test merge is judged as the test merge, also what is not on disk.
  const onDisk = checkout.kind === "commit" && [target.headSha, runner.sha].includes(checkout.sha) ? checkout : null;
  const judged = onDisk?.sha ?? target.headSha;
  const trusted = checkout.kind === "none" || onDisk !== null;
  const policies = await collectPolicies({
    patterns,
    head: workspace === null ? [at(judged)] : headSources(workspaceSource(workspace), at(judged), { trusted, onDisk, target }),
    base: base === null ? null : { ...base, source: at(base.sha), merged: () => mergedSources({ client, runner, tip: base.tip, at }) },
  });
  const linkSha = policies.some((policy) => policy.kind === "present" && policy.onlyMerged) ? null : target.headSha;
  if (policies.length > 0) return { kind: "gathered", policies, linkSha, warnings: base?.warning == null ? [] : [base.warning] };
  const message = `no policy file matches ${patterns.join(", ")} at ${judged}; write one with "breakeven init", or name yours in the input "policy"`;
  return { kind: "refused", message };
}

/** The test merge with its first parent; where a run is not triggered at it, the tip of the branch for both. */
async function mergedSources(options: {
  readonly client: Client;
  readonly runner: Runner;
  readonly tip: string | null;
  at(sha: string): FileSource;
}): Promise<Merged | null> {
  const { client, runner, tip, at } = options;
  if (tip === null) return null;
  if (runner.eventName !== "pull_request") return { head: at(tip), base: at(tip) };
  const parent = await firstParentOf(client, runner);
  return parent === null ? null : { head: at(runner.sha), base: at(parent) };
}

/**
 * True when the first policy on disk reads as in the commit. Where a container has no git, `actions/checkout` unpacks an archive of the test
 * merge, and nothing else tells it from the head. It matters only where the base has moved on, and is asked only then.
 */
async function isFrom(disk: FileSource, commit: FileSource, patterns: readonly string[]): Promise<boolean> {
  for (const file of await headNames(patterns.map(normalPattern), [disk])) {
    const here = await disk.read(file);
    if (here.kind !== "text") continue;
    const there = await commit.read(file);
    return there.kind === "text" && there.text === here.text;
  }
  return false;
}

/**
 * The checkout first, when it is at the commit to judge, then that commit through the API for what is not on disk. A checkout of something
 * else is asked last and only where there is no base: it would bring back the policy that a pull request deletes.
 */
function headSources(
  disk: FileSource,
  commit: FileSource,
  { trusted, onDisk, target }: { readonly trusted: boolean; readonly onDisk: CommitCheckout | null; readonly target: Target },
): readonly FileSource[] {
  if (trusted) return [onDisk?.sparse ? withNamesOf(disk, commit) : disk, commit];
  return target.baseSha === null ? [commit, disk] : [commit];
}

/** A source that lists what another one has as well. */
function withNamesOf(source: FileSource, other: FileSource): FileSource {
  return {
    ...source,
    list: async (patterns) => [...new Set([...(await source.list(patterns)), ...(await other.list(patterns))])],
  };
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
