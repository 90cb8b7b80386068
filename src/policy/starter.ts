import { POLICY_SCHEMA_URL } from "./json-schema.ts";

/** Where the action lives, as a workflow names it. */
const ACTION = "breakeven/breakeven@v1";

const POLICY_PATH = ".github/breakeven.yml";

/**
 * What `breakeven init` asks: one workload, its size, and where it would run. Tokens are means of one request.
 * A `useCase` outside `useCases`, or a region that the catalog does not know, gives a policy that `parsePolicy` refuses.
 */
export interface StarterOptions {
  readonly name: string;
  readonly useCase: string;
  readonly requestsPerMonth: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly region: string;
}

/** A file for the user's repository; `path` is relative to its root. */
export interface StarterFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The files that a repository needs: a commented policy, the workflow that judges it on each pull request, and the
 * cdktf.json that builds what it decides. `name` is made to fit the language.
 *
 * Example: `starterFiles({ name: "acme", useCase: "customer_facing", requestsPerMonth: 100_000, inputTokens: 1000,
 * outputTokens: 300, region: "us-east-1" })` gives `.github/breakeven.yml`, `.github/workflows/breakeven.yml` and `cdktf.json`.
 */
export function starterFiles(options: StarterOptions): readonly StarterFile[] {
  return [
    { path: POLICY_PATH, content: starterPolicy(options) },
    { path: ".github/workflows/breakeven.yml", content: starterWorkflow() },
    { path: "cdktf.json", content: starterCdktf() },
  ];
}

function starterPolicy(options: StarterOptions): string {
  const { useCase, requestsPerMonth, inputTokens, outputTokens, region } = options;
  return `# yaml-language-server: $schema=${POLICY_SCHEMA_URL}
# What your LLM workloads need. Breakeven decides from it how each one is best served: through an API, by an
# open-weight model on GPUs of your own, or by both. Every key but version, name, volume and tokens is optional.
version: 1
name: ${scalar(identifierFrom(options.name))}
region: ${scalar(region)} # where GPUs of your own would run
horizon_months: 12

team:
  ml_ops: none # who can run GPU servers: none, part_time or dedicated

compliance:
  data_may_leave: true # false keeps requests inside your own cloud account, which rules out every API
  # regimes: [gdpr, hipaa] # every one is a hard rule; remove the hash only where it really applies
  # data_residency: [eu] # where requests may be processed

workloads: # one entry for each kind of request
  - name: ${scalar(identifierFrom(useCase.replaceAll("_", "-")))}
    use_case: ${scalar(useCase)} # sets defaults: daily profile, cache share and the least capability
    data_class: [none] # pii, phi, pci, cui or classified: what the requests contain
    volume:
      requests_per_month: ${requestsPerMonth} # unsure? write { low: ..., expected: ..., high: ... }
      growth_ratio_per_month: 0 # 0.05 grows by 5 % each month
    tokens: # means of one request; your provider's usage page has them
      input: ${inputTokens}
      output: ${outputTokens}
    # latency: { ttft_ms_p95: 1000, tpot_ms_p95: 50 } # a promise costs GPUs: make it only where somebody waits
    # current: { path: api, model: claude-haiku-4-5 } # what serves it today; then switching has to pay off

# gates: # what fails the check of a pull request
#   max_monthly_usd: 5000
#   max_increase_ratio: 0.10
`;
}

function starterWorkflow(): string {
  return `name: breakeven
on:
  pull_request:
    paths: [${POLICY_PATH}]

permissions:
  contents: read
  pull-requests: write # for the comment

jobs:
  decide:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      # A tag can be moved. Pin the full commit SHA of the release once you rely on this check.
      - uses: ${ACTION}
        with:
          policy: ${POLICY_PATH}
`;
}

/** The command is the installed program: fetching one by name at synth time could run somebody else's. */
function starterCdktf(): string {
  const app = `breakeven synth ${POLICY_PATH} --out cdktf.out`;
  return `${JSON.stringify({ language: "typescript", app, output: "cdktf.out", sendCrashReports: "false" }, null, 2)}\n`;
}

/** Longest name that the language takes. */
const LONGEST_NAME = 63;

/** A name that the language takes: `Acme & Sons` becomes `acme-sons`, and what has no usable letter `policy`. */
function identifierFrom(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9._]+/g, "-");
  return plain.replace(/^[._-]+/, "").slice(0, LONGEST_NAME) || "policy";
}

/** Text that YAML reads back as the same text: in quotes unless it is plainly a word. */
function scalar(text: string): string {
  const isWord = /^[a-z][a-z0-9_-]*$/.test(text) && !/^(null|true|false)$/.test(text);
  return isWord ? text : JSON.stringify(text);
}
