import { z } from 'zod';
import type { FaultKind } from '../../spec/fault.js';

const schema = z.strictObject({
  restart: z
    .boolean()
    .default(true)
    .refine((restart) => restart, {
      message: 'restart: false is known, but not in this version; `for: none` keeps it down',
    })
    .describe(
      'Whether the process comes back, empty and cold, at the end of `for`. Unit: boolean, ' +
        'only true in this version. Defaults to true.',
    ),
  blackhole: z
    .boolean()
    .default(false)
    .describe(
      'Whether the host is gone too: connecting meets silence, found out by time limits only, ' +
        'instead of a refusal. Unit: boolean. Defaults to false.',
    ),
});

/**
 * `crash`: the process is gone. Work under way and queued is lost; callers that wait get `reset`
 * after the way back, or nothing with `blackhole`; its own calls are dropped and its breakers,
 * budgets and limiters forget everything. Answers already on the way arrive.
 */
export const crash: FaultKind<typeof schema> = {
  kind: 'crash',
  summary:
    'Ends the process: work under way is lost, its callers are reset, new connections are ' +
    'refused (or met with silence); it comes back with empty state.',
  sources: ['Linux kernel ip-sysctl.rst (tcp_retries2)', 'Nygard 2018 ch. 4'],
  targets: ['instance', 'zone'],
  schema,
  example: '- { id: payments-crash, kind: crash, target: payments, at: 10s, for: 5s }\n',
  takesShare: false,
  edits(config, strength) {
    if (strength === 0) return [];
    return config.blackhole
      ? [
          { knob: 'down', value: 1 },
          { knob: 'blackhole', value: 1 },
        ]
      : [{ knob: 'down', value: 1 }];
  },
};
