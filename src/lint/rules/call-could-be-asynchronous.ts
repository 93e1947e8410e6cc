import { droppableCalls } from '../droppable.js';
import type { Rule } from '../rule.js';
import { timeText, yamlAt } from '../words.js';

/** A call that a user waits for although nothing uses its result. */
export const callCouldBeAsynchronous: Rule = {
  name: 'call-could-be-asynchronous',
  severity: 'hint',
  reason:
    'Users wait for work that does not change their response, and wait longest when it fails.',
  remedy: 'Make the call in the background, or publish a message that a consumer handles later.',
  check: (subject) =>
    droppableCalls(subject).map((call) => {
      const { elapsedNs } = subject.demands.of(call.to);
      const whole = subject.demands.of(call.from).elapsedNs;
      return {
        path: call.path,
        entities: [call.from, call.to],
        message: `${call.from} waits for ${call.to}, and nothing depends on the result`,
        measured: `${timeText(elapsedNs)} of the ${timeText(whole)} that ${call.from} takes`,
        limit: 'no wait',
        fix: yamlAt(call.path, 'background: true'),
      };
    }),
};
