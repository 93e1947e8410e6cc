import { describe, expect, it } from 'vitest';
import { answered, golden, outcomes } from './tracing.js';

/** Rows of one key; `debit` locks the row and takes 10 ms. */
const debits = (at: string, faults: string, database = '', count = 1): ReturnType<typeof golden> =>
  golden(`
keys: { account: { kind: sequence, count: ${count} } }
services: { shop: { endpoints: { pay: [ query: db.debit ] } } }
databases:
  db: { ${database}operations: { debit: { wait: 10ms, write: true, lock: true, key: account } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.pay } ] }
faults: [ ${faults} ]`);

const HELD = '{ id: held, kind: lockRow, target: db.debit, at: 100ms, for: 500ms }';

describe('a row that a fault holds', () => {
  it('is waited for until the end of the fault, in line', () => {
    const { requests } = debits('50ms, 200ms, 300ms, 700ms', HELD);
    expect(answered(requests)).toEqual([60, 610, 620, 710]);
  });

  it('is taken after its holder and the requests that wait longer', () => {
    // Waiting since 95 ms, then the fault since 100, then two more; free at 600 ms.
    const { requests } = debits('90ms, 95ms, 105ms, 106ms', HELD);
    expect(answered(requests)).toEqual([100, 110, 610, 620]);
  });

  it('comes before those of the same instant', () => {
    const { requests } = debits('100ms', HELD);
    expect(answered(requests)).toEqual([610]);
  });

  it('is that of one value: the others are free', () => {
    const second = HELD.replace('at:', 'value: 1, at:');
    const { requests } = debits('200ms, 201ms, 202ms', second, '', 3);
    expect(answered(requests)).toEqual([210, 610, 212]);
  });

  it('costs a statement its lock timeout', () => {
    const { requests } = debits('200ms', HELD, 'lockTimeout: 250ms, ');
    expect(outcomes(requests)).toEqual(['serverError']);
    expect(answered(requests)).toEqual([450]);
  });

  it('is let go after `hold`, and waited for again behind those in line', () => {
    // Held 100 to 200, two statements until 220, 220 to 320, one until 330, 330 to 430 ms.
    const again = HELD.replace('at:', 'hold: 100ms, at:');
    const { requests } = debits('150ms, 160ms, 250ms, 340ms', again);
    expect(answered(requests)).toEqual([210, 220, 330, 440]);
  });

  it('is free after a crash of the server', () => {
    const crash = '{ id: dies, kind: crash, target: db, at: 200ms, for: 50ms }';
    const { requests } = debits('150ms, 300ms', `${HELD}, ${crash}`);
    expect(outcomes(requests)).toEqual(['serverError', 'ok']);
    expect(answered(requests)).toEqual([200, 310]);
  });

  it('is held by each of two faults in turn', () => {
    const other = '{ id: later, kind: lockRow, target: db.debit, at: 200ms, for: 600ms }';
    const { requests } = debits('150ms, 250ms', `${HELD}, ${other}`);
    // The first lets go at 600 ms: the one in line since 150, the second fault, the one since 250.
    expect(answered(requests)).toEqual([610, 810]);
  });
});
