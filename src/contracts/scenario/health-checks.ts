import { z } from 'zod';
import { inheriting } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { byDefault, field } from '../fields/field.js';

const threshold = { min: 1, max: 1_000_000 };

const fields = {
  intervalNs: field.duration('5s', 'Time from the result of a check to the next one.'),
  timeoutNs: field.duration('1s', 'A check that takes longer fails.'),
  unhealthyThreshold: field.whole(3, 'Consecutive failures that take effect.', threshold),
  healthyThreshold: field.whole(
    2,
    'Consecutive successes that take effect. The first check of a caller or of a new process ' +
      'takes effect alone.',
    threshold,
  ),
  failedStatus: field.choice(
    ['atOnce', 'counted'],
    byDefault('atOnce', 'as in Envoy'),
    'Whether an error in response to a check takes effect at once, or counts towards ' +
      '`unhealthyThreshold` like a check without a response, as in HAProxy.',
  ),
  call: field.of(
    z.string(),
    'self',
    'Target of the check: `self`, the process, at no cost, or one of the endpoints of this service ' +
      'with all its steps.',
  ),
  usesWorkers: field.flag(
    true,
    'Whether a check passes admission control and waits in the queue for a worker, like requests; ' +
      'with false it bypasses both.',
  ),
};

/** `healthChecks` of a service or gateway. */
export const healthChecksSchema = inheriting(
  entry(
    fields,
    'Health checks that each calling process makes by itself, as each proxy of Envoy or HAProxy does: a ' +
      'process whose checks fail is not picked by this caller until they pass again. Below ' +
      '`loadBalancing.panicThreshold` all are picked. A passed check ends an ejection by ' +
      '`outlierDetection`. Defaults to none.',
  ),
);

export type WrittenHealthChecks = z.output<typeof healthChecksSchema>;

/** Health checks of a component by its callers. */
export interface HealthChecks extends Omit<Explicit<typeof fields>, 'call'> {
  /** Endpoint that a check calls; null = the process itself, at no cost. */
  readonly endpoint: string | null;
}

/** Share of the healthy instances below which callers pick all of them, if nothing else says it: Envoy's default. */
export const CHECKED_PANIC = 0.5;
