import { describe, expect, it } from 'vitest';
import { checkMetric, type ExpressionNames } from '../../src/language/expression-check.js';
import { parseMetric } from '../../src/language/expression.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, measured, studyOf } from '../support/study.js';

/** 100 responses and 20 timeouts; 5 of the successes have 201. */
const study = studyOf({
  base: (plan) => [
    new RecordBuilder(plan)
      .answers('users.buy', CELL.s0, 'ok', 60)
      .status('users.buy', CELL.s0, 0, 5)
      .status('users.buy', CELL.s0, 201, 5)
      .answers('users.buy', CELL.s0, 'clientError', 30)
      .status('users.buy', CELL.s0, 401, 22)
      .status('users.buy', CELL.s0, 403, 8)
      .answers('users.buy', CELL.s20, 'serverError', 10)
      .status('users.buy', CELL.s20, 502, 10)
      .answers('users.buy', CELL.s20, 'timeout', 20)
      .record(),
  ],
});

const NAMES: ExpressionNames = {
  components: new Map([['users', { kind: 'workload', parts: ['buy'], instances: 1 }]]),
  faults: [],
};

describe('statuses', () => {
  it.each([
    ['users.statuses.200', 55],
    ['users.statuses.201', 5],
    ['users.statuses.2xx', 60],
    ['users.buy.statuses.401', 22],
    ['users.buy.statuses.4xx', 30],
    ['users.statuses.503', 0],
    ['users.statuses.502', 10],
    ['users.statusShare.401', 22 / 120],
    ['users.statusShare.5xx', 10 / 120],
    ['users.statusShare.4xx before slow', 30 / 90],
  ])('%s is %d', (text, value) => {
    expect(measured(study, text).value).toBeCloseTo(value, 12);
  });

  it.each([
    ['users.statuses < 3', 'statuses needs an HTTP status from 100 to 599'],
    ['users.statuses.40x < 3', 'statuses has no 40x'],
    ['users.statusShare.604 < 3%', 'statusShare has no 604'],
  ])('%s is refused', (text, message) => {
    const path = parseMetric(text.split(' <')[0]!);
    expect(path.ok && checkMetric(path.metric, NAMES)[0]?.message).toBe(message);
  });
});
