import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PHASE } from '../../src/kernel/phase.js';
import { policyKind, policyKinds } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { TableName } from '../support/breaker-page.js';
import {
  BREAKER_PAGE,
  breakerPage,
  breakerRows,
  missingRow,
  TABLE_NAMES,
  twoFailures,
} from '../support/breaker-page.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const OK = OUTCOME.ok;
const REFUSED = OUTCOME.rejectedBreaker;

/** Outcome that every breaker below ignores. */
const IGNORED = OUTCOME.reset;
const IGNORES = { ignore: ['reset'] };
/** In place of an outcome: a deadline further out passes then. */
const DEADLINE = -1;

/** Cell of the page for a kind and a column. */
function said(kind: string, column: string, table: TableName = 'behaviour'): string {
  return breakerRows(table).get(kind)!.get(column)!;
}

/** Expects the cell of a kind to match what was seen; the failure says which cell of the page to correct. */
function expectCell(
  [kind, column, table = 'behaviour']: readonly [string, string, TableName?],
  seen: string,
  wanted: RegExp,
): void {
  const cell = said(kind, column, table);
  const place = `${BREAKER_PAGE}, row \`${kind}\`, column "${column}"`;
  const message = `${place}: it says "${cell}", but ${seen}: the cell has to match ${String(wanted)}`;
  expect(wanted.test(cell), message).toBe(true);
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
  const { layers, transitions } = createPolicy(calls, found, { ...twoFailures(kind), ...IGNORES });
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
const TABLES = TABLE_NAMES.filter((name) => name !== 'study');

/** When two failures have opened it; undefined if they have not. */
const openedMs = (kind: string): number | undefined =>
  drive(kind, [FIRST, ...FAILURES]).states[0]?.[0];

/** What the page lacks before its rows of this kind can be read. */
function lacking(kind: string): readonly string[] {
  const isFull = (row?: ReadonlyMap<string, string>): boolean =>
    row !== undefined && ![...row.values()].includes('');
  const missing = TABLES.filter((name) => !isFull(breakerRows(name).get(kind)));
  if (missing.length > 0) return missing.map((name) => missingRow(name, kind));
  const settings = `${BREAKER_PAGE}, row \`${kind}\`, column "settings"`;
  const config = { ...twoFailures(kind), ...IGNORES };
  const { error } = policyKind('circuitBreaker', kind)!.schema.safeParse(config);
  if (error !== undefined) return [`${settings}: ${z.prettifyError(error)}`];
  return openedMs(kind) === undefined
    ? [`${settings}: two failures, at 1 and 2 ms, do not open this breaker: write settings that do`]
    : [];
}

describe(BREAKER_PAGE, () => {
  it.each(KINDS)('has a row of %s in each table', (kind) => {
    const rows = lacking(kind);
    expect(rows, rows.join('\n')).toEqual([]);
  });

  it.each(TABLES)('has no row of a kind that does not exist in its table %s', (name) => {
    expect([...breakerRows(name).keys()].filter((kind) => !KINDS.includes(kind))).toEqual([]);
  });
});

/** The others fail above, with the rows to write. */
const DOCUMENTED = KINDS.filter((kind) => lacking(kind).length === 0);

describe.each(DOCUMENTED)('the row of %s', (kind) => {
  const opened = openedMs(kind)!;

  it('says what happens to a call at exactly the end of the wait', () => {
    const end = opened + 1000;
    const { outcomes } = drive(kind, [FIRST, ...FAILURES, instant(end - 1, OK), instant(end, OK)]);
    const settings = `${BREAKER_PAGE}, row \`${kind}\`, column "settings": a wait of exactly 1s`;
    expect(outcomes[3], settings).toBe(REFUSED);
    const seen = outcomes[4] === REFUSED ? 'refused' : 'admitted';
    const cell = [kind, 'at exactly the end of the wait'] as const;
    expectCell(cell, `the call is ${seen}`, new RegExp(`^${seen}\\b`));
  });

  it('says whether a timer makes it half open or the next call', () => {
    const { states } = drive(kind, [FIRST, ...FAILURES]);
    const cell = [kind, 'at exactly the end of the wait'] as const;
    if (states.length > 1) {
      expectCell(cell, 'a timer makes it half open', /\(by a timer/);
      expect(states.slice(1)).toEqual([[opened + 1000, 'halfOpen']]);
    } else expectCell(cell, 'no timer makes it half open', /^(?!.*\(by a timer)/);
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
    const [success, failure] = moved.map(([, half]) => half);
    const wanted = !failure ? /^dropped/ : success ? /^decides/ : /^a failure counts/;
    expect(success && !failure, 'a late success alone decides: give this a word here').toBe(false);
    const seen = `a late success ${moves(success)}, and a late failure ${moves(failure)}`;
    expectCell([kind, 'late, while half-open'], seen, wanted);
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
    const wanted = told ? /^counted/ : /^(dropped|no effect)/;
    expectCell([kind, 'late, while open'], `a late failure ${counts(told)} later`, wanted);
  });

  it('says whether late results count after it has closed', () => {
    const closed = opened + 1001;
    const counted = [[FAIL], [OK, FAIL]].some((outcomes) => {
      const next = outcomes.map((outcome, k) => instant(closed + 101 + k, outcome));
      const [failed, pending] = [closed + 100, 60_000].map((endsMs) => {
        const late: Call = { atMs: 0, endsMs, outcome: FAIL };
        return drive(kind, [late, ...FAILURES, instant(closed, OK), ...next]).states;
      });
      const settings = `${BREAKER_PAGE}, row \`${kind}\`, column "settings": one probe closes it`;
      expect(
        failed.slice(0, 3).map(([, state]) => state),
        settings,
      ).toEqual(['open', 'halfOpen', 'closed']);
      expect(failed[2][0], settings).toBe(closed);
      return JSON.stringify(failed) !== JSON.stringify(pending);
    });
    const wanted = counted ? /^counted/ : /^dropped/;
    expectCell([kind, 'late, after closing'], `a late failure ${counts(counted)}`, wanted);
  });

  it('says what becomes of another call while the probe is under way, and what that does', () => {
    const { states, outcomes } = drive(kind, [
      FIRST,
      ...FAILURES,
      { atMs: opened + 1001, endsMs: opened + 1100, outcome: OK },
      instant(opened + 1050, OK),
    ]);
    const isRefused = outcomes[4] === REFUSED;
    const waits = isRefused ? /^(?!.*the others wait)/ : /the others wait/;
    const other = `the other call ${isRefused ? 'is refused' : 'waits'}`;
    expectCell([kind, 'admits while half-open'], other, waits);
    const undone = states.some(([at, state]) => at === opened + 1050 && state === 'open');
    const reopens = undone ? /also a refused one/ : /^(?!.*also a refused one)/;
    expectCell([kind, 'reopens'], `a refused call ${undone ? 'reopens it' : 'does not'}`, reopens);
    expect(states.at(-1)![1]).toBe(undone ? 'open' : 'closed');
  });
});

describe.each(DOCUMENTED)('what counts to %s', (kind) => {
  const opened = openedMs(kind)!;

  /** State of the breaker after such a probe. */
  const probedWith = (outcome: number | null): string => {
    const probe: Call = { atMs: opened + 1001, endsMs: opened + 1100, outcome };
    const { states } = drive(kind, [FIRST, ...FAILURES, probe]);
    return states.filter(([at]) => at <= probe.endsMs).at(-1)![1];
  };
  const opens = (calls: readonly Call[]): boolean =>
    drive(kind, [FIRST, ...calls]).states.length > 0;

  it('says what refusals of an inner layer are', () => {
    const failed = opens(FAILURES.map(({ atMs }) => instant(atMs, OUTCOME.rejectedBulkhead)));
    const cell = [kind, 'refusals of an inner bulkhead, limiter, pool', 'counting'] as const;
    const seen = `two of them ${failed ? 'open it' : 'do not open it'}`;
    expectCell(cell, seen, failed ? /^(failures|errors)/ : /^left out/);
  });

  it('says what calls that their callers gave up are, and what such a probe does', () => {
    const cell = [kind, 'call abandoned by its caller', 'counting'] as const;
    const two = FAILURES.map(({ atMs }) => ({ atMs, endsMs: atMs + 1, outcome: null }));
    const failed = opens(two);
    const seen = `two of them ${failed ? 'open it' : 'do not open it'}`;
    expectCell(cell, seen, failed ? /^a failure/ : /^(?!a failure)/);
    const words: Readonly<Record<string, RegExp>> = {
      halfOpen: /a probe gives its (permit|slot|place) back|a probe is not repeated/,
      closed: /^a success, also of the probe|a probe closes it/,
      open: /half-open it reopens|^a failure, also of the probe/,
    };
    const state = probedWith(null);
    expectCell(cell, `it is ${state} after such a probe`, words[state]);
  });

  it('says what outcomes in `ignore` are, as the probe', () => {
    const cell = [kind, 'outcomes in `ignore`', 'counting'] as const;
    const state = probedWith(IGNORED);
    const words: Readonly<Record<string, RegExp>> = {
      halfOpen: /a probe (gives its (slot|place|permit) back|is repeated)/,
      closed: /^successes|a probe closes it/,
      open: /^failures/,
    };
    const isAbandoned = said(...cell).startsWith('as an abandoned call');
    const seen = `it is ${state} after such a probe`;
    if (isAbandoned) expect(state, `${BREAKER_PAGE}: ${seen}`).toBe(probedWith(null));
    else expectCell(cell, seen, words[state]);
  });

  it('says what a 429 is, as the probe', () => {
    const sentence = /but `(\w+)` and `(\w+)` treat\s+it\s+as an outcome in `ignore`/;
    const named = sentence.exec(breakerPage)!.slice(1);
    const seen = probedWith(OUTCOME.throttled);
    const place = `${BREAKER_PAGE}, "Responses below 500": \`${kind}\` is ${seen} after a 429`;
    expect(seen, place).toBe(named.includes(kind) ? 'halfOpen' : 'closed');
  });

  it('says what calls are that a deadline further out has ended', () => {
    const two = FAILURES.map(({ atMs }) => ({ atMs, endsMs: atMs + 1, outcome: DEADLINE }));
    const failed = opens(two);
    const cell = [kind, 'call ended by an outer `deadline`', 'counting'] as const;
    const seen = `two of them ${failed ? 'open it' : 'do not open it'}`;
    expectCell(cell, seen, failed ? /^a failure/ : /^a success/);
    expect(probedWith(DEADLINE)).toBe(failed ? 'open' : 'closed');
  });
});

function moves(moved: boolean): string {
  return moved ? 'moves it' : 'does nothing';
}

function counts(counted: boolean): string {
  return counted ? 'counts' : 'does not count';
}
