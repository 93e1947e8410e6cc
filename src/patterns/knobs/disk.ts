import { samplers, type Distribution } from '../../kernel/distribution.js';
import type { Knob } from '../../model/faults/knob.js';
import { DISK } from '../../contracts/plan/plan.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { delayWords } from '../mechanisms/delay-words.js';
import { failing, injecting } from './injected.js';
import { OF_PROCESSES } from './usual.js';

/** Ways to use a disk that a fault hits. */
type DiskSide = 'reads' | 'writes' | 'both';

interface DiskErrors {
  readonly status: number;
  readonly on: DiskSide;
}

const BITS = Object.freeze({
  reads: DISK.read,
  writes: DISK.write,
  both: DISK.read | DISK.write,
} satisfies Record<DiskSide, number>);

const STOPS_AT_KAFKA = 'a broker stops when its log directory fails: use crash';

/** Share of the requests to a database or an event store whose reads or writes of the disk fail. */
export const diskErrors: Knob<DiskErrors> = {
  ...OF_PROCESSES,
  name: 'diskErrors',
  combine: 'each',
  neutral: 0,
  bounds: ({ value }) => ({ failed: value, slower: 1 / (1 - value), lateNs: 0 }),
  need({ more: { on } }, name, { disk }) {
    if (!disk.reads && !disk.writes) return noDisk(name);
    if (on === 'reads' && !disk.reads)
      return `no operation of \`${name}\` reads: write \`on: writes\``;
    if (on === 'writes' && !disk.writes)
      return `no operation of \`${name}\` writes: mark those that do with \`write: true\``;
    return null;
  },
  words: ({ value, more: { on } }, { words }) =>
    `${value < 1 ? `${formatShare(value)} of ` : ''}the ${on === 'both' ? 'disk accesses' : `disk ${on}`} of ${words} fail`,
  idleAtKafka: STOPS_AT_KAFKA,
  injects: (one) => failing(one, false, BITS[one.edit.more.on]),
  ...injecting,
};

/** Whether the disk of an instance has no room left: its writes fail, its reads continue. */
export const diskFull: Knob<{ readonly status: number }> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'diskFull',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { disk, holdsQueues }) =>
    holdsQueues || disk.writes
      ? null
      : disk.reads
        ? `no operation of \`${name}\` writes, so a full disk has no effect: mark those that do with \`write: true\``
        : noDisk(name),
  words: (_edit, { words, isMany }) =>
    `${isMany ? 'the disks' : 'the disk'} of ${words} ${isMany ? 'are' : 'is'} full`,
  idleAtKafka: STOPS_AT_KAFKA,
  injects: (one) => failing(one, false, DISK.write),
  instance(controls, instance, held) {
    injecting.instance!(controls, instance, held);
    instance.diskFull = held.isOn(diskFull);
    for (const resident of instance.residents) resident.diskChanged?.();
  },
};

interface DiskDelay {
  /** Added to each wait; null = nothing. */
  readonly add: Distribution | null;
}

/** Factor on the waits for the disk of an instance, and time added to each. */
export const diskDelay: Knob<DiskDelay> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'diskDelay',
  combine: 'product',
  neutral: 1,
  need(_edit, name, { disk }) {
    if (disk.waits) return null;
    if (!disk.reads && !disk.writes) return noDisk(name);
    return (
      `no operation of \`${name}\` waits for the disk: write the time of the disk as \`wait\` of its operations, ` +
      'as `commitLatency` of an event store, or as `latency` of a Kafka cluster without `cpu`'
    );
  },
  words({ value, more: { add } }, { words }) {
    const slower = value === 1 ? [] : [`${formatNumber(value)}x as long`];
    const later = add === null ? [] : [`${delayWords(add)} longer`];
    return `disk accesses of ${words} take ${[...slower, ...later].join(' and ')}`;
  },
  instance(_controls, instance, held) {
    const edits = held.of(diskDelay);
    instance.disk =
      edits.length === 0
        ? null
        : {
            factor: held.effective(diskDelay),
            delays: edits.flatMap(({ edit: { more }, active: { key } }) =>
              more.add === null ? [] : [{ sampler: samplers.add(more.add), key }],
            ),
          };
  },
};

function noDisk(name: string): string {
  return (
    `\`${name}\` uses no disk in the model: it is no database, event store or Kafka cluster, or it keeps its data in ` +
    'memory or with a provider'
  );
}
