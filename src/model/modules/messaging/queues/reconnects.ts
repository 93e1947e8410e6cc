import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { Channel } from './channel.js';

/** The queue of the channels. */
interface Connecting {
  readonly channels: readonly Channel[];
  readonly queue: {
    readonly isHalted: boolean;
    readonly spec: { readonly rules: { readonly reconnectNs: number } };
  };
  /** Deliveries to the channel begin. */
  resume(channel: Channel): void;
}

/**
 * Connects consumers again that have lost the leader of their queue: at once, or at whole intervals until it has a
 * leader (rabbitmq-java-client AutorecoveringConnection.java, recoverConnection).
 */
export class Reconnects {
  private readonly op: number = engine.define('consumer-connect', (index, epoch) => {
    const channel = this.queue.channels[index];
    // A process that has started meanwhile has connected itself.
    if (channel.epoch !== epoch) return;
    if (this.queue.queue.isHalted) this.begin(channel);
    else this.connect(channel);
  });

  constructor(private readonly queue: Connecting) {}

  /** A channel is closing: its client has lost its connection, or has tried in vain. */
  begin(channel: Channel): void {
    const { reconnectNs } = this.queue.queue.spec.rules;
    if (reconnectNs === 0) this.connect(channel);
    else engine.at(engine.now + reconnectNs, PHASE.TIMER, this.op, channel.index, channel.epoch, 0);
  }

  private connect(channel: Channel): void {
    channel.closing = false;
    this.queue.resume(channel);
  }
}
