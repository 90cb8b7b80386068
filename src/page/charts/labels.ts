/** Labels nearer than this on a logarithmic axis, in decades, would cover each other. */
const NEAREST_DECADES = 0.3;

/**
 * Which volumes of a chart are written out: the one nearest to today's first, then each that stands clear of those already written.
 * All of them have a mark that explains itself, and stand in the table.
 *
 * Example: of 7.8, 8.1, 8.4 and 40 million seen from 60 million only 40 and 8.4 million are written.
 */
export function written<Mark extends { readonly requestsPerMonth: number }>(marks: readonly Mark[], today: number): readonly Mark[] {
  const decades = (a: number, b: number) => Math.abs(Math.log10(a / b));
  const kept: Mark[] = [];
  for (const mark of marks.toSorted((a, b) => decades(a.requestsPerMonth, today) - decades(b.requestsPerMonth, today)))
    if (kept.every(({ requestsPerMonth }) => decades(requestsPerMonth, mark.requestsPerMonth) >= NEAREST_DECADES)) kept.push(mark);
  return kept;
}
