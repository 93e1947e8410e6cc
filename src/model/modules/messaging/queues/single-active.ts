import type { Channel } from './channel.js';

/**
 * One consumer of a queue gets messages, and the next one in the order of registration when its channel closes or its
 * subscription is cancelled (rabbitmq-server deps/rabbit/src/rabbit_queue_consumers.erl, activate_next_consumer).
 */
export class SingleActive {
  /** The active channel; one that is gone marks the place from which the next one is looked for. */
  private current = -1;

  /** True if a channel gets messages. The first one that asks while none is active does. */
  allows(channel: Channel, channels: readonly Channel[]): boolean {
    if (this.isVacant(channels)) this.current = channel.index;
    return this.current === channel.index;
  }

  /** The channels that may become active, in their order; none while one is active. */
  candidates(channels: readonly Channel[]): readonly Channel[] {
    if (!this.isVacant(channels)) return [];
    return [...channels.slice(this.current + 1), ...channels.slice(0, this.current + 1)];
  }

  private isVacant(channels: readonly Channel[]): boolean {
    if (this.current < 0) return true;
    const { instance, leaving, paused, closing } = channels[this.current];
    return instance.down || leaving || paused || closing;
  }
}
