import type { Advisory, Decision } from "../decide/types.ts";
import type { TitledTable } from "./build-up.ts";
import { code, columns, line } from "./spans.ts";
import { pathWords, shortName } from "./words.ts";

/** What each rule of thumb looks at, as the reader calls it. */
const LABELS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "monthly-volume": "Requests a month",
    "daily-volume": "Requests a day",
    flowchart: "Flowchart",
    formula: "Fixed-cost formula",
    "kind-of-work": "Kind of work",
    privacy: "Data",
    regulation: "Regulation",
    customization: "Customization",
    features: "Features",
    scaling: "Scaling",
    stage: "Stage",
    team: "Team",
  }),
);

/** The rules of thumb beside the verdict, those that disagree first; one row for workloads of which the same is said. */
export function advisoryTable({ advisory, workloads }: Decision): TitledTable {
  const rows = merged(advisory);
  const against = rows.filter((row) => !row.vote.agrees);
  const named = workloads.length > 1;
  const disagree = against.length === 0 ? "none" : String(against.length);
  return {
    title: `What the rules of thumb say: ${disagree} of ${rows.length} disagree`,
    table: {
      columns: columns("Rule of thumb", ...(named ? ["Workload"] : []), "Says", "Agrees", "In words"),
      rows: [...against, ...rows.filter((row) => row.vote.agrees)].map(({ vote, names }) => [
        line(LABELS.get(vote.rule) ?? code(vote.rule)),
        ...(named ? [line(names.length === 0 || names.length === workloads.length ? "all" : names.map(shortName).join(", "))] : []),
        line(vote.says === "either" ? "either" : pathWords[vote.says]),
        line(vote.says === "either" ? "-" : vote.agrees ? "yes" : "no"),
        line(vote.text),
      ]),
    },
  };
}

interface MergedVote {
  readonly vote: Advisory;
  readonly names: readonly string[];
}

function merged(advisory: readonly Advisory[]): readonly MergedVote[] {
  const rows = new Map<string, MergedVote>();
  for (const vote of advisory) {
    const key = JSON.stringify([vote.rule, vote.says, vote.agrees, vote.text]);
    const names = vote.workload === null ? [] : [vote.workload];
    rows.set(key, { vote, names: [...(rows.get(key)?.names ?? []), ...names] });
  }
  return [...rows.values()];
}
