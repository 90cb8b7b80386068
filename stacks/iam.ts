/** One statement of a policy. `Resource` is absent in policies attached to the resource's own principals (trust policies). */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  /** In the place of `Resource`: everything but these. */
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy as the JSON text that AWS expects; keys in the order given, so equal statements give equal bytes. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Trust policy of a role that one AWS service assumes, e.g. `ec2.amazonaws.com`. */
export function trustService(service: string): string {
  return policyDocument([{ Sid: "Assume", Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }]);
}

/** Services that publish to the stack's encrypted topic for its account alone: alarms, budgets, cost anomalies. */
export const NOTIFIERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"];
/**
 * EventBridge, which reminds of keys. It says nothing of account or rule when it publishes to a topic, so that a condition on them never holds and each
 * message is dropped ("You can't use Condition blocks in Amazon SNS topic policies for EventBridge", EventBridge user guide, 2026-11).
 */
export const REMINDER = "events.amazonaws.com";
