import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PHASE } from '../../src/kernel/phase.js';
import { policyKind, policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/spec/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const OK = OUTCOME.ok;
const REFUSED = OUTCOME.rejectedBreaker;

/** Outcome that every breaker below ignores. */
const IGNORED = OUTCOME.reset;
const IGNORES = { ignore: ['reset'] };
/** In place of an outcome: a deadline further out passes then. */
const DEADLINE = -1;

/** Two failures open it, and it waits for one second; one probe. */
const WRITTEN: Readonly<Record<string, object>> = {
  simple: { failureThreshold: 2, openDuration: '1s' },
  gobreaker: { tripAfter: { consecutiveFailures: 2 }, timeout: '1s' },
  polly: { failureRatio: '50%', minimumThroughput: 2, breakDuration: '1s' },
  hystrix: { requestVolumeThreshold: 2, sleepWindow: '1s' },
  // The call before the failures is fired too, so that the first of them is half and not above it.
  opossum: { resetTimeout: '1s' },
  cockatiel: { breaker: { consecutive: 2 }, halfOpenAfter: '1s' },
  resilience4j: {
    slidingWindowSize: 2,
    waitDurationInOpenState: '1s',
    permittedNumberOfCallsInHalfOpenState: 1,
  },
  linkerd: { maxFailures: 2, minPenalty: '1s', jitterRatio: 0 },
  finagle: { consecutiveFailures: 2, minPenalty: '1s' },
  custom: { threshold: 2, open: '1s' },
};

type Table = readonly (readonly string[])[];

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/breakers.md'), 'utf8');
const [behaviour, counting]: readonly Table[] = page
  .split('\n\n')
  .filter((block) => block.startsWith('| kind |'))
  .map((block) =>
    block
      .split('\n')
      .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim())),
  );

/** Content of one of the two tables of the page, for a kind and a column. */
function said(kind: string, column: string, [head, , ...rows]: Table = behaviour): string {
  const row = rows.find(([name]) => name === `\`${kind}\``);
  if (row === undefined) throw new Error(`docs/breakers.md has no row of ${kind}`);
  expect(row).toHaveLength(head.length);
  return row[head.indexOf(column)];
}

/** The cell up to its bracket or its explanation. */
function word(kind: string, column: string): string {
  return said(kind, column).split(/ \(|[:;,]/)[0];
}

interface Call {
  readonly atMs: number;
  readonly endsMs: number;
  /** Null where its caller gives it up then, DEADLINE where its time is over. */
  readonly outcome: number | null;
}

/** The outcomes of these calls and the states of the breaker, for ten seconds. */
function drive(kind: string, planned: readonly Call[]) {
  const calls = new FakeCalls();
  const sorted = [...planned].sort((a, b) => a.atMs - b.atMs);
  const found = policyKind('circuitBreaker', kind)!;
  const { layers, transitions } = createPolicy(calls, found, { ...WRITTEN[kind], ...IGNORES });
  const results = sorted.map(({ atMs }) => calls.call(layers, atMs * MS));
  const byFrame = new Map(results.map(({ frame }, k) => [frame, sorted[k]]));
  calls.callee = ({ startNs, frame }) => {
    const { endsMs, outcome } = byFrame.get(frame)!;
    // A call that waited for a probe can start after its time.
    const isEnded = outcome !== null && outcome !== DEADLINE;
    return !isEnded ? null : { afterNs: Math.max(0, endsMs * MS - startNs), outcome };
  };
  for (const [frame, { endsMs, outcome }] of byFrame) {
    if (outcome === null) calls.giveUp(frame, endsMs * MS);
    const kill = (): void => calls.killBelow(frame, -1, OUTCOME.deadlineExceeded, true);
    if (outcome === DEADLINE) calls.at(endsMs * MS, kill, PHASE.TIMER);
  }
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

const KINDS = policyKinds
  .filter(({ policy }) => policy === 'circuitBreaker')
  .map(({ kind }) => kind);

/** When two failures have opened it. */
const openedMs = (kind: string): number => drive(kind, [FIRST, ...FAILURES]).states[0][0];

describe.each(KINDS)('the row of %s', (kind) => {
  const opened = openedMs(kind);

  it('says what happens to a call at exactly the end of the wait', () => {
    const end = opened + 1000;
    const { outcomes } = drive(kind, [FIRST, ...FAILURES, instant(end - 1, OK), instant(end, OK)]);
    expect(outcomes[3]).toBe(REFUSED);
    const seen = outcomes[4] === REFUSED ? 'refused' : 'admitted';
    expect(word(kind, 'at exactly the end of the wait')).toBe(seen);
  });

  it('says whether a timer makes it half open or the next call', () => {
    const { states } = drive(kind, [FIRST, ...FAILURES]);
    const byTimer = said(kind, 'at exactly the end of the wait').includes('(by a timer');
    expect(states.slice(1)).toEqual(byTimer ? [[opened + 1000, 'halfOpen']] : []);
  });

  it('says what late results do while it is open and half open', () => {
    const probe = { atMs: opened + 1001, endsMs: opened + 5000, outcome: OK };
    const moved = [OK, FAIL].map((outcome) =>
      [opened + 500, opened + 1500].map((endsMs) => {
        const { states } = drive(kind, [{ atMs: 0, endsMs, outcome }, ...FAILURES, probe]);
        return states.some(([at]) => at === endsMs);
      }),
    );
    expect(moved.map(([open]) => open)).toEqual([false, false]);
    const meaning = new Map([
      ['dropped', [false, false]],
      ['decides', [true, true]],
      ['a failure counts', [false, true]],
    ]);
    expect(moved.map(([, half]) => half)).toEqual(meaning.get(word(kind, 'late, while half-open')));
  });

  it('says whether late results of the open time count in the end', () => {
    const probedMs = opened + 1001;
    const after = (outcomes: readonly number[]): Call[] =>
      outcomes.map((outcome, k) => instant(probedMs + k, outcome));
    // Result of a window after a probe that closed the breaker and one that was ignored or failed.
    const told = [[OK, OK, OK, FAIL], [IGNORED, FAIL], [FAIL]].some((outcomes) => {
      const [good, bad] = [OK, FAIL].map((outcome) => {
        const late: Call = { atMs: 0, endsMs: opened + 500, outcome };
        return drive(kind, [late, ...FAILURES, ...after(outcomes)]).states;
      });
      return JSON.stringify(good) !== JSON.stringify(bad);
    });
    expect(word(kind, 'late, while open')).toMatch(told ? /^counted$/ : /^(dropped|no effect)$/);
  });

  it('says whether late results count after it has closed', () => {
    const closed = opened + 1001;
    const counted = [[FAIL], [OK, FAIL]].some((outcomes) => {
      const next = outcomes.map((outcome, k) => instant(closed + 101 + k, outcome));
      const [failed, pending] = [closed + 100, 60_000].map((endsMs) => {
        const late: Call = { atMs: 0, endsMs, outcome: FAIL };
        return drive(kind, [late, ...FAILURES, instant(closed, OK), ...next]).states;
      });
      expect(failed.slice(0, 3).map(([, state]) => state)).toEqual(['open', 'halfOpen', 'closed']);
      expect(failed[2][0]).toBe(closed);
      return JSON.stringify(failed) !== JSON.stringify(pending);
    });
    const seen = counted ? 'counted' : 'dropped';
    expect(word(kind, 'late, after closing')).toBe(seen);
  });

  it('says what becomes of another call while the probe is under way, and what that does', () => {
    const { states, outcomes } = drive(kind, [
      FIRST,
      ...FAILURES,
      { atMs: opened + 1001, endsMs: opened + 1100, outcome: OK },
      instant(opened + 1050, OK),
    ]);
    const waits = said(kind, 'admits while half-open').includes('the others wait');
    expect(outcomes[4]).toBe(waits ? OK : REFUSED);
    const undone = states.some(([at, state]) => at === opened + 1050 && state === 'open');
    expect(said(kind, 'reopens').includes('also a refused one')).toBe(undone);
    expect(states.at(-1)![1]).toBe(undone ? 'open' : 'closed');
  });
});

describe.each(KINDS)('what counts to %s', (kind) => {
  const opened = openedMs(kind);

  /** State of the breaker after such a probe. */
  const probedWith = (outcome: number | null): string => {
    const probe: Call = { atMs: opened + 1001, endsMs: opened + 1100, outcome };
    const { states } = drive(kind, [FIRST, ...FAILURES, probe]);
    return states.filter(([at]) => at <= probe.endsMs).at(-1)![1];
  };

  it('says what refusals of an inner layer are', () => {
    const refusals = FAILURES.map(({ atMs }) => instant(atMs, OUTCOME.rejectedBulkhead));
    const opens = drive(kind, [FIRST, ...refusals]).states.length > 0;
    const cell = said(kind, 'refusals of an inner bulkhead, limiter, pool', counting);
    expect(cell).toMatch(opens ? /^(failures|errors)/ : /^left out/);
  });

  it('says what calls that their callers gave up are, and what such a probe does', () => {
    const cell = said(kind, 'call abandoned by its caller', counting);
    const two = FAILURES.map(({ atMs }) => ({ atMs, endsMs: atMs + 1, outcome: null }));
    const opens = drive(kind, [FIRST, ...two]).states.length > 0;
    expect(opens).toBe(cell.startsWith('a failure'));
    const state = probedWith(null);
    const words: Readonly<Record<string, RegExp>> = {
      halfOpen: /a probe gives its (permit|slot|place) back|a probe is not repeated/,
      closed: /^a success, also of the probe|a probe closes it/,
      open: /half-open it reopens|^a failure, also of the probe/,
    };
    expect(cell).toMatch(words[state]);
  });

  it('says what outcomes in `ignore` are, as the probe', () => {
    const cell = said(kind, 'outcomes in `ignore`', counting);
    const words: Readonly<Record<string, RegExp>> = {
      halfOpen: /a probe (gives its (slot|place|permit) back|is repeated)/,
      closed: /^successes|a probe closes it/,
    };
    const state = probedWith(IGNORED);
    if (cell.startsWith('as an abandoned call')) expect(state).toBe(probedWith(null));
    else expect(cell).toMatch(words[state]);
  });

  it('says what a 429 is, as the probe', () => {
    const named = /but `(\w+)` and `(\w+)` treat\s+it\s+as an outcome in `ignore`/.exec(page)!;
    const state = named.slice(1).includes(kind) ? 'halfOpen' : 'closed';
    expect(probedWith(OUTCOME.throttled)).toBe(state);
  });

  it('says what calls are that a deadline further out has ended', () => {
    const two = FAILURES.map(({ atMs }) => ({ atMs, endsMs: atMs + 1, outcome: DEADLINE }));
    const opens = drive(kind, [FIRST, ...two]).states.length > 0;
    const cell = said(kind, 'call ended by an outer `deadline`', counting);
    expect(cell).toMatch(opens ? /^a failure/ : /^a success/);
    expect(probedWith(DEADLINE)).toBe(opens ? 'open' : 'closed');
  });
});
