import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import { FROZEN } from '../../../data/instances/process.js';
import type { DispatchPort } from './dispatch-port.js';

/**
 * Heartbeats of consumers, which extend the time until their deliveries time out, as long as their process runs (bbc
 * sqs-consumer src/consumer.ts, heartbeatInterval; the timer of a paused process fires when it goes on), up to a limit
 * since the receive (azure-sdk-for-net ReceiverManager.cs, MaxAutoLockRenewalDuration; Amazon SQS, ChangeMessageVisibility:
 * 12 hours).
 */
export class Renewals {
  /** Deliveries whose heartbeat came while their process was paused. */
  private missed: number[] = [];
  private readonly beatOp: number = engine.define('delivery-heartbeat', (delivery) =>
    this.beat(delivery),
  );

  constructor(private readonly dispatch: DispatchPort) {
    const look = (): void => {
      const { missed } = this;
      this.missed = [];
      for (const delivery of missed) this.beat(delivery);
    };
    for (const instance of new Set(dispatch.channels.map((channel) => channel.instance))) {
      instance.residents.push({ died: look, started: () => undefined, resumed: look });
    }
  }

  /** A consumer has received a message. */
  begin(delivery: number): void {
    const { channels, deliveries } = this.dispatch;
    const { heartbeatLimitNs } = channels[deliveries.channel[delivery]].spec.spec;
    deliveries.renewedUntil[delivery] = engine.now + heartbeatLimitNs;
    this.next(delivery);
  }

  private next(delivery: number): void {
    const { channels, deliveries } = this.dispatch;
    const everyNs = channels[deliveries.channel[delivery]].spec.spec.heartbeatIntervalNs;
    if (everyNs === null || engine.now + everyNs >= deliveries.renewedUntil[delivery]) return;
    invariant(deliveries.over[delivery] === 0, 'a consumer extends a message that it still holds');
    deliveries.pin(delivery);
    engine.at(engine.now + everyNs, PHASE.TIMER, this.beatOp, delivery, 0, 0);
  }

  private beat(delivery: number): void {
    const { channels, deliveries, queue } = this.dispatch;
    const isHeld = deliveries.over[delivery] === 0 && deliveries.dead[delivery] === 0;
    const { instance } = channels[deliveries.channel[delivery]];
    if (isHeld && instance.frozen === FROZEN.pause) {
      this.missed.push(delivery);
      return;
    }
    const entry = deliveries.entry[delivery];
    // Another receive has replaced the receipt, or the message is visible or deleted.
    if (isHeld && queue.entries.isHeld(entry, deliveries.stamp[delivery])) {
      queue.deliveries.extend(entry, queue.spec.rules.inFlightNs);
      this.next(delivery);
    }
    deliveries.unpin(delivery);
  }
}
