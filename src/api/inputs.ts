import { isWithin } from '../scenario/paths.js';
import { meant } from '../scenario/suggest.js';
import { inputsOf, type ModelInput } from '../scenario/tuning/inputs.js';
import { oneLine } from '../text/line.js';
import { list } from '../text/words.js';
import { OptionError } from './errors.js';
import type { Prepared } from './prepare.js';

/**
 * All inputs: what someone measured or guessed, with the values of the baseline, and then those of places that only other
 * variants have, such as a version that one of them releases. Throws an OptionError if there are none.
 */
export function allInputs({
  texts,
  file,
  path,
  places,
}: Pick<Prepared, 'texts' | 'file' | 'path' | 'places'>): readonly ModelInput[] {
  const baseline = file.variants.find((one) => one.baseline)!;
  const found = new Map<string, ModelInput>();
  for (const { name } of [baseline, ...file.variants]) {
    const { written } = texts.get(name)!;
    for (const input of inputsOf(written, (node) => places.comment(node)))
      if (!found.has(input.path)) found.set(input.path, input);
  }
  const all = [...found.values()];
  if (all.length > 0) return all;
  const message = `${path} has no time, rate, share or size to vary`;
  throw new OptionError(message, { option: 'over', found: '' });
}

/** The inputs below some paths. Throws an OptionError for a path without one. */
export function inputsBelow(
  all: readonly ModelInput[],
  over: readonly string[],
): readonly ModelInput[] {
  const lost = over.find((top) => !all.some((one) => isWithin(one.path, top)));
  if (lost !== undefined) {
    const near = meant(
      lost,
      all.map((one) => one.path),
    );
    const known = near ?? list(all.slice(0, 3).map((one) => one.path));
    const hint = near === undefined ? 'for example' : 'did you mean';
    const message =
      `\`over\` ${oneLine(lost)}: no time, rate, share or size is there ` +
      `(${hint} ${oneLine(known)}${near === undefined ? '' : '?'})`;
    throw new OptionError(message, {
      option: 'over',
      found: lost,
      ...(near !== undefined && { suggestion: near }),
    });
  }
  return all.filter((one) => over.some((top) => isWithin(one.path, top)));
}
