import { logicalName } from "../naming.ts";
import { SsmParameter, TerraformOutput } from "../provider.ts";
import type { Foundation } from "./foundation.ts";

/** First version of every prompt; handed over write-only, so that no state holds what comes after it either. */
const EMPTY_PROMPT = "(no prompt yet)";

/**
 * Where each workload keeps its system prompt: one parameter with a history of 100 versions and labels, encrypted with the stack's key, at
 * most 8 KiB. Terraform makes the envelope and never reads or changes what a person puts in. Returns the parameters by workload.
 */
export function buildPrompts({ stack, config, prefix, key }: Foundation): ReadonlyMap<string, SsmParameter> {
  const prompts = new Map(
    config.routes.map(({ workload }) => {
      const parameter = new SsmParameter(stack, logicalName("prompt", workload), {
        name: `/breakeven/${prefix}/prompts/${workload}`,
        description: `System prompt of ${workload}, with its versions`,
        type: "SecureString",
        tier: "Intelligent-Tiering",
        keyId: key.arn,
        valueWo: EMPTY_PROMPT,
        valueWoVersion: 1,
      });
      return [workload, parameter] as const;
    }),
  );
  const put = `aws ssm put-parameter --region ${config.region} --overwrite --type SecureString --key-id ${key.arn} --value file://prompt.txt --name`;
  new TerraformOutput(stack, "put_prompts", {
    description: "Adds a version of a workload's prompt; aws ssm label-parameter-version names one, NAME:LABEL reads it",
    value: Object.fromEntries([...prompts].map(([workload, { name }]) => [workload, `${put} ${name}`])),
  });
  return prompts;
}
