/** A queue that has dead-lettered a message, and whether a consumer had rejected it there. */
interface Death {
  readonly queue: number;
  readonly isRejected: boolean;
}

/**
 * The deaths of messages, latest first, as RabbitMQ keeps them in the header `x-death`: one for each queue and cause.
 * A message has the number of its list, 0 without a death.
 */
export class Deaths {
  private readonly lists: (readonly Death[])[] = [[]];
  private readonly numbers = new Map<string, number>();

  /** The list of a message that dies once more. */
  after(list: number, queue: number, isRejected: boolean): number {
    const others = this.lists[list].filter(
      (death) => death.queue !== queue || death.isRejected !== isRejected,
    );
    const deaths = [{ queue, isRejected }, ...others];
    const key = deaths.map((death) => `${death.queue}${death.isRejected ? '!' : ''}`).join(' ');
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.lists.push(deaths) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }

  /**
   * Whether a message would come back to a queue without a rejection on the whole way: RabbitMQ drops it then
   * (rabbitmq-server deps/rabbit/src/rabbit_dead_letter.erl, is_cycle).
   */
  isCycle(list: number, target: number): boolean {
    const deaths = this.lists[list];
    const at = deaths.findIndex(({ queue }) => queue === target);
    return at >= 0 && deaths.slice(0, at + 1).every(({ isRejected }) => !isRejected);
  }
}
