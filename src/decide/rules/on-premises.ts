import type { Rule } from "./rule.ts";

/**
 * Every rented option runs in somebody's cloud, own instances included. Machines of one's own are priced and decided where the policy lists
 * them under `purchase.owned`; nothing here builds them, and synth says so.
 */
export const onPremises: Rule = {
  id: "on-premises",
  title: "In your own building",
  why: "Own instances run in an AWS region, which is no premises of yours; the stacks build there alone. Machines that you own count where the policy lists them.",
  source: "S3-037",
  waivable: true,
  check(candidate, { workload, facts }) {
    if (workload.compliance.onPremises !== true) return null;
    const pointer = `${workload.pointer}.compliance.on_premises`;
    if (candidate.kind === "self-host" && facts.purchase.owned.length > 0) {
      return { verdict: "pass", text: "it runs on the machines of purchase.owned, which nothing here builds", pointer, source: null };
    }
    const where = candidate.kind === "self-host" ? `own instances run in AWS ${facts.region}` : `${candidate.route.label} runs elsewhere`;
    const text = `it must run on your premises, and ${where}; on-premises servers are decided only where purchase.owned lists them, and never built here`;
    return { verdict: "fail", text, pointer, source: null };
  },
};
