import { vi } from 'vitest';
import { PHASE } from '../../src/kernel/phase.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/**
 * Runs one sequence of calls through a real library and through a policy of this program. Each run produces a
 * comparable account: calls admitted, with time and order, calls refused, with time and reason, and every transition.
 */

/** `other`: an error that the library treats neither as a failure nor as its own. */
export type End = 'ok' | 'fail' | 'other';

/** A call: its start, how long its callee takes (null: it never ends) and how it ends. */
export interface Call {
  readonly atMs: number;
  readonly forMs: number | null;
  readonly ends: End;
}

/** Times in ms from the construction of the breaker; calls by their place in the sequence. */
export interface Account {
  readonly through: (readonly [ms: number, call: number])[];
  readonly refused: (readonly [ms: number, call: number, why: string])[];
  readonly transitions: (readonly [ms: number, state: string])[];
  readonly state: string;
}

/** A breaker of a real library. */
export interface Library {
  /** Makes a call; `run` is the protected function. */
  fire(run: () => Promise<void>): Promise<unknown>;
  /** Why the library itself has refused a call with this error; null if the error came from the callee. */
  refusal(error: unknown): string | null;
  state(): string;
  stop(): void;
}

/** Errors of callees; the libraries are configured to look at `end`. */
export class CalleeError extends Error {
  readonly end: End;

  constructor(end: End) {
    super(end);
    this.end = end;
  }
}

/** Order of the actions of the drive itself; timers of the library run first. */
interface Due {
  readonly ms: number;
  readonly phase: number;
  readonly sequence: number;
  readonly run: () => void;
}

// Not faked: lets every microtask run before it calls back.
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Fakes the clock of the library, except setImmediate. */
export function fakeClock(): void {
  vi.useFakeTimers({
    now: Date.UTC(2026, 0, 1),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
}

/** Runs the calls through a library that reports its transitions to `note`; `tailMs` after the last event. */
export async function throughLibrary(
  create: (note: (state: string) => void) => Library,
  calls: readonly Call[],
  tailMs: number,
): Promise<Account> {
  const through: Account['through'] = [];
  const refused: Account['refused'] = [];
  const transitions: Account['transitions'] = [];
  const startMs = Date.now();
  const now = (): number => Date.now() - startMs;
  const agenda: Due[] = [];
  let sequence = 0;
  const at = (ms: number, phase: number, run: () => void): void => {
    agenda.push({ ms, phase, sequence: sequence++, run });
  };
  const library = create((state) => transitions.push([now(), state]));
  const callee = (call: number): Promise<void> => {
    through.push([now(), call]);
    const { forMs, ends } = calls[call]!;
    return new Promise((resolve, reject) => {
      if (forMs === null) return;
      at(now() + forMs, PHASE.COMPLETION, () =>
        ends === 'ok' ? resolve() : reject(new CalleeError(ends)),
      );
    });
  };
  const make = (call: number): void => {
    library
      .fire(() => callee(call))
      .catch((error: unknown) => {
        const why = library.refusal(error);
        if (why !== null) refused.push([now(), call, why]);
      });
  };
  calls.forEach(({ atMs }, call) => at(atMs, PHASE.ARRIVAL, () => make(call)));
  while (agenda.length > 0) {
    const next = takeFirst(agenda);
    vi.advanceTimersByTime(next.ms - now());
    next.run();
    await settled();
  }
  vi.advanceTimersByTime(tailMs);
  const state = library.state();
  library.stop();
  return { through, refused: refused.sort(byCall), transitions, state };
}

/** The same calls through a policy, with a timeout inside it unless that is null. */
export function throughPolicy(
  kind: PolicyKind,
  written: unknown,
  calls: readonly Call[],
  other: Outcome,
  timeoutMs: number | null,
): Account {
  const through: Account['through'] = [];
  const fake = new FakeCalls();
  const outcomes = { ok: OUTCOME.ok, fail: OUTCOME.serverError, other };
  fake.callee = ({ frame }) => {
    through.push([fake.now / MS, frame]);
    const { forMs, ends } = calls[frame]!;
    return forMs === null ? null : { afterNs: forMs * MS, outcome: outcomes[ends] };
  };
  const { policy, transitions } = createPolicy(fake, kind, written);
  const layers = [policy];
  if (timeoutMs !== null) {
    layers.push(createPolicy(fake, timeout, { after: `${timeoutMs}ms` }).policy);
  }
  const results = calls.map(({ atMs }) => fake.call(layers, atMs * MS));
  fake.run();
  const wasThrough = new Set(through.map(([, call]) => call));
  const refused = results.flatMap(({ endNs, outcome }, call) => {
    if (wasThrough.has(call) || outcome === null) return [];
    const why = outcome === OUTCOME.rejectedBreaker ? 'open' : 'locked';
    return [[endNs / MS, call, why] as const];
  });
  const states = transitions.map(({ atNs, state }) => [atNs / MS, state] as const);
  return { through, refused, transitions: states, state: states.at(-1)?.[1] ?? 'closed' };
}

function byCall(
  a: readonly [number, number, string],
  b: readonly [number, number, string],
): number {
  return a[1] - b[1];
}

function takeFirst(agenda: Due[]): Due {
  let first = agenda[0]!;
  for (const due of agenda) {
    const earlier = due.ms - first.ms || due.phase - first.phase || due.sequence - first.sequence;
    if (earlier < 0) first = due;
  }
  agenda.splice(agenda.indexOf(first), 1);
  return first;
}
