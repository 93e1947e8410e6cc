import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { bandwidth, size } from '../../spec/quantities.js';
import { leaking } from '../knobs/leaking.js';

const schema = z.strictObject({
  rate: bandwidth()
    .optional()
    .describe(
      'What is lost a second, such as `2MiB/s`; a ramp goes from 0 to it. `unlimited` takes all of `max` at once. ' +
        'Unit: bandwidth. Defaults to none.',
    ),
  perRequest: size()
    .prefault('0B')
    .describe('What each request that begins leaves behind. Unit: size. Defaults to 0B.'),
  max: size()
    .optional()
    .describe(
      'The most that is held in all, as by a stressor of that size. Unit: size. Defaults to none: it goes on until the ' +
        'process dies.',
    ),
});

/**
 * `memoryLeak`: memory that nobody gives back, lost with time or with requests. Over its limit a process dies
 * (an OOM kill), and a new one begins to lose again; at the end of the fault all is free again, as
 * when a stressor leaves or the release before is back. Collectors that run by what is allocated have
 * less and less room, and run more and more often.
 */
export const memoryLeak: FaultKind<typeof schema> = {
  kind: 'memoryLeak',
  summary:
    'Memory of the target is lost, with time or with requests: collectors run more often, and over ' +
    '`memory.limit` the process dies and starts again.',
  sources: [
    'Chaos Mesh StressChaos, stressors.memory (size, time)',
    'Linux kernel cgroup-v2.rst, memory.max and memory.oom.group',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: leak, kind: memoryLeak, target: shop, rate: 10MiB/s, at: 10s, for: 60s }\n',
  takesShare: false,
  takesNoRamp: ({ rate, perRequest }) => rate === Infinity && perRequest === 0,
  edits: ({ rate, perRequest, max }, strength) =>
    strength === 0
      ? []
      : [
          {
            knob: leaking,
            value: ((rate ?? 0) * strength) / 1e9,
            more: { perRequest: perRequest * strength, most: max ?? Infinity },
          },
        ],
  check({ rate, perRequest, max }) {
    if (rate === undefined && perRequest === 0)
      return [{ field: 'rate', message: 'a leak needs `rate`, `perRequest` or both' }];
    if (rate === Infinity && max === undefined)
      return [{ field: 'max', message: 'what is taken at once needs a `max`' }];
    return [];
  },
};
