// A kind of sentence: how it is read, and what the document must have for it.

/**
 * A kind by its pattern. `check` gets the match and the facts of a variant; it returns what is wrong, null if nothing is,
 * and undefined if the sentence is of another kind after all.
 */
export function kind(name, pattern, check = () => null) {
  return {
    name,
    read: (text, facts) => {
      const match = pattern.exec(text);
      return match === null ? undefined : check(match, facts);
    },
  };
}

/** The texts in quotation marks. */
export function quotesIn(text) {
  return [...text.matchAll(/“([^”]*)”/gu)].map(([, words]) => words);
}

/**
 * The sentences of a text. Full stops in parentheses and quotation marks end none, and neither do those of names.
 */
export function sentencesIn(text) {
  const found = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(' || text[i] === '“') depth++;
    if (text[i] === ')' || text[i] === '”') depth--;
    if (text[i] !== '.' || depth > 0 || (text[i + 1] !== undefined && text[i + 1] !== ' '))
      continue;
    found.push(text.slice(from, i));
    from = i + 2;
  }
  if (text.slice(from).trim() !== '') found.push(text.slice(from));
  return found.map((one) => one.trim());
}
