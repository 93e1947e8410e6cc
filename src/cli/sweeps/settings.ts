import { streamKey, unit } from '../../kernel/rng.js';
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

/** Each value of each axis at least once, beside the first values of the others. */
export function eachValueOf({ axes }: WrittenSweep): readonly (readonly Setting[])[] {
  const first = axes.map(({ settings }) => settings[0]!);
  const others = axes.flatMap(({ settings }, i) =>
    settings.slice(1).map((one) => first.with(i, one)),
  );
  return [first, ...others];
}

/**
 * Settings drawn from the axes, each for itself, evenly over its range or its values. The draws of an axis depend on
 * the seed, the sweep and the path alone, so that another axis changes none of them.
 */
export function sampleOf(
  { axes, sweep }: WrittenSweep,
  seed: number,
): readonly (readonly Setting[])[] {
  const keys = axes.map(({ path }) => streamKey(seed, 0, `sweep/${sweep.name}/${path}`));
  return Array.from({ length: sweep.samples! }, (_, sample) =>
    axes.map((axis, i) => drawn(axis, unit(keys[i]!.a, keys[i]!.b, sample, 0, 0))),
  );
}

function drawn({ range, settings }: WrittenAxis, share: number): Setting {
  return range?.at(share) ?? settings[Math.floor(share * settings.length)]!;
}

/** All values that were tried on each axis: a list as it was written, those of a range ascending. */
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
