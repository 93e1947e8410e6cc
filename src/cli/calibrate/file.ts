import type { Prepared } from '../../api/prepare.js';
import type { CalibratedGuess, CalibrationResult } from '../../contracts/result/calibration.js';
import { rewritten } from '../../scenario/tuning/rewritten.js';
import { multipleOf, type ModelInput } from '../../scenario/tuning/inputs.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { usageError } from '../exit.js';
import { STDIN } from '../files.js';

/** Rejects a destination that could not have the values of the scenario. */
export function checkCalibratedFile(
  out: string | undefined,
  path: string,
  set: readonly string[],
): void {
  if (out === undefined) return;
  if (path === '-' || path === STDIN)
    throw usageError(
      '--out writes the scenario with other values: name it instead of standard input',
    );
  if (set.length > 0)
    throw usageError(
      '--out writes the file as it is with fitted values: leave --set out, or write it there',
    );
}

/** The text of the scenario with the fitted values and what they rest on. */
export function calibratedText(
  result: CalibrationResult,
  {
    prepared,
    inputs,
    files,
  }: {
    readonly prepared: Prepared;
    readonly inputs: readonly ModelInput[];
    readonly files: readonly string[];
  },
): string {
  const { path, read } = prepared;
  const source = read(path);
  const from = list(files.map((file) => file.replace(/^.*[/\\](?=.)/, '')));
  const rewrites = result.guesses.flatMap((guess, k) => {
    const { value } = inputs[k]!;
    const after = multipleOf(inputs[k]!, guess.factor) ?? value;
    const { factor } = guess;
    return [{ before: value, after, factor, comment: commentOf(guess, from) }];
  });
  return rewritten('text' in source ? source.text : '', path, rewrites);
}

function commentOf({ within, n, partner, flat }: CalibratedGuess, from: string): string {
  if (within !== null) {
    return `fitted to ${from} ±${formatShare(within)} (n = ${formatCount(n)})`;
  }
  if (partner !== null) return `guess: ${from} determines it only together with ${partner}`;
  const bound =
    flat?.half === 'worse' && flat.twice !== 'worse'
      ? 'excludes only much smaller values'
      : flat?.twice === 'worse' && flat.half !== 'worse'
        ? 'excludes only much larger values'
        : 'does not determine it';
  return `guess: ${from} ${bound}`;
}
