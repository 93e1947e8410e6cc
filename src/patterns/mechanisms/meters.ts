import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { HINTED, OUTCOME, PARK, PASS, withStatus, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  LimiterState,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { RATE_LIMIT } from './families.js';
import { Keyed, type KeyState } from './keyed.js';

/** The rule of one limiter for one key. It knows permits, not calls. */
export interface Meter extends KeyState {
  /** Takes one permit: 0 = proceed, above 0 = wait this many ns, -1 = refused. */
  take(now: Ns): Ns;
  /** After a refusal: time until a call would be admitted if no other arrived. */
  retryNs(now: Ns): Ns;
}

/** A fresh meter of a process that began at `start`: timers and cycles count from there. */
type MeterFactory = (start: Ns) => Meter;

/** Schema fields of every limiter. */
export const limiterFields = {
  status: whole({ min: 400, max: 599 })
    .prefault(429)
    .describe('Status of a refusal. Unit: HTTP status, 400 to 599. Defaults to 429.'),
};

/** Additional fields of a limiter of calls. The hint stays in the process, so it is not rounded as in a header. */
export function callFields(
  byDefault: boolean,
): Readonly<Record<'retryAfter', z.ZodDefault<z.ZodBoolean>>> {
  return {
    retryAfter: z
      .boolean()
      .default(byDefault)
      .describe(
        'Whether a refusal carries the exact time until a call could pass if no other came. A ' +
          'retry around it that retries rejectedRateLimit and honours hints ' +
          `(\`respectRetryAfter\`) waits that long. Unit: boolean. Defaults to ${byDefault}.`,
      ),
  };
}

/** Whether refusals carry a retry hint. */
export function saysWhen(config: object): boolean {
  return 'retryAfter' in config && config.retryAfter === true;
}

/** The outcome of a refused call with this status. */
export function refusalOf(status: number): Outcome {
  return withStatus(OUTCOME.rejectedRateLimit, status);
}

/** How a call is refused. */
export interface RefusalRule {
  readonly refusal: Outcome;
  /** Time that a caller waits before it is refused. */
  readonly afterNs: Ns;
  /** Whether the refusal carries a retry hint. */
  readonly saysWhen: boolean;
}

/** The rule of a limiter that refuses at once, with the configured status. */
export function ruleOf(config: { readonly status: number }): RefusalRule {
  return { refusal: refusalOf(config.status), afterNs: 0, saysWhen: saysWhen(config) };
}

/** Counts a refusal and gives its outcome. */
export function refuseCall(
  ctx: CallContext,
  frame: number,
  rule: RefusalRule,
  leftNs: Ns,
): Outcome {
  ctx.count(frame, EDGE_COUNTER.rateLimited);
  if (!rule.saysWhen) return rule.refusal;
  ctx.setHint(frame, Math.max(0, leftNs));
  return rule.refusal | HINTED;
}

/** The answers of a limiter kind whose rule is a meter: both a layer of calls and a middleware. */
export function metered<C extends { readonly status: number }>(
  meterOf: (config: C, start: Ns) => Meter,
): typeof RATE_LIMIT & {
  create(config: C, setup: PolicySetup): PolicyState;
  limiter(config: C): LimiterState;
} {
  return {
    ...RATE_LIMIT,
    create: (config, setup) =>
      new MeteredCalls(setup, (start) => meterOf(config, start), ruleOf(config)),
    limiter: (config) => new KeyedMeters((start) => meterOf(config, start)),
  };
}

/**
 * A meter in front of calls: each is admitted, parked for the returned time, or refused. A call that is abandoned while
 * it waits has used its permit: none of the modelled libraries returns it.
 */
export class MeteredCalls implements PolicyState {
  private readonly ctx: CallContext;
  private readonly createMeter: MeterFactory;
  private readonly rule: RefusalRule;
  private readonly keyOf: ((frame: number) => number) | null;
  private readonly keyed: Keyed<Meter>;
  /** The meter of all calls if no key splits them; null after a restart until the next call. */
  private meter: Meter | null;
  private waiting = 0;

  constructor(setup: PolicySetup, createMeter: MeterFactory, rule: RefusalRule) {
    this.ctx = setup.ctx;
    this.createMeter = createMeter;
    this.rule = rule;
    this.keyOf = setup.keyOf;
    this.keyed = new Keyed(createMeter);
    this.meter = createMeter(0);
  }

  enter(frame: number, layer: number): number {
    const { ctx } = this;
    const waitNs = this.meterOf(frame, ctx.now).take(ctx.now);
    const { afterNs } = this.rule;
    if (waitNs === 0) return PASS;
    if (waitNs < 0 && afterNs === 0) return this.refuse(frame);
    this.waiting++;
    ctx.setWord(frame, layer, waitNs < 0 ? TO_BE_REFUSED : TO_GO_ON);
    ctx.after(waitNs < 0 ? afterNs : waitNs, frame, layer);
    return PARK;
  }

  timer(frame: number, layer: number): void {
    const { ctx } = this;
    this.waiting--;
    if (ctx.word(frame, layer) === TO_GO_ON) {
      ctx.resume(frame, layer);
      return;
    }
    ctx.reject(frame, layer, this.refuse(frame));
  }

  isDoomed(frame: number, layer: number): boolean {
    return this.ctx.word(frame, layer) === TO_BE_REFUSED;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(_frame: number, _layer: number, parked: boolean): void {
    if (parked) this.waiting--;
  }

  reset(): void {
    this.meter = null;
    this.keyed.reset();
    this.waiting = 0;
  }

  /** Calls that wait; a permit taken is used up, not held. */
  held(): number {
    return this.waiting;
  }

  /** A delayed caller may be admissible by now. */
  private refuse(frame: number): Outcome {
    const { ctx, rule } = this;
    const leftNs = rule.saysWhen ? this.meterOf(frame, ctx.now).retryNs(ctx.now) : 0;
    return refuseCall(ctx, frame, rule, leftNs);
  }

  private meterOf(frame: number, now: Ns): Meter {
    if (this.keyOf !== null) return this.keyed.of(this.keyOf(frame), now);
    this.meter ??= this.createMeter(now);
    return this.meter;
  }
}

const TO_GO_ON = 0;
const TO_BE_REFUSED = 1;

/** One meter per key in a middleware. */
export class KeyedMeters implements LimiterState {
  private readonly meters: Keyed<Meter>;

  constructor(createMeter: MeterFactory) {
    this.meters = new Keyed(createMeter);
  }

  take(now: Ns, key: number): Ns {
    return this.meters.of(key, now).take(now);
  }

  retryNs(now: Ns, key: number): Ns {
    return this.meters.of(key, now).retryNs(now);
  }

  reset(): void {
    this.meters.reset();
  }
}
