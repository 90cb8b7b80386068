import type { useCases } from "../policy/workload.ts";

type UseCase = (typeof useCases)[number];

/** Options of `init` that the conversation asks for, in its order. */
export const ASKED = ["name", "useCase", "requestsPerMonth", "input", "output", "region"] as const;
export type Asked = (typeof ASKED)[number];
/** Answers as typed; numbers are checked while they are typed and read when they are used. */
export type Answers = Readonly<Record<Asked, string>>;

/** A number as people type it: `2,500,000`, `2_500_000` and `2500000` are one; NaN when it is none. */
export function numberFrom(text: string): number {
  const plain = text.replace(/[\s,_]/g, "");
  return plain === "" ? Number.NaN : Number(plain);
}

/** What the conversation needs to know. */
export interface Interview {
  /** Not asked again. */
  readonly given: Readonly<Partial<Answers>>;
  readonly defaults: Answers;
  readonly useCases: readonly UseCase[];
  readonly isRegion: (text: string) => boolean;
  /** The files that the answers give. */
  readonly preview: (answers: Answers) => readonly { readonly path: string; readonly content: string }[];
}

/** The conversation is a bundle of its own, dist/interview.js: scripts never load it. */
export interface InterviewModule {
  /** Asks for what is not given, shows the policy and asks whether to write it; null when the answer is no. */
  interview(about: Interview): Promise<Answers | null>;
}
