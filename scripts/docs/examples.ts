import { readFile } from "node:fs/promises";
import { POLICY_SCHEMA_URL } from "../../src/policy/json-schema.ts";
import { starterFiles } from "../../src/policy/starter.ts";

/** The outcomes that have a small repository of their own under examples/. */
const OUTCOMES = ["api", "self-host", "hybrid"] as const;

/**
 * One small repository for each outcome, as `init` would have left it: the policy of policies/, the workflow and the
 * cdktf.json. Written from the same sources as everything else, so that an example cannot grow old.
 */
export async function exampleRepositories(): Promise<readonly { readonly path: string; readonly content: string }[]> {
  const starter = starterFiles({
    name: "example",
    useCase: "customer_facing",
    requestsPerMonth: 100_000,
    inputTokens: 1000,
    outputTokens: 300,
    region: "us-east-1",
  });
  const files = [];
  for (const outcome of OUTCOMES) {
    const policy = (await readFile(`policies/${outcome}.yml`, "utf8")).replace(
      "$schema=policy.schema.json",
      `$schema=${POLICY_SCHEMA_URL}`,
    );
    for (const { path, content } of starter)
      files.push({
        path: `examples/${outcome}/${path}`,
        content: path.endsWith("breakeven.yml") && !path.includes("workflows") ? policy : content,
      });
  }
  return files;
}
