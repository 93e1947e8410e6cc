import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { bandwidth } from '../../contracts/quantities/quantities.js';
import { leaking } from '../knobs/leaking.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  rate: field.of(
    bandwidth(),
    absent(),
    'Memory leaked per second, such as `2MiB/s`. A ramp starts at 0. `unlimited` takes all of `max` at once.',
    'bandwidth',
  ),
  perRequest: field.size('0B', 'Memory leaked by each request that starts.'),
  max: field.size(
    absent('none: it leaks until the process dies'),
    'Upper limit of the leaked memory, like the size of a stressor.',
  ),
});

/**
 * `memoryLeak`: memory that is never freed, leaked over time or per request. Above its limit a process is OOM-killed,
 * and the new one starts to leak again. At the end of the fault all memory is free, as when a stressor ends or a
 * release is rolled back. Collectors triggered by allocation have less and less room, and run more and more often.
 */
export const memoryLeak: FaultKind<typeof schema> = {
  kind: 'memoryLeak',
  summary:
    'The target leaks memory over time or per request: garbage collection runs more often, ' +
    'and above `memory.limit` the process is OOM-killed and restarts.',
  sources: [
    'Chaos Mesh StressChaos, stressors.memory (size, time)',
    'Linux kernel cgroup-v2.rst, memory.max and memory.oom.group',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: leak, kind: memoryLeak, target: shop, rate: 10MiB/s, at: 10s, for: 60s }\n',
  takesShare: false,
  takesNoRamp: ({ rate, perRequest }) => rate === Infinity && perRequest === 0,
  edits({ rate, perRequest, max }, strength) {
    if (strength === 0) return [];
    const more = { perRequest: perRequest * strength, most: max ?? Infinity };
    return [{ knob: leaking, value: ((rate ?? 0) * strength) / 1e9, more }];
  },
  check: ({ rate, perRequest, max }) =>
    problemsOf({
      rate:
        rate === undefined && perRequest === 0 && 'a memoryLeak needs `rate`, `perRequest` or both',
      max:
        rate === Infinity &&
        max === undefined &&
        '`rate: unlimited` takes all of `max` at once: write `max`',
    }),
};
