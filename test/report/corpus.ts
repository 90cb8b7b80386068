import { hostileStrings } from "./hostile.ts";

/** Places in a text at which a hostile string stands: by itself, against letters, on a line of its own, twice. */
const settings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `a${text}b`,
  (text) => `\n${text}\n`,
  (text) => `${text}${text}`,
];

/** Length from which a string is tried by itself alone: it is long for its own sake. */
const LONG = 300;

/** Every hostile string in every place, each once; the same on every machine. */
export const corpus: readonly string[] = [
  ...new Set(hostileStrings.flatMap((text) => (text.length < LONG ? settings.map((place) => place(text)) : [text]))),
];
