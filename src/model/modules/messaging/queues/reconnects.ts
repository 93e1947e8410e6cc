import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import type { Channel } from './channel.js';
import type { QueuePlacement } from './placement.js';

/** The queue of the channels. */
interface Connecting {
  readonly channels: readonly Channel[];
  readonly queue: {
    readonly isHalted: boolean;
    readonly placement: QueuePlacement | null;
    readonly spec: { readonly rules: { readonly reconnectNs: number } };
  };
  /** Its deliveries go back. */
  close(channel: Channel): void;
  /** Deliveries to the channel begin. */
  resume(channel: Channel): void;
}

/**
 * Connects consumers to the nodes of a broker, and again after a lost node: at once, or at whole intervals until their
 * queue has a leader (rabbitmq-java-client AutorecoveringConnection.java, recoverConnection).
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

  /** Connects a channel to a node: consumers take turns over the nodes, as behind a load balancer. */
  join(channel: Channel): void {
    channel.node = this.queue.queue.placement?.nodeFor(channel.place) ?? -1;
  }

  /** Closes the channels that the loss of a node ends. */
  lose(home: QueuePlacement, node: number, isLeader: boolean): void {
    for (const channel of this.queue.channels) {
      if (channel.instance.down || channel.closing) continue;
      if (!home.loses(channel.node, node, isLeader)) continue;
      channel.closing = true;
      this.queue.close(channel);
      this.begin(channel);
    }
  }

  /** A channel is closing: its client has lost its connection, or has tried in vain. */
  private begin(channel: Channel): void {
    const { reconnectNs } = this.queue.queue.spec.rules;
    if (reconnectNs === 0) this.connect(channel);
    else engine.at(engine.now + reconnectNs, PHASE.TIMER, this.op, channel.index, channel.epoch, 0);
  }

  private connect(channel: Channel): void {
    channel.closing = false;
    this.join(channel);
    this.queue.resume(channel);
  }
}
