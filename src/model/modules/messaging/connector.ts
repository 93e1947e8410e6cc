import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Outbox } from '../../../contracts/scenario/outbox.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Messages } from './messages.js';

/** What a connector asks of its outbox. */
interface Source {
  /** Rows that the database keeps for it have become more or fewer. */
  keeps(rows: number): void;
  /** The log has filled the disk of the database. */
  full(): void;
  /** Publishes a row; `isAgain`: it was published before. */
  send(topic: number, message: number, isAgain: boolean): void;
}

/** Numbers per row: topic and message. */
const ROW = 2;

/**
 * A connector that follows the log of a database in processes of its own, as a task of Kafka Connect does (Debezium).
 * Without one of them nothing is published. The log keeps its rows. A task that starts after a crash begins at the offset
 * that was stored last (WorkerSourceTask.commitOffsets, `offset.flush.interval.ms`), so it publishes later rows again; one
 * that was stopped has stored its offset.
 */
export class Connector {
  private readonly flushOp: number;
  /** The process that runs the task; null = none does. */
  private runner: Instance | null = null;
  /** Raised by each start of the task, so that flushes of an earlier one no longer apply. */
  private run = 0;
  /** Rows that wait for a task, and rows that were published after the last stored offset. */
  private waiting: number[] = [];
  private unstored: number[] = [];
  /** Rows after the stored offset. The slot is over once they are too many. */
  private kept = 0;
  private isOver = false;
  /** Messages that are being published again. */
  private readonly again = new Set<number>();

  constructor(
    private readonly fleet: readonly Instance[],
    private readonly messages: Messages,
    private readonly source: Source,
    private readonly spec: Pick<Outbox, 'offsetFlushNs' | 'log'>,
    name: string,
  ) {
    this.flushOp = engine.define(`${name}/offsets`, (run) => {
      if (run !== this.run || this.runner === null) return;
      this.schedule();
      this.store();
    });
    for (const instance of fleet) {
      instance.residents.push({
        died: () => {
          if (this.runner === instance) this.look();
        },
        started: () => {
          if (this.runner === null) this.look();
        },
        resumed: () => {
          if (this.runner === instance) this.drain();
        },
        closing: () => {
          if (this.runner === instance) this.store();
        },
      });
    }
    this.look();
  }

  /** A row has reached the end of the log. */
  came(topic: number, message: number): void {
    this.keep(1);
    if (this.isOver) return;
    if (this.isWorking) this.source.send(topic, message, false);
    else this.waiting.push(topic, message);
  }

  /** A row was written to its topic. Returns true if that was not the first time. */
  published(topic: number, message: number): boolean {
    if (this.again.delete(message)) return true;
    this.messages.holders[message]++;
    this.unstored.push(topic, message);
    return false;
  }

  /**
   * The log grows, or is freed up to the stored offset. PostgreSQL stops with a PANIC when its log has no room, and
   * invalidates a slot that holds back more than max_slot_wal_keep_size.
   */
  private keep(rows: number): void {
    const { log } = this.spec;
    if (log === null || this.isOver) return;
    this.kept += rows;
    invariant(this.kept >= 0, 'a row of the log is freed once');
    this.source.keeps(rows);
    if (rows < 0) return;
    if (this.kept > log.keepRows) {
      this.isOver = true;
      this.waiting = [];
      this.source.keeps(-this.kept);
      this.kept = 0;
    } else if (this.kept >= log.roomRows) {
      this.isOver = true;
      this.source.full();
    }
  }

  /** A paused task keeps its place, and reads nothing. Without its slot, or its database, it cannot go on. */
  private get isWorking(): boolean {
    if (this.isOver) return false;
    return this.runner !== null && this.runner.frozen !== FROZEN.pause;
  }

  /** Starts the task in the first process that is up. */
  private look(): void {
    this.runner = this.fleet.find(({ down }) => !down) ?? null;
    if (this.runner === null || this.isOver) return;
    this.run++;
    this.schedule();
    for (let k = 0; k < this.unstored.length; k += ROW) {
      const message = this.unstored[k + 1];
      if (this.again.has(message)) continue;
      this.again.add(message);
      this.source.send(this.unstored[k], message, true);
    }
    this.drain();
  }

  private drain(): void {
    if (!this.isWorking) return;
    const rows = this.waiting;
    this.waiting = [];
    for (let k = 0; k < rows.length; k += ROW) this.source.send(rows[k], rows[k + 1], false);
  }

  private schedule(): void {
    engine.at(engine.now + this.spec.offsetFlushNs, PHASE.TIMER, this.flushOp, this.run, 0, 0);
  }

  /** Stores the offset behind the rows that were published, up to the first that is being published again. */
  private store(): void {
    if (this.isOver) return;
    const rows = this.unstored;
    let done = 0;
    while (done < rows.length && !this.again.has(rows[done + 1])) done += ROW;
    this.keep(-done / ROW);
    for (const message of rows.splice(0, done).filter((_, k) => k % ROW === 1)) {
      invariant(this.messages.holders[message] > 0, 'a row that may be read again is kept');
      this.messages.release(message);
    }
  }
}
