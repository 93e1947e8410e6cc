import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PARK, PASS, isHinted, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyKind,
  PolicyProblem,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { numberIn } from '../mechanisms/bundle-fields.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  after: durationOrNone({ allowZero: false }).describe(
    'Time limit of an attempt, measured from its arrival at this layer (see `from`). It ' +
      'includes waits in inner layers, connecting, both network directions and the queue of the callee. Unit: ' +
      'duration, or `none`. Must end before the deadline. Required.',
  ),
  cancel: flag(true).describe(
    'Whether the callee is notified that the caller no longer waits; its `cancellation` ' +
      'defines how it reacts. No effect with `onTimeout: detach`. Unit: boolean. Defaults to true.',
  ),
  onTimeout: z
    .enum(['abort', 'detach'])
    .optional()
    .describe(
      'Fate of the work inside this layer when the caller leaves. `abort` ends it: its ' +
        'thread, permit and connection are free at once, as with Envoy, gRPC, Go contexts, ' +
        'reactive and HTTP/2 clients, and delegates that heed the token of Polly. `detach` lets ' +
        'it run to its end, and it holds them until then, as with blocking clients on a thread ' +
        'pool, JDBC, CompletableFuture and Promise.race. Unit: abort or detach. Defaults to ' +
        'detach with `order: resilience4j` and `hystrix`, otherwise to abort.',
    ),
  from: z
    .enum(['arrival', 'connection'])
    .optional()
    .describe(
      'Start of the time: the `arrival` of the attempt at this layer, or the instant at which it ' +
        'has its `connection`, as with the per-try timer of Envoy (upstream_request.cc, ' +
        'onPoolReady); then acquireTimeout, connectTimeout and an outer limit apply until there ' +
        'is one. No difference without `connections`. Unit: arrival or connection. Defaults to ' +
        'connection with `order: envoy`, otherwise to arrival.',
    ),
  socketTimeout: durationOrNone({ allowZero: false })
    .optional()
    .describe(
      'Time from its arrival here after which the client itself ends work that its caller has ' +
        'left, such as the read timeout of its socket. Needs `onTimeout: detach`, and must be ' +
        'longer than `after`. Unit: duration, or `none`. Defaults to none.',
    ),
});

type Config = z.output<typeof schema>;

/** Ends an attempt as `timeout` exactly `after` its arrival here; a response at that very instant still counts. */
class Timeout implements PolicyState {
  constructor(
    private readonly ctx: CallContext,
    private readonly lane: Lane | null,
    private readonly notifyCallee: boolean,
  ) {}

  enter(frame: number, layer: number): number {
    if (this.lane !== null) this.ctx.arm(this.lane, frame, layer);
    return PASS;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  timer(frame: number, layer: number): void {
    this.ctx.killBelow(frame, layer, OUTCOME.timeout, this.notifyCallee);
    this.ctx.finish(frame, layer, OUTCOME.timeout);
  }

  cancel(): void {}

  held(): number {
    return 0;
  }
}

/**
 * A limit whose caller leaves what is inside: only the caller gets `timeout`, all inner layers get the real outcome,
 * when there is one. The word of a layer is the frame of what is inside, -1 if this call cannot be left.
 *
 * Sources: TimeLimiterImpl.java (decorateCompletionStage completes the future and touches nothing else),
 * Bulkhead.java (decorateCompletionStage releases in whenComplete of the inner stage), AbstractCommand.java
 * (HystrixObservableTimeoutOperator unsubscribes; a thread in blocking I/O ignores the interrupt).
 */
class DetachingTimeout implements PolicyState {
  private inside = 0;

  constructor(
    private readonly ctx: CallContext,
    private readonly lane: Lane,
    private readonly plain: Timeout,
    private readonly socketNs: Ns,
  ) {}

  enter(frame: number, layer: number): number {
    const child = this.ctx.startApart(frame, layer);
    this.ctx.setWord(frame, layer, child);
    if (child < 0) return this.plain.enter(frame, layer);
    this.inside++;
    this.ctx.arm(this.lane, frame, layer);
    return PARK;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  timer(frame: number, layer: number): void {
    const child = this.ctx.word(frame, layer);
    if (child < 0) {
      this.plain.timer(frame, layer);
      return;
    }
    this.inside--;
    this.ctx.leaveApart(child, this.socketNs);
    this.ctx.reject(frame, layer, OUTCOME.timeout);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.inside--;
    if (isHinted(outcome)) this.ctx.setHint(frame, this.ctx.hint(child));
    this.ctx.reject(frame, layer, outcome);
  }

  /** Nothing tells the work that its caller has been cancelled. */
  cancel(frame: number, layer: number, parked: boolean): void {
    if (!parked) return;
    this.inside--;
    this.ctx.leaveApart(this.ctx.word(frame, layer), this.socketNs);
  }

  held(): number {
    return this.inside;
  }
}

/**
 * Orders of products whose time limit leaves the work inside. A reactive resilience4j (TimeLimiterOperator, Mono.timeout)
 * cancels it: `onTimeout: abort`.
 */
const DETACHING: ReadonlySet<string> = new Set(['resilience4j', 'hystrix']);

/** `timeout`: the time limit of one attempt. */
export const timeout: PolicyKind<'timeout', typeof schema> = {
  policy: 'timeout',
  kind: 'simple',
  isDefault: true,
  summary: 'Abandons an attempt that takes too long; the caller continues at once.',
  sources: [
    'Envoy timeouts.rst (per-try timeout), upstream_request.cc (onPoolReady)',
    'Nygard 2018 ch. 5',
    'resilience4j TimeLimiterImpl.java, Bulkhead.java',
    'Netflix/Hystrix AbstractCommand.java (HystrixObservableTimeoutOperator)',
  ],
  level: 'attempt',
  schema,
  example: 'timeout: { after: 50ms }\n',
  traits: (config) => ({
    afterNs: config.after ?? Infinity,
    cancels: config.cancel && !detaches(config),
    detaches: detaches(config),
    leftNs: config.socketTimeout ?? Infinity,
  }),
  limits: ({ after }) => after,
  detaches,
  byOrder(config, order) {
    if (DETACHING.has(order)) return { ...config, onTimeout: config.onTimeout ?? 'detach' };
    return order === 'envoy' ? { ...config, from: config.from ?? 'connection' } : config;
  },
  insideConnection: ({ from }) => from === 'connection',
  state: 'none',
  create(config, setup) {
    const lane = config.after === null ? null : setup.lane(config.after);
    const plain = new Timeout(setup.ctx, lane, config.cancel);
    if (lane === null || !detaches(config)) return plain;
    return new DetachingTimeout(setup.ctx, lane, plain, config.socketTimeout ?? Infinity);
  },
  check: (config, bundle) => [
    ...neverFires(config, bundle),
    ...neverEnds(config),
    ...problemsOf({
      from:
        config.from === 'connection' &&
        detaches(config) &&
        'work that its caller leaves keeps its connection, so its time starts before it: write ' +
          'from: arrival, or onTimeout: abort',
    }),
  ],
};

function neverFires(
  { after }: Config,
  bundle: ReadonlyMap<string, unknown>,
): readonly PolicyProblem[] {
  const deadlineNs = numberIn(bundle, 'deadline', 'after');
  if (after === null || typeof deadlineNs !== 'number' || after < deadlineNs) return [];
  const message =
    `the timeout of an attempt (${formatDuration(after)}) is not shorter than ` +
    `the deadline of the whole call (${formatDuration(deadlineNs)}), so it never fires: ` +
    'shorten or remove it';
  return [{ field: 'after', message }];
}

/** A limit of the client that ends no work: the caller has not left it, or has ended it. */
function neverEnds({ after, onTimeout, socketTimeout }: Config): readonly PolicyProblem[] {
  if (socketTimeout === undefined || socketTimeout === null) return [];
  const problem = (message: string) => [{ field: 'socketTimeout', message }];
  if (onTimeout !== 'detach') {
    return problem('ends no work, because the timeout aborts it: write onTimeout: detach');
  }
  if (after === null || socketTimeout > after) return [];
  return problem(
    `${formatDuration(socketTimeout)} is not longer than after (${formatDuration(after)}): ` +
      'then after is that of the socket, write onTimeout: abort',
  );
}

function detaches({ after, onTimeout }: Config): boolean {
  return after !== null && onTimeout === 'detach';
}
