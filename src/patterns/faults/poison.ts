import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { poisoned } from '../knobs/messages.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  effect: field.of(
    z.enum(['error', 'crash', 'hang']),
    'error',
    'Effect of handling such a message: `error` fails at once, `crash` kills the process of the consumer, `hang` ' +
      'ends only at the `timeLimit` of the endpoint.',
    'name',
  ),
  restart: field.duration(
    absent('the back-off of the `platform`, or 10s without a platform'),
    'With `crash`: time until a killed process is restarted.',
  ),
});

/** `poison`: messages published while it is active fail in every attempt to handle them. */
export const poison: FaultKind<typeof schema> = {
  kind: 'poison',
  summary:
    'Turns a share of the messages published while it is active into poison messages: every ' +
    'delivery fails, kills its consumer or hangs, even after the fault ends.',
  sources: [
    'spring-projects/spring-kafka DefaultErrorHandler',
    'Nygard, Release It! (poison messages)',
  ],
  targets: ['messages'],
  schema,
  example:
    '- { id: bad-batch, kind: poison, target: orders, share: 1%, effect: error, at: 10s, for: 20s }\n',
  takesShare: true,
  spoilsMessages: true,
  edits: ({ effect, restart }, strength, share = 1) => [
    { knob: poisoned, value: share * strength, more: { effect, restartNs: restart ?? null } },
  ],
  check: ({ effect, restart }) =>
    problemsOf({
      restart:
        restart !== undefined &&
        effect !== 'crash' &&
        `\`restart\` applies only to \`effect: crash\`; \`${effect}\` does not end the ` +
          'process. Remove `restart`',
    }),
};
