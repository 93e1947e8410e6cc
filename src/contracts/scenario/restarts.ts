import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';

/** `platform.restart`. The defaults are those of the kubelet. */
export const restartSchema = entry(
  {
    initialNs: field.duration(absent('10s, or `max` if that is less'), 'First wait above 0.'),
    factor: field.of(z.number().min(1).max(1e6), 2, 'Factor from one wait to the next.'),
    maxNs: field.duration('5m', 'Longest wait.'),
    resetAfterNs: field.duration(
      '10m',
      'A process that ends more than this after its last start waits as for the first time.',
    ),
    immediateFirst: field.flag(true, 'Whether the first restart is immediate.'),
  },
  'Waits from the end of a process to its next start, per instance: 0, `initial`, `initial` x `factor`, ... up ' +
    'to `max`.',
);

/** Back-off of restarts: how long an ended process waits for its next start. */
export interface RestartBackoff extends z.output<typeof restartSchema> {
  readonly initialNs: number;
}
