import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import { IntRing } from '../../../../kernel/ring.js';
import type { LetterTransfer } from '../../../../contracts/scenario/queues.js';
import type { Deaths } from '../deaths.js';
import { DOOR } from './door.js';
import type { Entries } from './entries.js';
import type { QueueWatch } from './queue-watch.js';

/** State of a letter. */
const AT = Object.freeze({
  /** The worker has not taken it yet. */
  line: 0,
  /** On its way to the target. */
  sent: 1,
  /** The target has refused it: it is sent again when its time limit has passed. */
  refused: 2,
  /** There is no way to the target: it is sent again at the next tick. */
  unrouted: 3,
  /** The target has no leader: it is sent when there is one. */
  leaderless: 4,
  /** Confirmed, but the source has no majority that could delete it. */
  confirmed: 5,
} as const);

/** The queue whose letters a worker moves. */
export interface LetterOwner {
  /** It has no leader. */
  readonly isHalted: boolean;
  readonly watch: Pick<QueueWatch, 'offer' | 'latencyNs'>;
  /** Letters that have left it. */
  deadLettered: number;
  remove(entry: number): void;
}

/**
 * Dead letters that a queue keeps until their target confirms them.
 *
 * One worker per queue takes the oldest letters, at most `mostUnconfirmed` at a time. Letters that cannot be delivered
 * hold their places with it. A timer that runs while the worker has letters sends refused and unrouted ones again
 * (rabbitmq-server deps/rabbit/src/rabbit_fifo_dlx_worker.erl, redeliver_messages; a target without a leader is
 * retried by its client, rabbit_fifo_client.erl). A new leader of the source starts a new worker, which sends again
 * what was not confirmed.
 */
export class Letters {
  private readonly line = new IntRing();
  /** Letters that the worker has taken, oldest first. */
  private readonly taken = new IntRing();
  /** By entry: its target, the deaths of the letter, its state, and when it was sent last. */
  private target: Int32Array = new Int32Array(0);
  private deaths: Int32Array = new Int32Array(0);
  private state: Uint8Array = new Uint8Array(0);
  private sentAt: Float64Array = new Float64Array(0);
  /** Raised with each way, so that an answer on an earlier one is detected. */
  private way: Int32Array = new Int32Array(0);
  private readonly arriveOp: number;
  private readonly tickOp: number;
  /** Number of the timer that runs; odd = one runs. */
  private timer = 0;

  constructor(
    private readonly spec: LetterTransfer,
    private readonly entries: Entries,
    private readonly history: Deaths,
    private readonly owner: LetterOwner,
  ) {
    entries.slots.addColumns(this);
    this.arriveOp = engine.define('letter', (entry, way) => this.arrive(entry, way));
    this.tickOp = engine.define('letters-again', (timer) => this.tick(timer));
  }

  get length(): number {
    return this.line.length + this.taken.length;
  }

  /** A message has become a letter. */
  add(entry: number, target: number, deaths: number): void {
    invariant(target >= 0, 'a letter has a target');
    this.target[entry] = target;
    this.deaths[entry] = deaths;
    this.state[entry] = AT.line;
    this.line.push(entry);
    this.work();
  }

  /** A target has a leader again. */
  targetLed(): void {
    this.sendThose(AT.leaderless);
  }

  /** The leader of the queue is lost with its worker: nothing that was not confirmed is known to have arrived. */
  lost(): void {
    this.stopTimer();
    const { line, taken } = this;
    const later: number[] = [];
    while (line.length > 0) later.push(line.shift());
    while (taken.length > 0) this.lineUp(taken.shift());
    for (const entry of later) this.lineUp(entry);
  }

  /** The queue has a leader. */
  led(): void {
    for (const entry of this.those(AT.confirmed)) this.settle(entry);
    this.work();
  }

  private lineUp(entry: number): void {
    this.state[entry] = AT.line;
    this.way[entry]++;
    this.line.push(entry);
  }

  private work(): void {
    const { line, taken, spec } = this;
    while (taken.length < spec.mostUnconfirmed && line.length > 0 && !this.owner.isHalted) {
      const entry = line.shift();
      taken.push(entry);
      this.send(entry);
    }
    invariant(
      taken.length <= spec.mostUnconfirmed,
      'a worker takes no more letters than it may hold',
    );
    if (taken.length > 0) this.startTimer();
  }

  private send(entry: number): void {
    const { deaths, entries, history, owner, state, target } = this;
    invariant(state[entry] !== AT.sent, 'a letter is sent again after an answer');
    this.sentAt[entry] = engine.now;
    if (history.isCycle(deaths[entry], target[entry])) {
      state[entry] = AT.unrouted;
      return;
    }
    state[entry] = AT.sent;
    const way = ++this.way[entry];
    const time = owner.watch.latencyNs(target[entry], entries.message[entry]);
    engine.at(engine.now + time, PHASE.COMPLETION, this.arriveOp, entry, way, 0);
  }

  private arrive(entry: number, way: number): void {
    invariant(this.entries.slots.has(entry), 'a letter stays in the queue while it is on its way');
    if (this.way[entry] !== way) {
      // The worker that had sent it is gone: it arrives, and again when the next worker sends it.
      this.offer(entry);
      return;
    }
    invariant(this.state[entry] === AT.sent, 'a letter that arrives was sent');
    const answer = this.offer(entry);
    const { state } = this;
    if (answer === DOOR.rejected) state[entry] = AT.refused;
    else if (answer === DOOR.absent) state[entry] = AT.unrouted;
    else if (answer === DOOR.waits) state[entry] = AT.leaderless;
    else if (this.owner.isHalted) state[entry] = AT.confirmed;
    else {
      this.settle(entry);
      this.work();
    }
  }

  private offer(entry: number): number {
    const { deaths, entries, owner, target } = this;
    return owner.watch.offer(target[entry], entries.message[entry], deaths[entry]);
  }

  private settle(entry: number): void {
    invariant(this.taken.remove(entry), 'the worker has the letter that was confirmed');
    this.way[entry]++;
    if (this.taken.length === 0) this.stopTimer();
    this.owner.deadLettered++;
    this.owner.remove(entry);
  }

  private startTimer(): void {
    if (this.timer % 2 === 1) return;
    const at = engine.now + this.spec.confirmTimeoutNs;
    engine.at(at, PHASE.TIMER, this.tickOp, ++this.timer, 0, 0);
  }

  private stopTimer(): void {
    if (this.timer % 2 === 1) this.timer++;
  }

  /** The timer has fired: unrouted letters are sent again, and refused ones if they were sent long enough ago. */
  private tick(timer: number): void {
    if (timer !== this.timer) return;
    this.timer++;
    const { owner, sentAt, spec } = this;
    if (!owner.isHalted) {
      const since = engine.now - spec.confirmTimeoutNs;
      for (const entry of this.those(AT.refused)) if (sentAt[entry] <= since) this.send(entry);
      this.sendThose(AT.unrouted);
    }
    if (this.taken.length > 0) this.startTimer();
  }

  private sendThose(state: number): void {
    if (this.owner.isHalted) return;
    for (const entry of this.those(state)) this.send(entry);
  }

  /** Letters of the worker in a state, oldest first. */
  private those(state: number): readonly number[] {
    const own: number[] = [];
    for (let k = 0; k < this.taken.length; k++) {
      const entry = this.taken.get(k);
      if (this.state[entry] === state) own.push(entry);
    }
    return own;
  }
}
