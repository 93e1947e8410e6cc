import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { blackhole as silent, down } from '../knobs/down.js';

const schema = z.strictObject({
  restart: z
    .boolean()
    .default(true)
    .describe(
      'Whether the process comes back, empty and cold: at the end of `for`, or on a `platform` at its first restart ' +
        'behind that. With false nothing starts it again. Unit: boolean. Defaults to true.',
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
 * budgets and limiters forget everything. Answers already on the way arrive. `for: 0s` kills it once. A platform
 * with back-off starts it again meanwhile, in vain.
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
  takesNoRamp: true,
  mayBeInstant: true,
  edits(config, strength) {
    if (strength === 0) return [];
    const gone = config.restart ? edit(down, 1) : edit(down, 2, { recovery: 'never' });
    return config.blackhole ? [gone, edit(silent, 1)] : [gone];
  },
};
