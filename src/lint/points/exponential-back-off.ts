import { retryOf } from '../layers.js';
import type { Point } from '../point.js';
import { backoffFlaw } from '../backoff.js';
import { callText } from '../words.js';

export const exponentialBackOff: Point = {
  name: 'exponential back-off',
  counted: 'retried calls have it, with jitter',
  none: 'no retries',
  rate({ calls }) {
    const retried = calls.flatMap((call) => {
      const retry = retryOf(call.layers);
      return retry === null ? [] : [{ call, flaw: backoffFlaw(retry) }];
    });
    const lacking = retried
      .filter(({ flaw }) => flaw !== null)
      .map(({ call, flaw }) => ({
        path: [...call.policyPath, 'retry'],
        message: `the retries of ${callText(call)} ${flaw}`,
      }));
    return { of: retried.length, lacking };
  },
};
