import { distance } from "fastest-levenshtein";

/** Most characters of a value that a message shows. */
const LONGEST_SHOWN = 60;

/** Characters that would break a line, hide text or change its direction in a terminal or a comment. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text on one line: control and invisible characters become `\u{...}`. */
export function oneLine(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Text in quotes, cut after 60 characters: `quote("a\tb")` is `"a\u{9}b"`. */
export function quote(text: string): string {
  const shown = [...text.slice(0, 2 * LONGEST_SHOWN)].slice(0, LONGEST_SHOWN).join("");
  return `"${oneLine(shown)}${shown.length < text.length ? "…" : ""}"`;
}

/** Words for a list: `listOf(["a", "b"])` is `a, b`; more than `most` are cut. */
export function listOf(words: readonly string[], most = 24): string {
  return words.length <= most ? words.join(", ") : `${words.slice(0, most).join(", ")} and ${words.length - most} more`;
}

/** Keys longer than this are no misspelling of ours. */
const LONGEST_GUESSED = 64;

/**
 * The word that was probably meant: the one with the fewest typing mistakes, at most one for every three letters.
 * Swapped letters, and a word cut or continued, are one mistake; case, hyphens and camelCase are none.
 * Example: `nearestWord("prod", ["prototype", "production"])` is `production`; undefined when nothing is near.
 */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LONGEST_GUESSED) return undefined;
  const plain = plainWord(word);
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of words) {
    const count = mistakes(plain, plainWord(candidate), fewest);
    if (count >= fewest) continue;
    best = candidate;
    fewest = count;
  }
  return best;
}

function plainWord(word: string): string {
  return word
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("-", "_");
}

/** Typing mistakes between two words; `most` or more when it is not worth counting. */
function mistakes(word: string, candidate: string, most: number): number {
  if (word === candidate) return 0;
  const isPart = Math.min(word.length, candidate.length) >= 3 && (candidate.startsWith(word) || word.startsWith(candidate));
  if (isPart) return 1;
  if (Math.abs(word.length - candidate.length) >= most) return most;
  return lettersOf(word) === lettersOf(candidate) ? 1 : distance(word, candidate);
}

function lettersOf(word: string): string {
  return [...word].sort().join("");
}
