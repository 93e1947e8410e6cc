/** A word, quoted for a shell where necessary. */
export function shellWord(text: string): string {
  return /^[\w./=,:%@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The changes as options, quoted for a shell. */
export function changesOf({
  set,
  as,
}: {
  readonly set: readonly string[];
  readonly as: string | null;
}): string {
  const words = set.map((text) => `--set ${shellWord(text)}`);
  return [...words, ...(as === null ? [] : [`--as ${shellWord(as)}`])].join(' ');
}
