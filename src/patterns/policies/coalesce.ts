import { z } from 'zod';
import { flag, timeLimit } from '../../contracts/quantities/fields.js';
import { Coalescer } from '../../model/resources/sharing/coalescer.js';
import { isHinted, isSuccess, PARK, PASS, type Outcome } from '../../contracts/outcome.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import type {
  CallContext,
  PolicyKind,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { frameOf, layerOf, waiterOf } from '../mechanisms/waiters.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';

const schema = z.strictObject({
  key: z
    .string()
    .min(1)
    .describe(
      'Entry of `keys`: calls to one endpoint whose requests have the same value share one ' +
        'response. Unit: name. Required.',
    ),
  shareErrors: flag(true).describe(
    'Whether waiting calls share a failure too. With false the call that has waited longest ' +
      'is made itself, and the others wait for it. Unit: boolean. Defaults to true.',
  ),
  window: timeLimit().describe(
    'How long a response is shared, measured from the start of its call, even after it has ' +
      'arrived; a call in flight for longer is not joined any more. `none` shares it while ' +
      'the call is in flight. Unit: duration, or `none`. Defaults to none.',
  ),
});

/**
 * The first call of a key leads; later calls wait for its response. The word of a layer is the flight that it leads, or
 * -1 minus the number under which it follows one.
 */
class Coalesce implements PolicyState {
  private readonly ctx: CallContext;
  private readonly keyOf: (frame: number) => number;
  private readonly flights: Coalescer;

  constructor({ ctx, keyOf }: PolicySetup, flights: Coalescer) {
    this.ctx = ctx;
    this.keyOf = keyOf ?? (() => 0);
    this.flights = flights;
  }

  enter(frame: number, layer: number): number {
    const { ctx, flights } = this;
    const key = this.keyOf(frame);
    const known = flights.kept(ctx.now, key);
    if (known !== 0) {
      ctx.count(frame, EDGE_COUNTER.coalesced);
      return known;
    }
    const flight = flights.find(ctx.now, key);
    if (flight < 0) {
      ctx.setWord(frame, layer, flights.lead(ctx.now, key));
      return PASS;
    }
    ctx.setWord(frame, layer, -1 - flights.follow(flight, waiterOf(frame, layer)));
    return PARK;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const { ctx, flights } = this;
    const flight = ctx.word(frame, layer);
    if (!flights.shareErrors && !isSuccess(outcome)) {
      this.handOver(flight);
      return outcome;
    }
    flights.land(ctx.now, flight, outcome);
    for (let waiter = flights.next(flight); waiter >= 0; waiter = flights.next(flight)) {
      ctx.count(frameOf(waiter), EDGE_COUNTER.coalesced);
      if (isHinted(outcome)) ctx.setHint(frameOf(waiter), ctx.hint(frame));
      ctx.settle(frameOf(waiter), layerOf(waiter), outcome);
    }
    flights.close(flight);
    return outcome;
  }

  /** When a follower or the leader leaves, the others continue. */
  cancel(frame: number, layer: number, parked: boolean): void {
    const word = this.ctx.word(frame, layer);
    if (!parked) this.handOver(word);
    // A follower that received its response at this instant no longer waits.
    else if (word < 0) this.flights.quit(-1 - word);
  }

  reset(): void {
    this.flights.reset();
  }

  held(): number {
    return this.flights.used;
  }

  /** The follower that has waited longest makes the call itself. */
  private handOver(flight: number): void {
    const { ctx } = this;
    const waiter = this.flights.handOver(ctx.now, flight);
    if (waiter < 0) return;
    const frame = frameOf(waiter);
    const layer = layerOf(waiter);
    ctx.setWord(frame, layer, flight);
    ctx.resume(frame, layer);
  }
}

/** `coalesce`: concurrent calls with the same key share one response. */
export const coalesce: PolicyKind<'coalesce', typeof schema> = {
  policy: 'coalesce',
  kind: 'simple',
  isDefault: true,
  summary: 'Identical concurrent calls share the response of the first (single flight).',
  sources: [
    'golang/sync singleflight/singleflight.go',
    'nodeshift/opossum lib/circuit.js (coalesce)',
    'nginx proxy_cache_lock',
  ],
  level: 'call',
  schema,
  example: 'coalesce: { key: product }\n',
  traits: () => NO_TRAITS,
  state: 'scoped',
  perEndpoint: true,
  keyed: 'inside',
  create: ({ shareErrors, window }, setup) =>
    new Coalesce(setup, new Coalescer(window, shareErrors)),
};
