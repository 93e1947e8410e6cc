import { PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  LimiterState,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { refuseCall, type RefusalRule } from './meters.js';

/** Calls in front of the limiter of their process, which shares its store with other processes. */
export class NodeCalls implements PolicyState {
  private readonly ctx: CallContext;
  private readonly keyOf: ((frame: number) => number) | null;
  private readonly node: LimiterState;
  private readonly rule: RefusalRule;

  constructor({ ctx, keyOf }: PolicySetup, node: LimiterState, rule: RefusalRule) {
    this.ctx = ctx;
    this.keyOf = keyOf;
    this.node = node;
    this.rule = rule;
  }

  enter(frame: number): number {
    const { ctx, node, rule } = this;
    const key = this.valueOf(frame);
    if (node.take(ctx.now, key) === 0) return PASS;
    return refuseCall(ctx, frame, rule, rule.saysWhen ? node.retryNs(ctx.now, key) : 0);
  }

  asks(frame: number): boolean {
    const { node } = this;
    return node.asks === undefined || node.asks(this.ctx.now, this.valueOf(frame));
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(): void {
    // The count is not taken back.
  }

  reset(): void {
    this.node.reset();
  }

  held(): number {
    return 0;
  }

  private valueOf(frame: number): number {
    return this.keyOf === null ? 0 : this.keyOf(frame);
  }
}
