import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import type { Lane } from '../../kernel/lanes.js';
import type { Ns } from '../../kernel/time.js';
import { OUTCOME, PASS, type Outcome } from '../../contracts/outcome.js';
import type { CallContext, PolicyKind, PolicyState } from '../../contracts/patterns/policy.js';
import { durationOrNone } from '../../contracts/quantities/quantities.js';

const schema = z.strictObject({
  after: durationOrNone({ allowZero: false }).describe(
    "Time limit of the whole call, including all attempts and back-offs. If the caller's own " +
      "deadline leaves less, that applies. Unit: duration, or `none` (only the caller's " +
      'deadline applies). Required.',
  ),
  propagate: flag(true).describe(
    'Whether the remaining time is sent with the request: callees then refuse work that is ' +
      'already too late and make no retry that would start too late. It is sent as a duration ' +
      'that counts from arrival, so network time is not deducted. With false only this caller ' +
      'enforces the deadline. Unit: boolean. Defaults to true.',
  ),
});

/**
 * A time limit on everything inside: the call ends as `deadlineExceeded` at min(inherited deadline, now + after), and
 * is refused if no time is left. With `afterNs` null it enforces only the inherited deadline.
 */
export class Deadline implements PolicyState {
  /** `lane` has the delay `afterNs`; both are null if the call only inherits a deadline. */
  constructor(
    private readonly ctx: CallContext,
    private readonly afterNs: Ns | null,
    private readonly lane: Lane | null,
    private readonly propagate: boolean,
  ) {}

  enter(frame: number, layer: number): number {
    const ctx = this.ctx;
    const inherited = ctx.deadline(frame);
    if (inherited <= ctx.now) return OUTCOME.deadlineExceeded;
    const own = this.afterNs === null ? Infinity : ctx.now + this.afterNs;
    if (this.lane !== null && own <= inherited) {
      if (this.propagate) ctx.setDeadline(frame, own);
      ctx.arm(this.lane, frame, layer);
    } else if (inherited !== Infinity) {
      ctx.after(inherited - ctx.now, frame, layer);
    }
    return PASS;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  timer(frame: number, layer: number): void {
    this.ctx.killBelow(frame, layer, OUTCOME.deadlineExceeded, true);
    this.ctx.finish(frame, layer, OUTCOME.deadlineExceeded);
  }

  cancel(): void {}

  held(): number {
    return 0;
  }
}

/** `deadline`: the time limit of a whole call, propagated to its callees. */
export const deadline: PolicyKind<'deadline', typeof schema> = {
  policy: 'deadline',
  kind: 'simple',
  isDefault: true,
  summary:
    'Limits the time of a whole call, retries included, and passes the remaining time to the ' +
    'callee.',
  sources: ['grpc.io deadlines guide', 'grpc/proposal A6-client-retries.md'],
  level: 'call',
  schema,
  example: 'deadline: { after: 80ms }\nretry: { attempts: 4, on: [any] }\n',
  traits: ({ after, propagate }) => ({ afterNs: after ?? Infinity, propagates: propagate }),
  limits: ({ after }) => after,
  state: 'none',
  create: (config, setup) =>
    new Deadline(
      setup.ctx,
      config.after,
      config.after === null ? null : setup.lane(config.after),
      config.propagate,
    ),
};
