/** What a source says where nobody read one: shown, never sure, and a condition where a rule passes on it. */
export const UNREAD_SOURCE = "general knowledge, unread: verify";
