/**
 * The part of mermaid's xychart language that we write, as a strict grammar: a keyword, a quoted title, quoted categories, a range and
 * two lists of plain numbers, all of one length. `.ci/run` has mermaid itself draw those of the examples.
 */
export interface Chart {
  readonly categories: readonly string[];
  readonly top: number;
  readonly bars: readonly number[];
  readonly line: readonly number[];
}

const NUMBERS = String.raw`\[(\d+(?:\.\d\d)?(?:, \d+(?:\.\d\d)?)*)\]`;
const LABEL = `"[A-Za-z0-9 .,:-]*"`;
const GRAMMAR = [
  /^xychart-beta$/,
  new RegExp(`^    title ${LABEL}$`),
  new RegExp(`^    x-axis ${LABEL} \\[(${LABEL}(?:, ${LABEL})*)\\]$`),
  new RegExp(`^    y-axis ${LABEL} 0 --> (\\d+(?:\\.\\d\\d)?)$`),
  new RegExp(`^    bar ${NUMBERS}$`),
  new RegExp(`^    line ${NUMBERS}$`),
];

/** Reads a chart; throws with the line that is not in the language. */
export function parseChart(text: string): Chart {
  const lines = text.split("\n");
  if (lines.length !== GRAMMAR.length) throw new Error(`a chart has ${GRAMMAR.length} lines, not ${lines.length}`);
  const groups = GRAMMAR.map((rule, index) => {
    const match = rule.exec(lines[index] ?? "");
    if (match === null) throw new Error(`not in the language: ${lines[index]}`);
    return match[1] ?? "";
  });
  const numbers = (list: string) => list.split(", ").map(Number);
  return {
    categories: [...(groups[2] ?? "").matchAll(/"([^"]*)"/g)].map(([, label = ""]) => label),
    top: Number(groups[3]),
    bars: numbers(groups[4] ?? ""),
    line: numbers(groups[5] ?? ""),
  };
}

/** The mermaid blocks of a comment. */
export function chartsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, chart = ""]) => chart);
}
