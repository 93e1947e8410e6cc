import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { duration } from '../../spec/quantities.js';
import { poisoned } from '../knobs/messages.js';

const schema = z.strictObject({
  effect: z
    .enum(['error', 'crash', 'hang'])
    .default('error')
    .describe(
      'What handling such a message does: `error` fails at once, `crash` kills the process of the ' +
        'consumer, `hang` never ends but by the `timeLimit` of the endpoint. Unit: name. Defaults to error.',
    ),
  restart: duration({ allowZero: false })
    .optional()
    .describe(
      'With `crash`: time until a process that was killed is started again. Unit: duration. Defaults to ' +
        'the back-off of the `platform`, without one to 10s.',
    ),
});

/** `poison`: messages published while it is active fail in every attempt to handle them. */
export const poison: FaultKind<typeof schema> = {
  kind: 'poison',
  summary:
    'Makes a share of the messages that are published while it is active impossible to handle: every ' +
    'delivery of such a message fails, kills its consumer or hangs, also after the fault.',
  sources: [
    'spring-projects/spring-kafka DefaultErrorHandler',
    'Nygard, Release It! (poison messages)',
  ],
  targets: ['messages'],
  schema,
  example:
    '- { id: bad-batch, kind: poison, target: orders, share: 1%, effect: error, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: ({ effect, restart }, strength, share = 1) => [
    { knob: poisoned, value: share * strength, more: { effect, restartNs: restart ?? null } },
  ],
  check: ({ effect, restart }) =>
    restart === undefined || effect === 'crash'
      ? []
      : [
          {
            field: 'restart',
            message: `restart belongs to \`effect: crash\`; ${effect} ends no process`,
          },
        ],
};
