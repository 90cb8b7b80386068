import type { Decision } from "../decide/types.ts";
import type { PreferenceView } from "../decide/why-types.ts";
import type { TitledTable } from "./build-up.ts";
import { percent, quantity, usd } from "./money.ts";
import { columns, type Line, line, strong } from "./spans.ts";
import { pathWords } from "./words.ts";

/** Cost, score and marks of the paths side by side, the chosen one first; no rows where nothing was chosen. */
export function preferenceTable({ preferences }: Pick<Decision, "preferences">): TitledTable {
  if (preferences === null) return { title: "", table: { columns: columns("Soft dimension"), rows: [] } };
  const { entries, weights } = preferences;
  const row = (label: string, values: readonly string[]): readonly Line[] => [line(label), ...values.map((value) => line(value))];
  return {
    title: titleOf(preferences),
    table: {
      columns: columns("Soft dimension", "Weight>", ...entries.map(({ path }) => `${pathWords[path]}>`)),
      rows: [
        row("Cost a month", ["-", ...entries.map(({ monthlyUsd }) => usd(monthlyUsd))]),
        ...Object.entries(weights).map(([dimension, weight]) =>
          row(wordsOf(dimension), [quantity(weight), ...entries.map(({ marks }) => `${quantity(marks[dimension] ?? 0)} of 4`)]),
        ),
        row("Soft score", ["-", ...entries.map(({ score }) => percent(score))]),
        [line(strong("Compared as")), line("-"), ...entries.map(({ valuedUsd }) => line(strong(usd(valuedUsd))))],
      ],
    },
  };
}

/** The same where the policy declares preferences; elsewhere a comment has no need of it. */
export function declaredPreferences(decision: Decision): TitledTable {
  const all = preferenceTable(decision);
  return decision.preferences?.declared === true ? all : { ...all, table: { ...all.table, rows: [] } };
}

/** What would have to be paid, or weighed otherwise, for another path to win. */
export function preferenceFlips({ preferences }: Pick<Decision, "preferences">): readonly (readonly [string, string])[] {
  if (preferences === null) return [];
  const { flip, weightFlips } = preferences;
  const [critical] = weightFlips;
  return [
    ...(flip === null
      ? []
      : [["preference flip", `${pathWords[flip.path]} wins at a preference budget of ${percent(flip.budgetRatio)} of the cost`] as const]),
    ...(critical === undefined
      ? []
      : [
          [
            "critical weight",
            `${wordsOf(critical.dimension)}: ${pathWords[critical.path]} wins at weight ${quantity(critical.to)} instead of ${quantity(critical.from)}`,
          ] as const,
        ]),
  ];
}

function titleOf({ declared, budgetRatio, flip }: PreferenceView): string {
  const worth = declared ? `a perfect soft fit is worth ${percent(budgetRatio)} of the cost` : "not declared, so cost alone decides";
  const other = flip === null ? "no budget changes the path" : `${pathWords[flip.path]} wins at ${percent(flip.budgetRatio)}`;
  return `Preferences: ${worth}; ${other}`;
}

/** `lockIn` is "lock in", as the key `lock_in` reads. */
function wordsOf(dimension: string): string {
  return dimension.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
