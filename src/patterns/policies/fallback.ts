import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { invariant } from '../../kernel/invariant.js';
import type { Lane } from '../../kernel/lanes.js';
import type { StreamKey } from '../../kernel/rng.js';
import { meanOf, type Samplers } from '../../kernel/distribution.js';
import type { Outcome } from '../../contracts/outcome.js';
import {
  HOLD,
  isHinted,
  isSuccess,
  OUTCOME,
  PASS,
  statusOf,
  withStatus,
} from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyKind,
  PolicyProblem,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { distribution } from '../../contracts/quantities/quantities.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import { outcomeList } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  on: outcomeTerms()
    .prefault(['any', 'deadlineExceeded'])
    .describe(
      'Outcomes that trigger the fallback: outcomes, statuses (`503`, `5xx`) or groups ' +
        '(`connect` `error` `gateway` `overload` `any`). Unit: list. Defaults to [any, ' +
        'deadlineExceeded], every failure except clientError, because the deadline is inside ' +
        'the fallback.',
    ),
  after: field.of(
    distribution(),
    0,
    'Time the fallback takes, such as looking up a default. The deadline does not cover it, because it is inside ' +
      'the fallback.',
    'distribution of durations',
  ),
  status: field.whole(
    absent('200'),
    'Status of the fallback response. A gateway and a client pass it on; a service answers its own callers with ' +
      'its own status.',
    { unit: 'HTTP status, 200 to 399', min: 200, max: 399 },
  ),
  call: field.of(
    z.string().min(1),
    absent(),
    'Endpoint to call instead, after `after`, with the policies that the caller has for it. If it fails, the call ' +
      'fails with that outcome.',
    '`component.endpoint`',
  ),
  steps: field.of(
    z.array(z.unknown()),
    absent(),
    'Steps that the caller runs instead, after `after`, with its own CPU, worker and calls. The end of the steps ' +
      'is the response, `respond` sets a different one, and a failure inside is the outcome of the call. In a ' +
      'workload the user runs them.',
    'list of steps',
  ),
  maxConcurrent: field.limit(
    absent(
      '10 with `order: hystrix` (fallback.isolation.semaphore.maxConcurrentRequests), otherwise to unlimited',
    ),
    'Fallbacks in progress at once, per state (by default each instance of the caller and each callee): further ' +
      'calls fail with rejectedBulkhead instead. It limits only fallbacks that take time.',
    { unit: 'calls, or `unlimited`' },
  ),
  degraded: field.flag(
    true,
    'Whether the answer counts as `degraded`; with false it counts as `ok`. Both are successes.',
  ),
});

/** Responds in place of a failed call, at once or after a drawn time. */
class Fallback implements PolicyState {
  constructor(
    private readonly ctx: CallContext,
    private readonly on: OutcomeSet,
    private readonly answer: Outcome,
    private readonly delay: FallbackDelay | null,
  ) {}

  enter(): number {
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    if (isSuccess(outcome) || !this.on.has(outcome)) return outcome;
    if (this.delay === null) {
      this.ctx.count(frame, EDGE_COUNTER.fallbacks);
      return this.answer;
    }
    this.delay.start(this.ctx, frame, layer);
    return HOLD;
  }

  timer(frame: number, layer: number): void {
    this.ctx.count(frame, EDGE_COUNTER.fallbacks);
    this.ctx.finish(frame, layer, this.answer);
  }

  cancel(): void {}

  held(): number {
    return 0;
  }
}

/**
 * Makes another call or runs steps in place of a failed call; their outcome is the outcome of the call. The word of the
 * layer is the replacement in progress, -1 if none.
 */
class FallbackElse implements PolicyState {
  private underWay = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly on: OutcomeSet,
    private readonly degraded: boolean,
    private readonly delay: FallbackDelay | null,
  ) {}

  enter(frame: number, layer: number): number {
    this.ctx.setWord(frame, layer, NOTHING);
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    if (isSuccess(outcome) || !this.on.has(outcome)) return outcome;
    if (this.delay === null) this.timer(frame, layer);
    else this.delay.start(this.ctx, frame, layer);
    return HOLD;
  }

  /** The delay is over: the replacement starts. */
  timer(frame: number, layer: number): void {
    this.underWay++;
    this.ctx.setWord(frame, layer, this.ctx.instead(frame, layer));
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.underWay--;
    if (isSuccess(outcome)) this.ctx.count(frame, EDGE_COUNTER.fallbacks);
    const used = this.degraded && isSuccess(outcome);
    const result = used ? withStatus(OUTCOME.degraded, statusOf(outcome)) : outcome;
    if (isHinted(result)) this.ctx.setHint(frame, this.ctx.hint(child));
    this.ctx.finish(frame, layer, result);
  }

  cancel(frame: number, layer: number): void {
    const child = this.ctx.word(frame, layer);
    if (child === NOTHING) return;
    this.underWay--;
    this.ctx.killChild(child);
  }

  held(): number {
    return this.underWay;
  }
}

const NOTHING = -1;

/**
 * A limit on fallbacks in progress: AbstractCommand.java takes a semaphore before the fallback and gives it back at its
 * end; without a permit the command fails (getFallbackOrThrowException, REJECTED_SEMAPHORE_FALLBACK).
 */
class LimitedFallback implements PolicyState {
  /** Frames whose fallback is in progress. */
  private readonly inside = new Set<number>();

  constructor(
    private readonly ctx: CallContext,
    private readonly on: OutcomeSet,
    private readonly most: number,
    private readonly inner: PolicyState,

    /** Whether a timer of the inner one is the end of a fallback, not its start. */
    private readonly endsInTime: boolean,
  ) {}

  enter(frame: number, layer: number): number {
    return this.inner.enter(frame, layer);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    if (!isSuccess(outcome) && this.on.has(outcome) && this.inside.size >= this.most) {
      this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
      return OUTCOME.rejectedBulkhead;
    }
    const verdict = this.inner.leave(frame, layer, outcome);
    if (verdict === HOLD) this.inside.add(frame);
    invariant(this.inside.size <= this.most, 'no more fallbacks run than have permits');
    return verdict;
  }

  timer(frame: number, layer: number): void {
    if (this.endsInTime) this.inside.delete(frame);
    this.inner.timer!(frame, layer);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    invariant(this.inside.delete(frame), 'a fallback gives its permit back once');
    this.inner.child!(frame, layer, child, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    this.inside.delete(frame);
    this.inner.cancel(frame, layer, parked);
  }

  reset(): void {
    this.inside.clear();
  }

  held(): number {
    return this.inside.size;
  }
}

/** The time a fallback takes: a lane if it is constant, otherwise a draw per call. */
class FallbackDelay {
  private readonly samplers: Samplers;
  private readonly sampler: number;
  private readonly key: StreamKey;
  private readonly lane: Lane | null;

  constructor(setup: PolicySetup, sampler: number) {
    this.samplers = setup.samplers;
    this.sampler = sampler;
    this.key = setup.stream('after');
    const constantNs = setup.samplers.constantNs(sampler);
    this.lane = constantNs >= 0 ? setup.lane(constantNs) : null;
  }

  start(ctx: CallContext, frame: number, layer: number): void {
    if (this.lane !== null) {
      ctx.arm(this.lane, frame, layer);
      return;
    }
    const { a, b } = this.key;
    const delayNs = this.samplers.draw(
      this.sampler,
      a,
      b,
      ctx.lineageA(frame),
      ctx.lineageB(frame),
      0,
    );
    ctx.after(delayNs, frame, layer);
  }
}

/** HystrixCommandProperties.java: default_fallbackIsolationSemaphoreMaxConcurrentRequests. */
const HYSTRIX_PERMITS = 10;

type Config = z.output<typeof schema>;

function takesTime({ call, steps, after }: Config): boolean {
  return (call ?? steps) !== undefined || meanOf(after) > 0;
}

/** `fallback`: a substitute response from the caller when the callee fails. */
export const fallback: PolicyKind<'fallback', typeof schema> = {
  policy: 'fallback',
  kind: 'simple',
  isDefault: true,
  summary:
    'Replaces the failure of a call by a fixed response, another call or steps: a degraded ' +
    'success instead of an error.',
  sources: [
    'Netflix/Hystrix AbstractCommand.java (fallback)',
    'App-vNext/Polly FallbackResilienceStrategy.cs',
    'Nygard 2018 ch. 5',
  ],
  level: 'call',
  schema,
  example: 'timeout: { after: 10ms }\nfallback: { after: 2ms, status: 203 }\n',
  traits: ({ on, degraded }) => ({ on: outcomeList(on), degraded }),
  state: 'scoped',
  remembers: ({ maxConcurrent = Infinity }) => maxConcurrent < Infinity,
  create(config, setup) {
    const kind = config.degraded ? OUTCOME.degraded : OUTCOME.ok;
    const sampler = setup.sampler(config.after);
    const instant = setup.samplers.constantNs(sampler) === 0;
    const on = new OutcomeSet(config.on);
    const delay = instant ? null : new FallbackDelay(setup, sampler);
    const isElse = (config.call ?? config.steps) !== undefined;
    const plain = isElse
      ? new FallbackElse(setup.ctx, on, config.degraded, delay)
      : new Fallback(setup.ctx, on, withStatus(kind, config.status ?? 200), delay);
    const { maxConcurrent = Infinity } = config;
    if (maxConcurrent === Infinity || (!isElse && delay === null)) return plain;
    return new LimitedFallback(setup.ctx, on, maxConcurrent, plain, !isElse);
  },
  byOrder: (config, order) =>
    order === 'hystrix' && takesTime(config) && config.maxConcurrent === undefined
      ? { ...config, maxConcurrent: HYSTRIX_PERMITS }
      : config,
  check(config): readonly PolicyProblem[] {
    const { call, steps, status, maxConcurrent } = config;
    if (maxConcurrent !== undefined && !takesTime(config)) {
      const message =
        'this fallback takes no time, so two are never in progress: remove maxConcurrent';
      return [{ field: 'maxConcurrent', message }];
    }
    if (call !== undefined && steps !== undefined) {
      return [
        { field: 'steps', message: 'a fallback has either call or steps: remove one of them' },
      ];
    }
    if ((call ?? steps) === undefined || status === undefined) return [];
    const message =
      call === undefined
        ? 'the steps produce the response: write respond as their last step'
        : `the status comes from the response of ${call}: remove status`;
    return [{ field: 'status', message }];
  },
};
