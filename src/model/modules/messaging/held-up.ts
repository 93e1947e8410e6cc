import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import type { HeldUpRecord } from '../../../contracts/record/held-up.js';
import type { Offsets } from './offsets.js';

/** Shorter stops of a partition are those of any retry. */
const LEAST_NS: Ns = 1e9;

/** Records that hold up their partition: the group tries them again and again, and all records behind them wait. */
export class HeldUp {
  /** By partition: the record that fails, -1 = none, and the time of its first failure. */
  private readonly offset: Float64Array;
  private readonly since: Float64Array;
  private readonly over: HeldUpRecord[] = [];

  constructor(
    private readonly part: number,
    private readonly offsets: Offsets,
    partitions: number,
  ) {
    this.offset = new Float64Array(partitions).fill(-1);
    this.since = new Float64Array(partitions);
  }

  /** A record fails and is tried again; records of retry logs hold up no partition. */
  failed(log: number, offset: number): void {
    if (log >= this.offset.length || this.offset[log] === offset) return;
    this.offset[log] = offset;
    this.since[log] = engine.now;
  }

  /** The group is past a record. */
  passed(log: number, offset: number): void {
    if (log >= this.offset.length || this.offset[log] !== offset) return;
    if (engine.now - this.since[log] >= LEAST_NS) this.over.push(this.recordOf(log, engine.now));
    this.offset[log] = -1;
  }

  records(): readonly HeldUpRecord[] {
    const open = [...this.offset.keys()].filter(
      (log) => this.offset[log] >= 0 && engine.now - this.since[log] >= LEAST_NS,
    );
    return [...this.over, ...open.map((log) => this.recordOf(log, Infinity))];
  }

  private recordOf(log: number, untilNs: Ns): HeldUpRecord {
    const behind = this.offsets.logs[log].partition.end - this.offset[log] - 1;
    return { part: this.part, partition: log, fromNs: this.since[log], untilNs, behind };
  }
}
