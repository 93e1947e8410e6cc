import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { BreakerJournal, BreakerRule } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import {
  BreakerClasses,
  classFields,
  classProblems,
  FAILURE,
  SUCCESS,
} from '../mechanisms/breaker-classes.js';
import { ruled, tripsAfter } from '../mechanisms/breaker-traits.js';

const schema = z.strictObject({
  failureThreshold: field.whole(
    5,
    'Consecutive failures that open the breaker; a success resets the count.',
    { unit: 'calls', min: 1 },
  ),
  openDuration: field.duration(
    '60s',
    'Time in the open state; a call exactly at its end is admitted as a probe.',
  ),
  halfOpenPermits: field.whole(1, 'Concurrent probes while half open; other calls are refused.', {
    unit: 'calls',
    min: 1,
  }),
  successThreshold: field.whole(
    1,
    'Successful probes that close the breaker; one failed probe reopens it.',
    { unit: 'calls', min: 1 },
  ),
  waitFrom: field.of(
    z.enum(['opened', 'lastFailure']),
    'opened',
    'Start of `openDuration`: when the breaker opened, or at the last failure seen. In the second case calls ' +
      'admitted earlier that fail while it is open extend it.',
    'name',
  ),
  ...classFields,
});
type Config = z.output<typeof schema>;

/**
 * Opens on `failureThreshold` consecutive failures; half open on the first call at or after the end of `openDuration`.
 * Every transition starts a generation, and results of an earlier one are dropped.
 */
export class SimpleRule implements BreakerRule {
  private state = CLOSED;
  private generation = 0;
  private failures = 0;
  private successes = 0;
  private probes = 0;
  private openUntil: Ns = 0;

  constructor(
    private readonly config: Config,
    private readonly journal: BreakerJournal,
  ) {}

  admit(now: Ns): number {
    if (this.state === OPEN) {
      if (now < this.openUntil) return -1;
      this.enterState(HALF_OPEN);
    }
    if (this.state === HALF_OPEN) {
      if (this.probes >= this.config.halfOpenPermits) return -1;
      this.probes++;
    }
    return this.generation;
  }

  record(now: Ns, ticket: number, result: number): void {
    if (ticket !== this.generation) {
      if (this.state === OPEN && result === FAILURE && this.config.waitFrom === 'lastFailure') {
        this.openUntil = now + this.config.openDuration;
      }
      return;
    }
    if (this.state === HALF_OPEN) this.recordProbe(now, result);
    else if (result === SUCCESS) this.failures = 0;
    else if (result === FAILURE && ++this.failures >= this.config.failureThreshold) this.open(now);
  }

  reset(): void {
    if (this.state !== CLOSED) this.enterState(CLOSED);
    this.failures = 0;
  }

  isIdle(): boolean {
    return this.state === CLOSED && this.failures === 0;
  }

  private recordProbe(now: Ns, result: number): void {
    this.probes--;
    if (result === FAILURE) this.open(now);
    else if (result === SUCCESS && ++this.successes >= this.config.successThreshold) {
      this.enterState(CLOSED);
    }
  }

  private open(now: Ns): void {
    this.openUntil = now + this.config.openDuration;
    this.enterState(OPEN);
  }

  private enterState(state: number): void {
    this.state = state;
    this.generation++;
    this.failures = 0;
    this.successes = 0;
    this.probes = 0;
    this.journal.set(state);
  }
}

/** `circuitBreaker` of kind `simple`: the counting breaker of the textbooks. */
export const circuitBreakerSimple: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: (config) => new BreakerClasses(config),
    trips: ({ failureThreshold }) => tripsAfter(['failureThreshold'], failureThreshold),
    rule: (config, setup) => new SimpleRule(config, breakerJournal(setup)),
  }),
  kind: 'simple',
  isDefault: true,
  summary: 'Refuses calls for a while after several consecutive failures, then admits a probe.',
  sources: ['Nygard 2018 ch. 5', 'Fowler 2014, CircuitBreaker'],
  schema,
  example: 'circuitBreaker: { failureThreshold: 3, openDuration: 100ms }\n',
  check: classProblems,
};
