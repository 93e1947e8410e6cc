import { inputsOf, inputText } from '../scenario/tuning/inputs.js';
import type { Guess } from '../contracts/result/guess.js';
import type { Result } from '../contracts/result/result.js';
import type { Prepared } from '../api/prepare.js';

/** The values of the baseline that a comment calls a guess, in the order of the file. */
export function guessesOf({
  texts,
  places,
  file,
}: Pick<Prepared, 'texts' | 'places' | 'file'>): readonly Guess[] {
  const base = file.variants.find(({ baseline }) => baseline) ?? file.variants[0]!;
  const tree = texts.get(base.name)?.patched;
  if (tree === undefined) return [];
  return inputsOf(tree, (node) => places.comment(node)).flatMap(({ path, value, isMarked }) => {
    if (!isMarked) return [];
    const spot = places.of(value);
    return [{ path, value: inputText(value), at: `${spot.file}:${spot.line}` }];
  });
}

/** The result with the guesses of its scenario. */
export function withGuesses(result: Result, prepared: Prepared): Result {
  const guesses = guessesOf(prepared);
  return guesses.length === 0 ? result : { ...result, scenario: { ...result.scenario, guesses } };
}
