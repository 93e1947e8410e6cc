import { expect, it } from 'vitest';
import { plain, scalar } from '../../src/scenario/located.js';
import { movesOf } from '../../src/scenario/tuning/chosen.js';
import type { Move } from '../../src/scenario/tuning/moves.js';
import { rangeOf } from '../../src/scenario/tuning/range.js';

/** All values that are tried for a field, in both directions. */
function triedFor(field: string, value: string | number): unknown[] {
  const node = scalar(value, { file: 'x', start: 0, end: 0 });
  return movesOf(field, node, ['a', 'b', field]).map(valuesOf);
}

function valuesOf({ value, stronger }: Move): unknown[] {
  return [plain(value!), ...(stronger === undefined ? [] : valuesOf(stronger))];
}

it('a broker of Kafka refuses sessions below 6 s', () => {
  expect(triedFor('subscribers[].sessionTimeout', '45s')).toEqual([
    ['90s', '180s', '360s'],
    ['22.5s', '11.25s', '6s'],
  ]);
  expect(triedFor('subscribers[].sessionTimeout', '6s')).toEqual([['12s', '24s', '48s']]);
  // Whoever has less has configured the broker.
  expect(triedFor('subscribers[].sessionTimeout', '4s')[1]).toEqual(['2s', '1s', '0.5s']);
});

it('probes of Kubernetes and queues of SQS count whole seconds', () => {
  expect(triedFor('probes.liveness.period', '10s')[1]).toEqual(['5s', '3s', '1s']);
  expect(triedFor('probes.liveness.timeout', '1s')).toEqual([['2s', '4s', '8s']]);
  expect(triedFor('visibilityTimeout', '3h')[0]).toEqual(['6h', '12h']);
  expect(triedFor('maxReceiveCount', 300)[0]).toEqual([600, 1000]);
});

it('the search between two values stays at whole seconds', () => {
  const node = (value: string) => scalar(value, { file: 'x', start: 0, end: 0 });
  const [, fewer] = movesOf('probes.readiness.period', node('10s'), ['a']);
  const range = rangeOf({ ...fewer!, value: node('5s') })!;
  expect([range.between(5, 10), range.between(5, 6)]).toEqual([7, null]);
  expect(rangeOf({ path: 'a', before: node('10s'), value: node('1s') })!.between(1, 2)).toBe(1.4);
});
