/** A sentence in which some words, mostly names, are emphasised. */
export type Words = readonly (string | { readonly strong: string })[];

/** Words without their emphasis. */
export function plainWords(words: Words): string {
  return words.map((word) => (typeof word === 'string' ? word : word.strong)).join('');
}

/** Emphasised names: `a`, `a and b`, `a, b and c`. */
export function strongList(names: readonly string[]): Words {
  return names.flatMap((name, i) => [
    ...(i === 0 ? [] : [i === names.length - 1 ? ' and ' : ', ']),
    { strong: name },
  ]);
}
