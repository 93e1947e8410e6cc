import { describe, expect, it } from 'vitest';
import { Duplicates } from '../../../src/model/data/executions/duplicates.js';
import { Executions } from '../../../src/model/data/executions/executions.js';
import { OPERATION } from '../../../src/model/data/strands/strands.js';
import { HINTED, OUTCOME, withStatus } from '../../../src/contracts/outcome.js';
import type { PlanOnce } from '../../../src/contracts/plan/plan.js';
import { dice } from '../../support/dice.js';

const { ok, degraded, serverError, throttled } = OUTCOME;
const OUTCOMES = [ok, degraded, withStatus(ok, 201), serverError, throttled | HINTED, ok | HINTED];
const CONFLICT = withStatus(OUTCOME.clientError, 409);
/** Those with the same low 32 bits, and the same high ones. */
const VALUES = [0, 1, 2, 3, -1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33, 2 ** 33 + 3, 2 ** 52];
const rule = (windowNs: number, storeErrors: boolean): PlanOnce => ({
  key: 0,
  windowNs,
  storeErrors,
});
const RULES = [rule(40, true), rule(40, false), rule(100, true), rule(100, false)];

interface Result {
  readonly part: number;
  readonly value: number;
  readonly until: number;
  readonly outcome: number;
  readonly hint: number;
}

interface Running {
  readonly part: number;
  readonly value: number;
  readonly rule: PlanOnce;
}

describe('executions by the value of a key', () => {
  it.each([1, 2, 3, 4])(
    'take place once while one is under way or its result is kept (%i)',
    (seed) => {
      const roll = dice(seed);
      const own = new Executions();
      const running = new Map<number, Running>();
      let results: Result[] = [];
      const seen = { first: 0, conflict: 0, result: 0, nobody: 0 };
      let strands = 0;
      let now = 0;
      for (let step = 0; step < 1500; step++) {
        now += roll(5);
        const kind = roll(10);
        if (kind < 6) {
          const part = roll(3);
          const value = VALUES[roll(VALUES.length)]!;
          const strand = strands++;
          const one = RULES[roll(RULES.length)]!;
          const answer = own.begin(strand, part, value, one, now);
          const isRunning = [...running.values()].some(
            (other) => other.part === part && other.value === value,
          );
          const kept = results.find(
            (other) => other.part === part && other.value === value && now < other.until,
          );
          if (isRunning) {
            expect([answer, own.hint]).toEqual([CONFLICT, 0]);
            seen.conflict++;
          } else if (kept !== undefined) {
            expect([answer, own.hint]).toEqual([kept.outcome, kept.hint]);
            seen.result++;
          } else {
            expect([answer, own.hint]).toEqual([0, 0]);
            running.set(strand, { part, value, rule: one });
            seen.first++;
          }
        } else {
          // Every other time one that is no execution, or none any more.
          const under = [...running.keys()];
          const strand = roll(2) === 0 ? roll(strands + 1) : (under[roll(under.length)] ?? 0);
          const one = running.get(strand);
          running.delete(strand);
          if (one === undefined) seen.nobody++;
          if (kind < 9) {
            const outcome = OUTCOMES[roll(OUTCOMES.length)]!;
            own.end(strand, outcome, 5 + step, now);
            const isKept = one?.rule.storeErrors === true || (outcome & 31) === ok;
            if (one !== undefined && (isKept || (outcome & 31) === degraded)) {
              const hint = (outcome & HINTED) === 0 ? 0 : 5 + step;
              const { part, value } = one;
              results.push({ part, value, until: now + one.rule.windowNs, outcome, hint });
            }
          } else own.stopped(strand);
        }
        results = results.filter(({ until }) => now < until);
        expect(own.held()).toBe(running.size);
        expect(own.kept).toBeGreaterThanOrEqual(results.length);
      }
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(25);
    },
  );

  it('keep what a window asks for, and forget it when the part is next asked', () => {
    const own = new Executions();
    for (let value = 0; value < 10; value++) {
      expect(own.begin(value, 2, value, RULES[0]!, value)).toBe(0);
      own.end(value, ok, 0, value);
    }
    expect(own.kept).toBe(10);
    // Those of 0 to 5 are over at 45.
    own.begin(10, 2, 9, RULES[0]!, 45);
    expect(own.kept).toBe(4);
    own.begin(11, 2, 77, RULES[0]!, 49);
    expect(own.kept).toBe(0);
  });
});

const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;

describe('executions of operations', () => {
  /**
   * A generation starts with the first execution at least a minute after the start of the previous one, once that one
   * is large enough. Known are executions of this generation, and of the previous one.
   */
  class Simple {
    private generations = [{ since: 0, calls: new Set<string>(), plain: new Set<string>() }];
    private readonly kept: number;

    constructor(kept: number) {
      this.kept = kept;
    }

    executed(call: string, isPlain: boolean, now: number): boolean {
      const { since, calls, plain } = this.generations.at(-1)!;
      if (calls.size + plain.size >= this.kept && now - since >= MINUTE) {
        this.generations.push({ since: now, calls: new Set(), plain: new Set() });
      }
      const lasting = this.generations.slice(-2);
      const isKnown = lasting.some((one) => one.calls.has(call) || one.plain.has(call));
      const isPlainAlone = isPlain && !lasting.some((one) => one.calls.has(call));
      this.generations.at(-1)![isPlainAlone ? 'plain' : 'calls'].add(call);
      return isKnown;
    }
  }

  it.each([1, 2, 3, 4, 5])('are remembered for a generation or two (%i)', (seed) => {
    const roll = dice(seed);
    const found: number[] = [];
    // Each execution is a part of its own, so that the duplicates among them are known.
    const own = new Duplicates(
      (part, cell) => {
        expect(cell).toBe(part + 7);
        found.push(part);
      },
      8 * (seed % 3),
    );
    const simple = new Simple(8 * (seed % 3));
    const last = new Map<string, number>();
    const plain = new Set<string>();
    const expected: number[] = [];
    let now = 0;
    for (let step = 0; step < 4000; step++) {
      now += roll(12) === 0 ? roll(150) * SECOND : roll(4) * SECOND;
      const a = roll(5) - 2;
      const b = roll(12) - 6 + 10 * Math.floor(step / 100);
      const call = `${a} ${b}`;
      // No operation is plain twice, or the first run of a handler twice; another one of a task is never so.
      const isOnce = !plain.has(call) && roll(3) !== 0;
      const given = isOnce ? OPERATION.plain : OPERATION.given;
      const ofHandler = isOnce ? OPERATION.handler : OPERATION.again;
      const ofTask = b % 2 === 0 ? OPERATION.ofTask : ofHandler;
      const kind = a === 0 ? ofTask : given;
      const isPlain = kind === OPERATION.plain || kind === OPERATION.handler;
      if (isPlain) plain.add(call);
      own.note(step, step + 7, kind, a, b, now);
      const isKnown = simple.executed(call, isPlain, now);
      if (isKnown) expected.push(step);
      // Whatever the generations, a minute is remembered.
      const age = now - (last.get(call) ?? -Infinity);
      if (age < MINUTE) expect(isKnown).toBe(true);
      last.set(call, now);
    }
    own.settle();
    expect(found.sort((a, b) => a - b)).toEqual(expected);
    expect(Math.min(expected.length, 4000 - expected.length)).toBeGreaterThan(400);
    expect(plain.size).toBeGreaterThan(400);
  });

  it('that are plain come once each, which an audited run checks', () => {
    const found: number[] = [];
    const own = new Duplicates((part) => found.push(part));
    own.reset();
    for (let k = 0; k < 5000; k++) own.note(k, 0, OPERATION.plain, k, 1, k);
    for (let k = 0; k < 5000; k += 100) own.note(k, 0, OPERATION.given, k, 1, 5000 + k);
    own.settle();
    expect(found).toEqual(Array.from({ length: 50 }, (_, k) => 100 * k));
    own.note(0, 0, OPERATION.plain, 3, 1, 10_000);
    expect(() => own.settle()).toThrow('a plain operation is executed once');
  });
});
