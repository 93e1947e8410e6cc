import { invariant } from '../../../../kernel/invariant.js';
import type { Outcome } from '../../../../contracts/outcome.js';
import type { PlanConsumer } from '../../../../contracts/plan/queues.js';
import type { Instance } from '../../../data/instances/instance.js';
import type { Registry } from '../../../data/registry.js';
import type { Run } from '../../../data/run.js';
import { Guards, LEAVE } from '../guards.js';
import type { Channel } from './channel.js';
import type { Deliveries } from './deliveries.js';
import type { DispatchPort } from './dispatch-port.js';
import { sendBack, staysInHand } from './in-hand.js';

/** Operations on handler runs that start late or go back to the queue. */
export interface Runs {
  start(channel: Channel, run: number): void;
  startAll(channel: Channel): void;
  /** The wait of a run is over. */
  again(run: number): void;
  /** True if the process of the run has died. */
  isOver(run: number): boolean;
  /** Returns the messages of a run to the queue. */
  giveBack(run: number): void;
  letGo(run: number): void;
}

/** The policies around the handlers of a queue, and the pauses of its channels. */
export class Pausing {
  /** By consumer. */
  private readonly guards: readonly (Guards | null)[];
  private readonly deliveries: Deliveries = this.dispatch.deliveries;

  constructor(
    private readonly world: Run,
    registry: Registry,
    private readonly dispatch: DispatchPort,
    private readonly runs: Runs,
  ) {
    this.guards = dispatch.queue.spec.consumers.map((spec) => this.guardsOf(spec, registry));
  }

  /** True if the policies admit a run; otherwise it waits for its permit, or its channel pauses. */
  lets(channel: Channel, run: number): boolean {
    const guards = this.guards[channel.consumer];
    if (guards === null) return true;
    const { index, instance } = channel;
    const answer = guards.ask(run, index, instance, 0);
    if (answer !== LEAVE.pause) return answer === LEAVE.go;
    if (!channel.paused) {
      channel.paused = true;
      this.dispatch.pause(channel);
      guards.pause(index, instance);
    }
    if (staysInHand(this.dispatch, run)) channel.held.push(run);
    else {
      this.runs.giveBack(run);
      channel.busy--;
      invariant(channel.busy >= 0, 'a run that is sent back frees its handler');
      sendBack(this.dispatch, channel);
    }
    return false;
  }

  /** True if a delivery must go back because its channel was paused while it was on its way. */
  refuses(channel: Channel, delivery: number): boolean {
    return channel.paused && !staysInHand(this.dispatch, delivery);
  }

  ended(channel: Channel, run: number, outcome: Outcome): void {
    this.guards[channel.consumer]?.ended(run, channel.instance, outcome);
  }

  /** The process of a run has died. */
  dropped(channel: Channel, run: number): void {
    this.guards[channel.consumer]?.dropped(run, channel.instance);
  }

  /** The process of a channel has died with its deliveries. */
  died(channel: Channel): void {
    const { held, index, instance } = channel;
    const guards = this.guards[channel.consumer];
    if (guards === null) return;
    if (channel.paused) this.unpause(channel);
    while (held.length > 0) this.runs.letGo(held.shift());
    for (let own = channel.first; own >= 0; own = this.deliveries.after[own]) {
      guards.dropped(own, instance);
    }
    guards.left(index, instance);
  }

  /** The process of an instance has died with all its channels. */
  instanceDied(instance: Instance, consumer: number): void {
    this.guards[consumer]?.died(instance);
  }

  /** The breaker lets the channel resume: held runs start first, then new messages. */
  private resume(channel: Channel): void {
    if (!channel.paused) return;
    this.unpause(channel);
    const { held } = channel;
    for (let k = held.length; k > 0 && !channel.paused; k--) {
      const run = held.shift();
      if (!this.runs.isOver(run)) this.runs.start(channel, run);
    }
    if (channel.paused) return;
    this.runs.startAll(channel);
    this.dispatch.resume(channel);
  }

  private unpause(channel: Channel): void {
    invariant(channel.paused, 'a channel resumes once');
    channel.paused = false;
    this.guards[channel.consumer]!.resumed();
  }

  private guardsOf({ part, handler, spec }: PlanConsumer, registry: Registry): Guards | null {
    const { policy } = spec;
    if (policy === null) return null;
    const { world, dispatch, runs } = this;
    const holder = dispatch.queue.spec.component;
    const service = world.plan.parts[handler].component;
    const again = (run: number): void => runs.again(run);
    const resume = (index: number): void => this.resume(dispatch.channels[index]);
    return new Guards({ world, registry, policy, holder, part, service, again, resume });
  }
}
