import { z } from 'zod';
import { duration, whole } from '../../spec/quantities.js';

const common = {
  period: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'From one question to the next, counted from the start of the process. Unit: duration. Defaults to 10s.',
    ),
  timeout: duration({ allowZero: false })
    .prefault('1s')
    .describe('An answer that takes longer is a failure. Unit: duration. Defaults to 1s.'),
  failureThreshold: whole({ min: 1, max: 1_000_000 })
    .default(3)
    .describe('So many failures in a row count. Unit: count. Defaults to 3.'),
  initialDelay: duration()
    .prefault('0s')
    .describe(
      'Questions that would come earlier after the start of the process are left out. Unit: duration. Defaults to 0s.',
    ),
  call: z
    .string()
    .default('self')
    .describe(
      'Who answers: `self`, the process, for nothing, or one of the endpoints of this service, with all that it does. Defaults to self.',
    ),
  usesWorkers: z
    .boolean()
    .default(true)
    .describe(
      'Whether a question passes the admission and waits in the queue for a worker, as requests do; false: it is ' +
        'answered beside them. Unit: boolean. Defaults to true.',
    ),
};

const grace = duration({ allowZero: false })
  .optional()
  .describe(
    'From the decision to end the process until it is killed. Unit: duration. Defaults to that of `lifecycle`.',
  );

/** `probes` of a service or gateway, with the defaults of Kubernetes. */
export const probesSchema = z
  .strictObject({
    startup: z
      .strictObject({ ...common, terminationGrace: grace })
      .optional()
      .describe(
        'Whether the process has started: until it says so the other two are not asked, and nobody calls it. Failures end it, and it is started again. Defaults to none.',
      ),
    liveness: z
      .strictObject({ ...common, terminationGrace: grace })
      .optional()
      .describe(
        'Whether the process lives: failures end it as `lifecycle` says, and it is started again. Defaults to none.',
      ),
    readiness: z
      .strictObject({
        ...common,
        successThreshold: whole({ min: 1, max: 1_000_000 })
          .default(1)
          .describe('So many successes in a row count. Unit: count. Defaults to 1.'),
      })
      .optional()
      .describe(
        'Whether the process is to be called: failures take it off the lists of its callers until it succeeds again. A process that has started is on none before that. Defaults to none.',
      ),
  })
  .describe(
    'What the platform asks each process again and again. Defaults to nothing: one that has started is called until it is gone.',
  );

export type ProbesOutput = z.output<typeof probesSchema>;
