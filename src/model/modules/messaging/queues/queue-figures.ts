import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Age, Counter } from '../../../data/figures/meters.js';
import type { Run } from '../../../data/run.js';
import type { Messages } from '../messages.js';
import type { Entries } from './entries.js';

/** The metrics of a queue. */
export class QueueFigures {
  /** Gauges: all unsettled messages, and how many are in each state. */
  readonly lag: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Messages that stay stored without a delivery; -1 = the queue keeps none. */
  readonly spent: number;
  /** Dead letters that their target has not confirmed; -1 = the queue keeps none. */
  readonly letters: number;
  readonly age: Age;
  readonly redelivered: Counter;
  readonly deadLettered: Counter;
  readonly expired: Counter;
  readonly dropped: Counter;
  readonly lost: Counter;

  private readonly meters: Run['meters'];

  constructor(
    { meters }: Run,
    { component, part, rules }: PlanQueue,
    private readonly entries: Entries,
    private readonly messages: Messages,
  ) {
    this.meters = meters;
    const subject = { component, part };
    this.lag = meters.gauge('lag', subject);
    this.ready = meters.gauge('ready', subject);
    this.inFlight = meters.gauge('inFlight', subject);
    this.delayed = meters.gauge('delayed', subject);
    this.spent = rules.keepsSpent ? meters.gauge('spent', subject) : -1;
    this.letters = rules.letterTransfer === null ? -1 : meters.gauge('unconfirmed', subject);
    this.age = meters.age('age', subject);
    this.redelivered = meters.counter('redeliveries', subject);
    this.deadLettered = meters.counter('deadLettered', subject);
    this.expired = meters.counter('expired', subject);
    this.dropped = meters.counter('dropped', subject);
    this.lost = meters.counter('lostEffects', subject);
  }
  /** The oldest entry is another one now; -1 = there is none. */
  turnAge(oldest: number): void {
    const { message } = this.entries;
    const since = oldest < 0 ? Infinity : this.messages.published[message[oldest]];
    this.meters.turn(this.age, since);
  }
}
