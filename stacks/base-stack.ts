import type { StackConfig } from "../src/stack-config.ts";
import { stackPrefix } from "./naming.ts";
import { AwsProvider, type Construct, LocalBackend, type Node, S3Backend, TerraformElement, TerraformStack } from "./provider.ts";

/** Write-only arguments, which keep secrets out of the state, need Terraform 1.11 (2025-02) or OpenTofu 1.11. */
export const REQUIRED_TERRAFORM = ">= 1.11";
/** The provider that the resource classes were generated from, and its later 5.x releases. */
export const REQUIRED_AWS_PROVIDER = "~> 5.100";

/** Key of the tag that every resource carries, and that the budget filters by. */
export const STACK_TAG = "breakeven-stack";

/**
 * What all three stacks share: backend, versions, provider, tags, and logical ids that survive a move between stacks.
 *
 * A logical id is the construct's path without a hash (`key`, `fleet_llama_launch_template`). The same resource therefore has the
 * same address in the API, the hybrid and the self-host stack, and a change of path keeps keys and secrets.
 */
export abstract class BreakevenStack extends TerraformStack {
  readonly #taken = new Map<string, string>();

  constructor(scope: Construct, id: string, config: StackConfig) {
    super(scope, id);
    if (config.partition === "aws-eusc") {
      throw new Error(
        `partition "aws-eusc" cannot be built: AWS provider ${REQUIRED_AWS_PROVIDER} predates it; allowed: aws, aws-us-gov; choose another region`,
      );
    }
    new AwsProvider(this, "aws", {
      region: config.region,
      defaultTags: [{ tags: { ...config.tags, [STACK_TAG]: stackPrefix(config), environment: config.environment } }],
      ...(config.partition === "aws-us-gov" ? { useFipsEndpoint: true } : {}),
    });
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);
    this.addOverride("terraform.required_providers.aws", { source: "hashicorp/aws", version: REQUIRED_AWS_PROVIDER });
    this.#keepState(config, id);
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const id = node.path.split("/").slice(1).join("_").replaceAll("-", "_");
    const owner = this.#taken.get(id);
    if (owner !== undefined && owner !== node.path)
      throw new Error(`logical id "${id}" is taken by ${owner} and asked for by ${node.path}`);
    this.#taken.set(id, node.path);
    return id;
  }

  /**
   * A local state lies beside the output directory, not in it: the output is generated, and the directory of a stack that is no longer
   * synthesized is deleted by the cdktf command line. The path is relative, so the same policy gives the same bytes everywhere.
   */
  #keepState(config: StackConfig, id: string): void {
    if (config.backend.kind === "local") {
      new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
      return;
    }
    const { bucket, key, region } = config.backend;
    new S3Backend(this, { bucket, key, region, encrypt: true });
    this.addOverride("terraform.backend.s3.use_lockfile", true);
  }
}
