import { address, expression } from "../expression.ts";
import { policyDocument, type Statement } from "../iam.ts";
import { identityName } from "../naming.ts";
import { IamOpenidConnectProvider, IamRole, IamRolePolicy, TerraformLocal, TerraformOutput, TerraformVariable } from "../provider.ts";
import { deployStatements } from "./deploy-permissions.ts";
import type { Foundation } from "./foundation.ts";

const GITHUB_TOKENS = "token.actions.githubusercontent.com";

/**
 * A role that GitHub Actions of one repository assumes without a stored key, from jobs of the GitHub environment with the same name
 * as the stack's. Pull requests from forks cannot name that environment. Built only where the policy names a repository.
 */
export function buildDeployRole(foundation: Foundation): void {
  const { stack, config, prefix } = foundation;
  if (config.githubRepository === null) return;
  const name = identityName(prefix, config.region, "deploy");
  const role = new IamRole(stack, "deploy_role", {
    name,
    description: `Deploys ${prefix} from ${config.githubRepository}`,
    assumeRolePolicy: policyDocument([trustRepository(foundation, config.githubRepository)]),
  });
  new IamRolePolicy(stack, "deploy_permissions", {
    name: "deploy",
    role: role.id,
    policy: policyDocument(deployStatements(foundation, name)),
  });
  new TerraformOutput(stack, "deploy_role_arn", {
    description: `role-to-assume of aws-actions/configure-aws-credentials, in a job with "environment: ${config.environment}"`,
    value: role.arn,
  });
}

function trustRepository(foundation: Foundation, repository: string): Statement {
  return {
    Sid: "JobsOfTheEnvironment",
    Effect: "Allow",
    Principal: { Federated: identityProvider(foundation) },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${GITHUB_TOKENS}:aud`]: "sts.amazonaws.com",
        [`${GITHUB_TOKENS}:sub`]: `${subject(foundation, repository)}:environment:${foundation.config.environment}`,
      },
    },
  };
}

/**
 * How GitHub names the repository in its tokens: by names, and in repositories that were made or renamed since 2026-07-15 by names with numbers that
 * nobody else can ever have (GitHub changelog, immutable subject claims, 2026-04-23). Returns an expression without quotes, for a policy.
 */
function subject({ stack }: Foundation, repository: string): string {
  const ids = new TerraformVariable(stack, "github_ids", {
    type: "string",
    default: "",
    description: `Numbers of owner and repository, as 123/456: needed where ${repository} was made or renamed since 2026-07-15, because GitHub puts them into its tokens there. gh api repos/${repository} --jq '"\\(.owner.id)/\\(.id)"' prints them. Empty trusts the names alone`,
    validation: [
      {
        condition: expression(`can(regex("^([0-9]+/[0-9]+)?$", var.github_ids))`),
        errorMessage: "github_ids must be OWNER/REPOSITORY in numbers, e.g. 123/456.",
      },
    ],
  });
  const [owner, name] = repository.split("/");
  const numbered = `format("repo:${owner}@%s/${name}@%s", split("/", ${address(ids)})...)`;
  return expression(
    address(new TerraformLocal(stack, "github_subject", expression(`${address(ids)} == "" ? "repo:${repository}" : ${numbered}`))),
  );
}

/** GitHub's identity provider exists at most once in an account: name the one that is there, or let the stack make it. */
function identityProvider({ stack }: Foundation): string {
  const given = new TerraformVariable(stack, "github_oidc_provider_arn", {
    type: "string",
    default: "",
    description: `ARN of the account's OpenID Connect provider ${GITHUB_TOKENS}; empty makes one`,
  });
  const made = new IamOpenidConnectProvider(stack, "github_oidc_provider", {
    url: `https://${GITHUB_TOKENS}`,
    clientIdList: ["sts.amazonaws.com"],
  });
  made.addOverride("count", expression(`${address(given)} == "" ? 1 : 0`));
  const arn = `${address(given)} == "" ? one(${address(made)}[*].arn) : ${address(given)}`;
  return expression(address(new TerraformLocal(stack, "github_oidc_provider_in_use", expression(arn))));
}
