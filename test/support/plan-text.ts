import type { CountDistribution } from '../../src/kernel/counts.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import type { Ns } from '../../src/kernel/time.js';

const UNITS: readonly (readonly [number, string])[] = [
  [3_600_000_000_000, 'h'],
  [60_000_000_000, 'm'],
  [1_000_000_000, 's'],
  [1_000_000, 'ms'],
  [1_000, 'us'],
];

/** A time in ns as users write it, in the largest unit of which it is at least one: `1.5ms`. */
export function durationText(ns: Ns): string {
  for (const [size, unit] of UNITS) {
    if (ns >= size) return `${Math.round((ns / size) * 1e6) / 1e6}${unit}`;
  }
  return ns === 0 ? '0ms' : `${Math.round(ns * 1e3) / 1e3}ns`;
}

/** A distribution of durations on one line: `15ms`, `exponential(mean=2ms)`. */
export function distributionText(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return durationText(distribution.valueNs);
    case 'mixture':
      return weighted('mixture', distribution.branches, (branch) => distributionText(branch.of));
    case 'hyperexponential':
      return weighted('hyperexponential', distribution.branches, (branch) =>
        durationText(branch.meanNs),
      );
    case 'empirical':
      return `empirical(${distribution.valuesNs.map(durationText).join(' ')})`;
    default:
      return `${distribution.kind}(${fields(distribution).join(' ')})`;
  }
}

/** A distribution of whole numbers on one line: `3`, `uniform(min=1 max=4)`. */
export function countText(count: CountDistribution): string {
  if (count.kind === 'constant') return String(count.value);
  if (count.kind === 'choice') {
    return weighted('choice', count.branches, (branch) => String(branch.value));
  }
  return `${count.kind}(${fields(count).join(' ')})`;
}

/** The fields of a law in alphabetical order of their names; those in ns as durations. */
function fields(law: Distribution | CountDistribution): readonly string[] {
  return Object.entries<unknown>({ ...law })
    .filter(([name, value]) => name !== 'kind' && value !== null)
    .map(([name, value]) =>
      name.endsWith('Ns')
        ? `${name.slice(0, -2)}=${durationText(value as number)}`
        : `${name}=${Math.round((value as number) * 1e6) / 1e6}`,
    )
    .sort();
}

function weighted<T extends { readonly weight: number }>(
  kind: string,
  branches: readonly T[],
  text: (branch: T) => string,
): string {
  const items = branches.map(
    (branch) => `${Math.round(branch.weight * 1e6) / 1e4}%=${text(branch)}`,
  );
  return `${kind}(${items.join(' ')})`;
}
