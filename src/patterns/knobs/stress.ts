import type { Held, Knob } from '../../model/faults/knob.js';
import type { Stress } from '../../model/data/instances/fair-parts.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

interface Threads {
  /** null = one for each core. */
  readonly workers: number | null;
}

/** Part of a core that each of the foreign threads in an instance wants. */
export const stress: Knob<Threads> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'stress',
  combine: 'union',
  neutral: 0,
  need: (_edit, name, { cores }) =>
    cores < Infinity
      ? null
      : `\`${name}\` has no \`cpu\`, so its cores are unlimited: write \`cpu: { cores: ... }\``,
  words({ value, more: { workers } }, { words }) {
    if (workers === null) return `other work takes ${formatShare(value)} of the cores of ${words}`;
    const threads = workers === 1 ? 'a thread burns' : `${formatNumber(workers)} threads burn`;
    return `${threads} ${formatShare(value)} of a core in ${words}`;
  },
  instance: (_controls, instance, held) => instance.cores.press(threadsOf(held)),
};

/** Threads of a number of their own add up; of those with one per core each fault wants its share of the rest. */
function threadsOf(held: Held): readonly Stress[] {
  const edits = held.of(stress).map(({ edit: { value, more } }) => ({ load: value, ...more }));
  const perCore = edits
    .filter(({ workers }) => workers === null)
    .reduce((value, { load }) => 1 - (1 - value) * (1 - load), 0);
  const own = edits.flatMap(({ load, workers }) =>
    workers === null ? [] : [{ threads: workers, load }],
  );
  return perCore === 0 ? own : [{ threads: null, load: perCore }, ...own];
}
