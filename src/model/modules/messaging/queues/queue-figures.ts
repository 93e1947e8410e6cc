import { invariant } from '../../../../kernel/invariant.js';
import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Age, Counter } from '../../../data/figures/meters.js';
import { levels } from '../../../data/figures/levels.js';
import type { Run } from '../../../data/run.js';
import type { Messages } from '../messages.js';
import type { Deliveries } from './deliveries.js';
import type { Entries } from './entries.js';

/** The metrics of a queue. */
export class QueueFigures {
  /** Gauges: all unsettled messages, those of them that no handler works on, and how many are in each state. */
  private readonly lag: number;
  private readonly waiting: number;
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
    this.waiting = meters.gauge('waiting', subject);
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

  /** A message comes to the queue. */
  came(): void {
    levels.add(this.lag, 1);
    levels.add(this.waiting, 1);
  }

  /** The message of an entry leaves the queue, also while a handler works on it. */
  left(entry: number): void {
    levels.add(this.lag, -1);
    if (this.entries.works[entry] === 0) levels.add(this.waiting, -1);
  }

  /** A handler begins (1) or ends (-1) to work on the messages of a run, which the queue may have removed. */
  worked({ entry, life, inRun }: Deliveries, run: number, by: 1 | -1): void {
    const { works } = this.entries;
    for (let own = run; own >= 0; own = inRun[own]) {
      const at = entry[own];
      if (!this.entries.isHere(at, life[own])) continue;
      works[at] += by;
      invariant(works[at] >= 0, 'a handler ends work on a message that it has begun');
      if (works[at] === (by > 0 ? 1 : 0)) levels.add(this.waiting, -by);
    }
  }

  /** The oldest entry is another one now; -1 = there is none. */
  turnAge(oldest: number): void {
    const { message } = this.entries;
    const since = oldest < 0 ? Infinity : this.messages.published[message[oldest]];
    this.meters.turn(this.age, since);
  }
}
