import { z } from 'zod';
import { duration, whole } from '../../spec/quantities/quantities.js';
import { flag } from './common.js';

const nameRef = z.string().regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/);

const common = {
  period: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'Interval between probes, from the start of the process. Unit: duration. Defaults to 10s.',
    ),
  timeout: duration({ allowZero: false })
    .prefault('1s')
    .describe('A probe that takes longer fails. Unit: duration. Defaults to 1s.'),
  failureThreshold: whole({ min: 1, max: 1_000_000 })
    .default(3)
    .describe('Consecutive failures that take effect. Unit: count. Defaults to 3.'),
  initialDelay: duration()
    .prefault('0s')
    .describe(
      'Time after the start of the process before which no probe is sent. Unit: duration. Defaults to 0s.',
    ),
  call: z
    .string()
    .default('self')
    .describe(
      'Target of the probe: `self`, the process, at no cost, or one of the endpoints of this service with all its ' +
        'steps. Defaults to self.',
    ),
  checks: z
    .array(nameRef)
    .min(1)
    .optional()
    .describe(
      'Components that the probe asks, one after the other, with the policies of this service for them: a service, ' +
        'function or database, with its endpoint or operation if there are several (`db.ping`). The first failure ' +
        'fails the probe. Not with `call`, and not for gateways. Defaults to none.',
    ),
  usesWorkers: flag(true).describe(
    'Whether a probe passes admission control and waits in the queue for a worker, like requests; with false it ' +
      'bypasses both. Unit: boolean. Defaults to true.',
  ),
};

const grace = duration({ allowZero: false })
  .optional()
  .describe(
    'Time from the decision to end the process until it is killed. Unit: duration. Defaults to that of ' +
      '`lifecycle`.',
  );

/** `probes` of a service or gateway, with the defaults of Kubernetes. */
export const probesSchema = z
  .strictObject({
    startup: z
      .strictObject({ ...common, terminationGrace: grace })
      .optional()
      .describe(
        'Startup probe: until it succeeds the other probes are not sent and the process gets no calls. Failures ' +
          'end the process, and it is restarted. Defaults to none.',
      ),
    liveness: z
      .strictObject({ ...common, terminationGrace: grace })
      .optional()
      .describe(
        'Liveness probe: failures end the process as `lifecycle` says, and it is restarted. Defaults to none.',
      ),
    readiness: z
      .strictObject({
        ...common,
        successThreshold: whole({ min: 1, max: 1_000_000 })
          .default(1)
          .describe('Consecutive successes that take effect. Unit: count. Defaults to 1.'),
      })
      .optional()
      .describe(
        "Readiness probe: failures remove the process from its callers' lists until it succeeds again. A process " +
          'that has started is on no list before its first success. Defaults to none.',
      ),
  })
  .describe(
    'Probes that the platform sends to each process. Defaults to none: a process is called from its start to its ' +
      'end.',
  );

export type ProbesOutput = z.output<typeof probesSchema>;
