import { retryOf } from '../layers.js';
import type { Point } from '../point.js';
import { consumerNotIdempotent } from '../rules/consumer-not-idempotent.js';
import { retryNotIdempotent } from '../rules/retry-not-idempotent.js';
import { sagaHole } from '../rules/saga-hole.js';
import { sagaStepNotIdempotent } from '../rules/saga-step-not-idempotent.js';

/** Rules about operations that may be executed twice. */
const RULES = [consumerNotIdempotent, retryNotIdempotent, sagaHole, sagaStepNotIdempotent];

export const idempotentOperations: Point = {
  name: 'idempotent operations',
  counted: 'operations that may run twice are idempotent',
  none: 'no retried calls, consumers or saga steps',
  rate(subject) {
    const { calls, scenario } = subject;
    const retried = calls.filter(({ layers }) => retryOf(layers) !== null).length;
    const sagas = [...scenario.sagas.values()].flatMap(({ steps, orchestration }) =>
      steps.flatMap(({ compensation }) => [
        ...(orchestration === null ? [] : ['step']),
        ...(compensation === null ? [] : ['compensation']),
      ]),
    );
    return {
      of: retried + subject.consumers.length + sagas.length,
      lacking: RULES.flatMap((rule) => rule.check(subject)),
    };
  },
};
