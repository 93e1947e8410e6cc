import type { Held, Knob } from '../../model/faults/knob.js';
import type { LeakRate } from '../../model/data/instances/leak.js';
import { formatBytes } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { OF_PROCESSES } from './usual.js';

/** Bytes that each request leaks, and the upper limit of the leak. */
interface Leak {
  readonly perRequest: number;
  readonly most: number;
}

/** Bytes of memory that an instance leaks per ns; each fault leaks its own. */
export const leaking: Knob<Leak> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'leaking',
  combine: 'each',
  neutral: 0,
  need({ value, more }, name, { memory }) {
    if (memory === null || memory.limit === Infinity)
      return (
        `\`${name}\` has no \`memory.limit\` that a leak could exceed: write \`memory: { limit: ` +
        '... }`'
      );
    if (value === Infinity && memory.base + more.most > memory.limit)
      return (
        `\`max\` does not fit into the memory that \`${name}\` has left: taken at once, it ` +
        'would kill each process the moment it starts. Give it a `rate`'
      );
    return null;
  },
  words({ value, more: { perRequest, most } }, { words, does }) {
    if (value === Infinity) return `${formatBytes(most)} of the memory of ${words} are taken`;
    const rate = value > 0 ? [`${formatBytes(value * 1e9)} per second`] : [];
    const each = perRequest > 0 ? [`${formatBytes(perRequest)} per request`] : [];
    const end = most === Infinity ? '' : `, at most ${formatBytes(most)}`;
    return `${does('leaks', 'leak')} ${list([...rate, ...each])}${end}`;
  },
  instance: (_controls, instance, held) => instance.memory!.loses(leaksOf(held)),
};

/** Leak of an instance, by fault. */
function leaksOf(held: Held): Map<number, LeakRate> {
  return new Map(
    held
      .of(leaking)
      .map(({ edit: { value, more }, active }) => [
        active.index,
        { perNs: value, perRequest: more.perRequest, most: more.most },
      ]),
  );
}
