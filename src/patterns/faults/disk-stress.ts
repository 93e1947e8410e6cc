import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution } from '../../contracts/quantities/quantities.js';
import { diskDelay } from '../knobs/disk.js';
import { scaled } from '../mechanisms/scaled.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  factor: field.factor(
    absent('1'),
    'Factor on the time of each disk access; 2 means twice as long. A ramp starts at 1. Several faults multiply.',
  ),
  add: field.of(
    distribution(),
    absent(),
    'Time added to each disk access, after the factor, drawn for each. A ramp scales it up from 0. Several faults ' +
      'add up.',
    'distribution of durations',
  ),
});

/** `diskStress`: other work uses the disk, so that accesses of a database take longer. CPU work does not. */
export const diskStress: FaultKind<typeof schema> = {
  kind: 'diskStress',
  summary:
    'Makes disk accesses slower: the `wait` of the operations of a database, the duration of commits, the ' +
    '`commitLatency` of an event store, the `latency` of the leader in a Kafka cluster. CPU work is not affected. ' +
    'Accesses in progress keep their end.',
  sources: [
    'Chaos Mesh, IOChaos latency',
    'LitmusChaos, pod-io-stress; stress-ng --hdd',
    'Gunawi et al. 2018, Fail-Slow at Scale (disks)',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: backup, kind: diskStress, target: db, factor: 3, add: 5ms, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) => [
    {
      knob: diskDelay,
      value: 1 + ((config.factor ?? 1) - 1) * strength,
      more: {
        add: config.add === undefined || strength === 0 ? null : scaled(config.add, strength),
      },
    },
  ],
  check: ({ factor: own, add }) =>
    problemsOf({
      factor:
        (own ?? 1) === 1 &&
        add === undefined &&
        (own === undefined
          ? 'a disk under stress is slower: write `factor`, `add` or both'
          : 'a factor of 1 changes nothing: write another `factor`, or `add`'),
    }),
};
