import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PARK, PASS, isHinted, type Outcome } from '../../contracts/outcome.js';
import { LEAVINGS } from '../../contracts/patterns/client.js';
import type {
  CallContext,
  PolicyKind,
  PolicyProblem,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { timeOf } from '../mechanisms/bundle-fields.js';
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
    .enum(LEAVINGS)
    .optional()
    .describe(
      'Fate of the work inside this layer at the limit. `abort` ends it: its ' +
        'thread, permit and connection are free at once, and the callee is notified one way ' +
        'later, as with Envoy, gRPC, Go contexts, ' +
        'reactive and HTTP/2 clients, and delegates that heed the token of Polly. `cancel` asks ' +
        'the callee to end it and waits for the answer, a round trip later: the caller and all ' +
        'that is inside are busy until then, and the connection is kept, as with the query ' +
        'timeout of JDBC and with Npgsql. `detach` lets ' +
        'it run to its end, and it holds them until then, as with blocking clients on a thread ' +
        'pool, CompletableFuture and Promise.race. Unit: abort, cancel or detach. ' +
        'Defaults to what the `client` of the bundle does: that of order resilience4j and ' +
        'hystrix, and of a bulkhead with threads (threadPool, hystrix) without such an order, detaches; the others abort.',
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
        'left or asked to end, such as the read timeout of its socket. Needs `onTimeout: detach` ' +
        'or `cancel`, and must be longer than `after`. Unit: duration, or `none`. Defaults to none.',
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
 * when there is one. The word of a layer is the frame of what is inside, -1 if this call cannot be left. Without a
 * lane it has no limit, and only marks what callers further out leave.
 *
 * Sources: TimeLimiterImpl.java (decorateCompletionStage completes the future and touches nothing else),
 * Bulkhead.java (decorateCompletionStage releases in whenComplete of the inner stage), AbstractCommand.java
 * (HystrixObservableTimeoutOperator unsubscribes; a thread in blocking I/O ignores the interrupt).
 */
class DetachingTimeout implements PolicyState {
  protected inside = 0;

  constructor(
    protected readonly ctx: CallContext,
    private readonly lane: Lane | null,
    private readonly plain: Timeout,
    protected readonly socketNs: Ns,
  ) {}

  enter(frame: number, layer: number): number {
    const child = this.ctx.startApart(frame, layer);
    this.ctx.setWord(frame, layer, child);
    if (child < 0) return this.plain.enter(frame, layer);
    this.inside++;
    if (this.lane !== null) this.ctx.arm(this.lane, frame, layer);
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
    this.late(frame, layer, child);
  }

  /** The limit has passed while `child` is inside. */
  protected late(frame: number, layer: number, child: number): void {
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

/** Added to the word of a layer whose callee has been asked to end the work. */
const ASKED = 0x4000_0000;

/**
 * A limit that asks the callee to end the work, and waits for its answer. The caller gets `timeout` if the work was
 * cancelled; an answer that crosses the request is used. A caller further out that leaves asks too, and does not wait.
 *
 * Sources: pgjdbc PgStatement.java (the timer cancels on a second connection, the thread reads on), mysql-connector-j
 * CancelQueryTaskImpl.java, npgsql NpgsqlConnector.cs (PerformPostgresCancellation).
 */
class CancellingTimeout extends DetachingTimeout {
  constructor(
    ctx: CallContext,
    lane: Lane,
    plain: Timeout,
    socketNs: Ns,
    private readonly afterNs: Ns,
  ) {
    super(ctx, lane, plain, socketNs);
  }

  protected override late(frame: number, layer: number, child: number): void {
    const { ctx, socketNs } = this;
    if (child >= ASKED) {
      super.late(frame, layer, child - ASKED);
      return;
    }
    ctx.setWord(frame, layer, child + ASKED);
    if (socketNs < Infinity) ctx.after(socketNs - this.afterNs, frame, layer);
    ctx.stopApart(child);
  }

  override child(frame: number, layer: number, child: number, outcome: Outcome): void {
    const isCancelled = (outcome & 31) === OUTCOME.cancelled;
    const isLate = isCancelled && this.ctx.word(frame, layer) >= ASKED;
    super.child(frame, layer, child, isLate ? OUTCOME.timeout : outcome);
  }

  override cancel(frame: number, layer: number, parked: boolean): void {
    const { ctx } = this;
    const word = ctx.word(frame, layer);
    if (parked && word >= ASKED) ctx.setWord(frame, layer, word - ASKED);
    super.cancel(frame, layer, parked);
    if (parked) ctx.stopApart(ctx.word(frame, layer));
  }
}

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
    cancels: asks(config) || (config.cancel && !detaches(config)),
    detaches: detaches(config),
    asks: asks(config),
    leftNs: config.socketTimeout ?? Infinity,
  }),
  limits: ({ after }) => after,
  detaches: isApart,
  byOrder: (config, order) =>
    order === 'envoy' ? { ...config, from: config.from ?? 'connection' } : config,
  byClient: (config, leaves) => ({ ...config, onTimeout: config.onTimeout ?? leaves }),
  leavesOnly: (leaves) =>
    leaves === 'detach' ? { after: null, cancel: true, onTimeout: leaves } : null,
  insideConnection: ({ from }) => from === 'connection',
  state: 'none',
  create(config, setup) {
    const lane = config.after === null ? null : setup.lane(config.after);
    const plain = new Timeout(setup.ctx, lane, config.cancel);
    if (!isApart(config)) return plain;
    const socketNs = config.socketTimeout ?? Infinity;
    if (!asks(config)) return new DetachingTimeout(setup.ctx, lane, plain, socketNs);
    return new CancellingTimeout(setup.ctx, lane!, plain, socketNs, config.after!);
  },
  check: (config, bundle) => [
    ...neverFires(config, bundle),
    ...neverEnds(config),
    ...problemsOf({
      from:
        config.from === 'connection' &&
        isApart(config) &&
        'work that its caller leaves keeps its connection, so its time starts before it: write ' +
          'from: arrival, or onTimeout: abort',
    }),
  ],
};

function neverFires(
  { after }: Config,
  bundle: ReadonlyMap<string, unknown>,
): readonly PolicyProblem[] {
  const deadlineNs = timeOf(bundle, 'deadline');
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
  if (onTimeout !== 'detach' && onTimeout !== 'cancel') {
    return problem('ends no work, because the timeout aborts it: write onTimeout: detach');
  }
  if (after === null || socketTimeout > after) return [];
  return problem(
    `${formatDuration(socketTimeout)} is not longer than after (${formatDuration(after)}): ` +
      'then after is that of the socket, write onTimeout: abort',
  );
}

function detaches({ onTimeout }: Config): boolean {
  return onTimeout === 'detach';
}

function asks({ after, onTimeout }: Config): boolean {
  return after !== null && onTimeout === 'cancel';
}

function isApart(config: Config): boolean {
  return detaches(config) || asks(config);
}
