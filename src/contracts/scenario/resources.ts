import { z } from 'zod';
import { nameText, priorityNumber } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required, requiredIf } from '../fields/field.js';
import { durationOrNone, share } from '../quantities/quantities.js';
import type { Ns } from '../../kernel/time.js';

/** `queue` of a service or gateway: what waits for a worker. */
export const queueSchema = entry({
  capacity: field.limit(
    'unbounded',
    'Largest number of requests that wait for a worker; further requests get a 503.',
    { unit: 'requests', min: 0 },
  ),
  discipline: field.choice(
    ['fifo', 'lifo', 'adaptiveLifo', 'priority', 'fair', 'codel'],
    'fifo',
    'Order of service. `fifo`: oldest first; `lifo`: newest first; `adaptiveLifo`: oldest first, but newest ' +
      'first while the queue has not been empty for longer than `interval`; `priority`: highest priority first, ' +
      'then oldest; a request that finds the queue full replaces the newest one of the lowest priority if that ' +
      'is below its own; `fair`: one request per value of `key` in turn; `codel`: oldest first, but when waits ' +
      'have not been below `target` for longer than `interval`, requests are refused at the head, more and more ' +
      'often.',
  ),
  maxWaitNs: field.timeLimit('none', 'Longest wait; then the request is refused.'),
  targetNs: field.of(
    durationOrNone({ allowZero: false }),
    absent('5ms for codel, none for adaptiveLifo'),
    'With `codel`: acceptable wait. With `adaptiveLifo`: longest wait of requests that arrive while the queue ' +
      'has not been empty for longer than `interval`; earlier ones may wait for `interval`.',
    'duration',
  ),
  intervalNs: field.duration(
    absent('100ms'),
    'With `codel` and `adaptiveLifo`: time after which a queue counts as standing and not as a transient ' +
      'burst.',
  ),
  key: field.of(
    nameText(),
    requiredIf('for fair'),
    'With `fair`: key of `keys` whose values are served in turn.',
  ),
});
export type WrittenQueue = z.output<typeof queueSchema>;

export type Queue = Pick<WrittenQueue, 'capacity' | 'maxWaitNs'> &
  (
    | { readonly discipline: 'fifo' | 'lifo' | 'priority' }
    /** `targetNs`: longest wait of requests that join a standing queue; for others it is the interval. */
    | {
        readonly discipline: 'adaptiveLifo';
        readonly intervalNs: Ns;
        readonly targetNs: Ns | null;
      }
    | { readonly discipline: 'fair'; readonly key: string }
    | { readonly discipline: 'codel'; readonly targetNs: Ns; readonly intervalNs: Ns }
  );

const below = field.of(
  priorityNumber,
  absent('all requests'),
  'Only requests with a priority below this one are refused.',
);

/** `shed` of `admission`: load shedding while an overload signal lasts. */
export const shedSchema = z
  .discriminatedUnion('kind', [
    entry({
      kind: z.literal('priority').describe('Sheds load by the fill level of the queue.'),
      above: field.of(
        share(),
        required,
        "Share of the queue's capacity at or above which requests are refused.",
      ),
      below: field.of(
        priorityNumber,
        required,
        'Requests with a priority below this one are refused; the rest of the queue is reserved for the others.',
      ),
    }),
    entry({
      kind: z.literal('cpu').describe('Sheds load by CPU utilization.'),
      above: field.of(
        share(),
        required,
        'CPU utilization, of the cores or of the quota if that is less, at or above which requests are refused; ' +
          'averaged between the last two samples.',
      ),
      intervalNs: field.duration(
        '1s',
        'Sampling interval; the first request after it takes the next sample.',
      ),
      below,
    }),
    entry({
      kind: z.literal('queueDelay').describe('Sheds load by queue wait.'),
      targetNs: field.duration(
        required,
        'Refuses requests while every request that got a worker in the last interval had waited longer than this.',
      ),
      intervalNs: field.duration('100ms', 'Interval in which waits are examined.'),
      below,
    }),
    entry(
      {
        kind: z
          .literal('dagor')
          .describe(
            "Sheds load by an admission level, like WeChat's DAGOR: the lowest priority is refused first, and within " +
              'a priority the users with the highest levels. The level follows the mean queue wait.',
          ),
        targetNs: field.duration(
          '20ms',
          'Mean queue wait of the requests started in a window, above which the window counts as overloaded.',
        ),
        windowNs: field.duration(
          '1s',
          'Length of a window; it ends with the first request after that time.',
        ),
        requests: field.whole(2000, 'Requests after which a window ends early.', {
          unit: 'requests',
          min: 1,
        }),
        alpha: field.share(
          '5%',
          'How much less is admitted after an overloaded window, as a share of the admitted requests.',
        ),
        beta: field.share(
          '1%',
          'How much more is admitted after any other window, as a share of all arrived requests.',
        ),
        users: field.whole(128, 'Number of user levels per priority.', {
          unit: 'levels',
          min: 1,
          max: 4096,
        }),
        key: nameText()
          .prefault('client')
          .describe(
            'Key of `keys`, or `client`, `workload`, `caller`, `request`, whose values are the users. Levels are ' +
              'reassigned every hour and are the same at all components. Unit: name. Defaults to client.',
          ),
      },
      undefined,
      { windowNs: 'interval', users: 'userLevels' },
    ),
  ])
  .describe('Refuses requests in overload with 503 before they cost anything. Defaults to none.');
export type Shed = z.output<typeof shedSchema>;

/** Slowdown above `connections` concurrent statements: steps take longer by the share `alpha` for each one above. */
export const kneeSchema = entry({
  connections: field.whole(
    required,
    'Largest number of concurrent statements that causes no slowdown.',
    { min: 1 },
  ),
  alpha: field.of(
    z.number().positive().max(1000),
    required,
    'A step that starts takes 1 + alpha x (statements in flight - connections) times as long.',
    'number',
  ),
});
export type Knee = z.output<typeof kneeSchema>;
