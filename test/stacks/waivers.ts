/**
 * Checks of public scanners that the stacks fail on purpose, each with its reason. Whatever else checkov finds is a defect.
 * The list stands in stacks/README.md too; a test holds them together.
 */
export const WAIVERS: Readonly<Record<string, string>> = {
  CKV2_AWS_57:
    "keys of third parties cannot be rotated by AWS; a reminder every 90 days asks a person, and the server key has a version to raise",
  CKV2_AWS_62: "nothing listens to events of the weights or of the log bucket",
  CKV_AWS_65: "health and errors of the gateway are measured at the load balancer; Container Insights would add a bill for the same",
  CKV_AWS_144: "weights can be downloaded again and logs expire; a second region would double their cost",
  CKV_AWS_145: "load balancers write their logs to buckets with S3-managed keys alone",
  CKV_AWS_355: "network calls of the deploy role have no name in their ARN; they are held to the stack's region instead",
};
