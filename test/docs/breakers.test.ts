import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyKind, policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/spec/outcome.js';
import type { Callee } from '../support/fake-calls.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const OK = OUTCOME.ok;

/** Two failures open it, and it waits for one second. */
const WRITTEN: Readonly<Record<string, object>> = {
  simple: { failureThreshold: 2, openDuration: '1s' },
  gobreaker: { tripAfter: { consecutiveFailures: 2 }, timeout: '1s' },
  polly: { failureRatio: '50%', minimumThroughput: 2, breakDuration: '1s' },
  hystrix: { requestVolumeThreshold: 2, sleepWindow: '1s' },
};

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/breakers.md'), 'utf8');
const [head, , ...rows] = page
  .split('\n\n')
  .filter((block) => block.startsWith('| kind |'))[0]
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll('|', '').trim()));

/** What the page says of a kind in a column. */
function said(kind: string, column: string): string {
  const row = rows.find(([name]) => name === `\`${kind}\``);
  if (row === undefined) throw new Error(`docs/breakers.md has no row of ${kind}`);
  return row[head.indexOf(column)];
}

interface Call {
  readonly atMs: number;
  readonly endsMs: number;
  readonly outcome: number;
}

/** The outcomes of these calls and the states of the breaker, for ten seconds. */
function drive(kind: string, planned: readonly Call[]) {
  const calls = new FakeCalls();
  const sorted = [...planned].sort((a, b) => a.atMs - b.atMs);
  const callee: Callee = ({ startNs }) => {
    const { endsMs, outcome } = sorted.find(({ atMs }) => atMs * MS === startNs)!;
    return { afterNs: endsMs * MS - startNs, outcome };
  };
  calls.callee = callee;
  const found = policyKind('circuitBreaker', kind)!;
  const { policy, transitions } = createPolicy(calls, found, WRITTEN[kind]);
  const results = sorted.map(({ atMs }) => calls.call([policy], atMs * MS));
  calls.run(10_000 * MS);
  return {
    outcomes: results.map(({ outcome }) => outcome),
    states: transitions.map(({ atNs, state }) => [atNs / MS, state] as const),
  };
}

const instant = (atMs: number, outcome: number): Call => ({ atMs, endsMs: atMs, outcome });
const FAILURES = [instant(1, FAIL), instant(2, FAIL)];
/** The first call of all, which some beats count from; it does not end. */
const FIRST: Call = { atMs: 0, endsMs: 60_000, outcome: OK };

describe.each(
  policyKinds.filter(({ policy }) => policy === 'circuitBreaker').map(({ kind }) => kind),
)('the row of %s', (kind) => {
  const openedMs = (): number => drive(kind, [FIRST, ...FAILURES]).states[0][0];

  it('says what happens to a call at exactly the end of the wait', () => {
    const end = openedMs() + 1000;
    const { outcomes } = drive(kind, [FIRST, ...FAILURES, instant(end - 1, OK), instant(end, OK)]);
    expect(outcomes[3]).toBe(OUTCOME.rejectedBreaker);
    const seen = outcomes[4] === OUTCOME.rejectedBreaker ? 'refused' : 'let through';
    expect(said(kind, 'at exactly the end of the wait').split(' (')[0]).toBe(seen);
  });

  it('says what late results do while it is open and half open', () => {
    const opened = openedMs();
    const probe = { atMs: opened + 1001, endsMs: opened + 5000, outcome: OK };
    const moved = [OK, FAIL].map((outcome) =>
      [opened + 500, opened + 1500].map((endsMs) => {
        const { states } = drive(kind, [{ atMs: 0, endsMs, outcome }, ...FAILURES, probe]);
        return states.some(([at]) => at === endsMs);
      }),
    );
    expect(moved.map(([open]) => open)).toEqual([false, false]);
    expect(said(kind, 'late, while open')).toMatch(/^(dropped|no effect)/);
    const decides = said(kind, 'late, while half open') === 'decides';
    expect(moved.map(([, half]) => half)).toEqual([decides, decides]);
  });

  it('says whether late results count after it has closed', () => {
    const opened = openedMs();
    const closed = opened + 1001;
    const { states } = drive(kind, [
      { atMs: 0, endsMs: closed + 100, outcome: FAIL },
      ...FAILURES,
      instant(closed, OK),
      instant(closed + 101, FAIL),
    ]);
    expect(states.slice(0, 3)).toEqual([
      [opened, 'open'],
      [closed, 'halfOpen'],
      [closed, 'closed'],
    ]);
    const seen = states.length > 3 ? 'counted' : 'dropped';
    expect(said(kind, 'late, after closing')).toBe(seen);
  });

  it('says what a refused call does while it is half open', () => {
    const opened = openedMs();
    const { states } = drive(kind, [
      FIRST,
      ...FAILURES,
      { atMs: opened + 1001, endsMs: opened + 1100, outcome: OK },
      instant(opened + 1050, OK),
    ]);
    const undone = states.some(([at, state]) => at === opened + 1050 && state === 'open');
    expect(said(kind, 'opens again').includes('a refused call too')).toBe(undone);
    expect(states.at(-1)![1]).toBe(undone ? 'open' : 'closed');
  });
});
