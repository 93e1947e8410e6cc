import { streamKey, unit } from '../../kernel/rng.js';
import { sobol } from '../../stats/sobol.js';
import type { Setting } from '../../scenario/sweep-values.js';
import type { WrittenAxis, WrittenSweep } from '../../scenario/sweeps.js';

/** Every combination of the values, the last axis fastest. */
export function gridOf({ axes }: WrittenSweep): readonly (readonly Setting[])[] {
  let all: (readonly Setting[])[] = [[]];
  for (const { settings } of axes) {
    all = all.flatMap((before) => settings.map((one) => [...before, one]));
  }
  return all;
}

/** Each value of each axis at least once, with the first values of the others. */
export function eachValueOf({ axes }: WrittenSweep): readonly (readonly Setting[])[] {
  const first = axes.map(({ settings }) => settings[0]!);
  const others = axes.flatMap(({ settings }, i) =>
    settings.slice(1).map((one) => first.with(i, one)),
  );
  return [first, ...others];
}

/**
 * Settings drawn evenly from the range or the values of each axis: at random, or as points of a Sobol' sequence that
 * the seed shifts. The draws of an axis depend on the seed, the sweep and the path (with `sobol` also on the position
 * of the axis). A larger sample begins with the settings of a smaller one.
 */
export function sampleOf(
  { axes, sweep }: WrittenSweep,
  seed: number,
): readonly (readonly Setting[])[] {
  const keys = axes.map(({ path }) => streamKey(seed, 0, `sweep/${sweep.name}/${path}`));
  const shareOf = (sample: number, i: number): number =>
    sweep.kind === 'sobol'
      ? sobol(sample, i, keys[i]!.a)
      : unit(keys[i]!.a, keys[i]!.b, sample, 0, 0);
  return Array.from({ length: sweep.samples! }, (_, sample) =>
    axes.map((axis, i) => drawn(axis, shareOf(sample, i))),
  );
}

function drawn({ range, settings }: WrittenAxis, share: number): Setting {
  return range?.drawn(share) ?? settings[Math.floor(share * settings.length)]!;
}

/** All values that were tried on each axis: a list in its written order, those of a range ascending. */
export function triedOn(
  { axes }: WrittenSweep,
  settings: readonly (readonly Setting[])[],
): readonly (readonly Setting[])[] {
  return axes.map(({ range, settings: written }, i) => {
    if (range === null) return written;
    const byText = new Map(settings.map((one) => [one[i]!.text, one[i]!]));
    return [...byText.values()].sort((a, b) => a.number! - b.number!);
  });
}
