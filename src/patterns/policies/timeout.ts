import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Outcome } from '../../contracts/outcome.js';
import { OUTCOME, PASS } from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyKind,
  PolicyProblem,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { numberIn } from '../mechanisms/bundle-fields.js';

const schema = z.strictObject({
  after: durationOrNone({ allowZero: false }).describe(
    'Time limit of an attempt, measured from its arrival at this layer. It includes waits in ' +
      'inner layers, connecting, both network directions and the queue of the callee. Unit: ' +
      'duration, or `none`. Must end before the deadline. Required.',
  ),
  cancel: flag(true).describe(
    'Whether the callee is notified that the caller no longer waits; its `cancellation` ' +
      'defines how it reacts. Unit: boolean. Defaults to true.',
  ),
});

/** Ends an attempt as `timeout` exactly `after` its arrival here; a response at that very instant still counts. */
class Timeout implements PolicyState {
  private readonly ctx: CallContext;
  private readonly lane: Lane | null;
  private readonly notifyCallee: boolean;

  constructor(ctx: CallContext, lane: Lane | null, notifyCallee: boolean) {
    this.ctx = ctx;
    this.lane = lane;
    this.notifyCallee = notifyCallee;
  }

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

/** `timeout`: the time limit of one attempt. */
export const timeout: PolicyKind<'timeout', typeof schema> = {
  policy: 'timeout',
  kind: 'simple',
  isDefault: true,
  summary: 'Abandons an attempt that takes too long; the caller continues at once.',
  sources: ['Envoy timeouts.rst (per-try timeout)', 'Nygard 2018 ch. 5'],
  level: 'attempt',
  schema,
  example: 'timeout: { after: 50ms }\n',
  traits: ({ after, cancel }) => ({ afterNs: after ?? Infinity, cancels: cancel }),
  limits: ({ after }) => after,
  state: 'none',
  create: (config, setup) =>
    new Timeout(setup.ctx, config.after === null ? null : setup.lane(config.after), config.cancel),
  check(config, bundle): readonly PolicyProblem[] {
    const deadlineNs = numberIn(bundle, 'deadline', 'after');
    if (config.after === null || typeof deadlineNs !== 'number' || config.after < deadlineNs) {
      return [];
    }
    const message =
      `the timeout of an attempt (${formatDuration(config.after)}) is not shorter than ` +
      `the deadline of the whole call (${formatDuration(deadlineNs)}), so it never fires: ` +
      'shorten or remove it';
    return [{ field: 'after', message }];
  },
};
