import type { Written } from './written.js';

/** A value that nothing gives, and its path in the scenario. */
export interface Guess {
  readonly path: string;
  readonly value: string;
}

/** Every value of the scenario that is marked as a guess, in the order of the file. */
export function guessesIn(written: Written, path = ''): readonly Guess[] {
  if (written.kind === 'scalar') {
    return written.note === 'guess' ? [{ path, value: String(written.value) }] : [];
  }
  if (written.kind === 'list') {
    return written.items.flatMap((item, index) => guessesIn(item, `${path}[${index}]`));
  }
  return [...written.entries].flatMap(([key, value]) =>
    guessesIn(value, path === '' ? key : `${path}.${key}`),
  );
}
