import type { Rule } from "./rule.ts";

/**
 * A need that nothing here can meet, said instead of ignored: every option runs in somebody's cloud, own instances included. Machines
 * in a building of one's own are decided and bought elsewhere.
 */
export const onPremises: Rule = {
  id: "on-premises",
  title: "In your own building",
  why: "Own instances run in an AWS region, which is no premises of yours; the stacks build there alone.",
  source: "S3-037",
  waivable: true,
  check(candidate, { workload, facts }) {
    if (workload.compliance.onPremises !== true) return null;
    const where = candidate.kind === "self-host" ? `own instances run in AWS ${facts.region}` : `${candidate.route.label} runs elsewhere`;
    const text = `it must run on your premises, and ${where}; on-premises servers are outside what is decided and built here`;
    return { verdict: "fail", text, pointer: `${workload.pointer}.compliance.on_premises`, source: null };
  },
};
