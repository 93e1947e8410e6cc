import { describe, expect, it } from 'vitest';
import { Coalescer } from '../../../src/model/resources/sharing/coalescer.js';
import { HINTED, OUTCOME, withStatus } from '../../../src/contracts/outcome.js';
import { dice } from '../../support/dice.js';

const { ok, degraded, serverError, throttled } = OUTCOME;
const REFUSALS = [OUTCOME.rejectedBreaker, OUTCOME.rejectedBulkhead, OUTCOME.rejectedRateLimit];
const OUTCOMES = [
  ...[ok, ok, ok | HINTED, degraded, withStatus(ok, 204), serverError],
  ...[withStatus(serverError, 503), throttled | HINTED, OUTCOME.rejectedOverload, ...REFUSALS],
];

interface Follower {
  readonly member: number;
  readonly ticket: number;
}

interface Flight {
  readonly key: number;
  startNs: number;
  readonly followers: Follower[];
}

/** The rule, in lists that are searched from end to end. */
class Plain {
  /** All that are under way, by the number that the coalescer has given them. */
  readonly flights = new Map<number, Flight>();
  /** By key, the one that was begun last. */
  private readonly last = new Map<number, Flight>();
  private kept: { key: number; outcome: number; until: number }[] = [];
  private readonly windowNs: number;
  private readonly shareErrors: boolean;

  constructor(windowNs: number | null, shareErrors: boolean) {
    this.windowNs = windowNs ?? Infinity;
    this.shareErrors = shareErrors;
  }

  answerOf(now: number, key: number): number {
    return this.kept.find((one) => one.key === key && now < one.until)?.outcome ?? 0;
  }

  find(now: number, key: number): Flight | null {
    const flight = this.last.get(key);
    return flight !== undefined && now < flight.startNs + this.windowNs ? flight : null;
  }

  lead(now: number, key: number, flight: number): void {
    const own = { key, startNs: now, followers: [] };
    expect(this.flights.has(flight)).toBe(false);
    this.flights.set(flight, own);
    this.last.set(key, own);
  }

  /** Its followers, in the order in which they came. */
  land(flight: number, outcome: number): number[] {
    const own = this.flights.get(flight)!;
    this.flights.delete(flight);
    if (this.last.get(own.key) === own) {
      this.last.delete(own.key);
      const plain = outcome & ~HINTED;
      const isGood = [ok, degraded].includes((plain & 31) as typeof ok);
      const isAsked = !REFUSALS.includes((plain & 31) as (typeof REFUSALS)[number]);
      const until = own.startNs + this.windowNs;
      if (Number.isFinite(until) && (isGood || (this.shareErrors && isAsked)))
        this.kept.push({ key: own.key, outcome: plain, until });
    }
    return own.followers.map(({ member }) => member);
  }

  handOver(now: number, flight: number): number {
    const own = this.flights.get(flight)!;
    const next = own.followers.shift();
    if (next !== undefined) {
      own.startNs = now;
      return next.member;
    }
    this.flights.delete(flight);
    if (this.last.get(own.key) === own) this.last.delete(own.key);
    return -1;
  }

  reset(): void {
    this.kept = [];
  }
}

function walk(seed: number, windowNs: number | null, shareErrors: boolean): Set<string> {
  const roll = dice(seed);
  const own = new Coalescer(windowNs, shareErrors);
  const plain = new Plain(windowNs, shareErrors);
  const seen = new Set<string>();
  let now = 0;
  let members = 0;
  const any = <T>(list: readonly T[]): T | undefined => list[roll(list.length)];
  for (let step = 0; step < 500; step++) {
    now += roll(4);
    const kind = roll(20);
    const [number, flight] = any([...plain.flights]) ?? [];
    if (kind < 12) {
      const key = roll(30) === 0 ? 2 ** 40 : roll(6);
      const kept = own.kept(now, key);
      expect(kept).toBe(plain.answerOf(now, key));
      if (kept !== 0) {
        seen.add('kept');
        continue;
      }
      const found = own.find(now, key);
      expect(found < 0 ? null : plain.flights.get(found)).toBe(plain.find(now, key));
      if (found < 0) {
        plain.lead(now, key, own.lead(now, key));
        continue;
      }
      const member = members++;
      plain.flights.get(found)!.followers.push({ member, ticket: own.follow(found, member) });
      seen.add('follows');
    } else if (number === undefined || flight === undefined) {
      own.reset();
      plain.reset();
      seen.add('reset');
    } else if (kind < 15) {
      const { followers } = flight;
      if (followers.length === 0) continue;
      const [{ ticket }] = followers.splice(roll(followers.length), 1);
      own.quit(ticket);
      seen.add('quits');
    } else if (kind < 17) {
      const next = plain.handOver(now, number);
      expect(own.handOver(now, number)).toBe(next);
      seen.add(next < 0 ? 'over' : 'succeeded');
    } else {
      const outcome = any(OUTCOMES)!;
      own.land(now, number, outcome);
      for (const member of plain.land(number, outcome)) {
        expect(own.next(number)).toBe(member);
      }
      expect(own.next(number)).toBe(-1);
      own.close(number);
    }
    expect(own.used).toBe(plain.flights.size);
  }
  return seen;
}

describe('calls that share an answer', () => {
  it.each([
    ['while a call lasts', null, true],
    ['while a call lasts, but no failures', null, false],
    ['for 5 ns from its start', 5, true],
    ['for 30 ns from its start', 30, true],
    ['for 30 ns from its start, but no failures', 30, false],
  ] as const)(
    'lead, follow, leave and hand over as the plain rule says: %s',
    (_title, windowNs, shareErrors) => {
      const seen = new Set<string>();
      for (let seed = 1; seed <= 5; seed++) {
        for (const what of walk(seed, windowNs, shareErrors)) seen.add(what);
      }
      const kept = windowNs === null ? [] : ['kept'];
      expect([...seen].sort()).toEqual(
        ['follows', 'over', 'quits', 'reset', 'succeeded', ...kept].sort(),
      );
    },
  );

  it('are as many as there are', () => {
    const own = new Coalescer(null, true);
    const flights = Array.from({ length: 50 }, (_, key) => own.lead(key, key));
    for (let member = 0; member < 500; member++) own.follow(flights[member % 50]!, member);
    expect(own.used).toBe(50);
    flights.forEach((flight, key) => {
      expect(own.find(99, key)).toBe(flight);
      for (let member = key; member < 500; member += 50) expect(own.next(flight)).toBe(member);
      expect(own.handOver(100, flight)).toBe(-1);
    });
    expect(own.used).toBe(0);
  });
});
