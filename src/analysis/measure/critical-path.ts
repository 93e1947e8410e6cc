import type { Ns } from '../../kernel/time.js';
import type { PathKind } from '../../contracts/result/path.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { TraceTree, Wait } from './trace-tree.js';

/** Gets each part of a path: its kind, the part or measured edge it belongs to, and its length. */
export type TakePart = (kind: PathKind, subject: number, lengthNs: Ns) => void;

/**
 * Walks the critical path of requests back from their ends. An execution waited last for the attempt that ended last,
 * before that for the one that ended last before this one was called, and so on; all other time is its own. Attempts
 * that end later than the execution that made them, or overlap a later one, are not on the path. The parts of a request
 * add up to its latency in whole ns, because each step passes its remaining time on to the next.
 */
export class CriticalPath {
  constructor(
    private readonly tree: TraceTree,
    /** By measured edge: whether its calls wait for a connection. */
    private readonly pooled: readonly boolean[],
    private readonly take: TakePart,
  ) {}

  /** All parts of a request. */
  request(row: number): void {
    this.execution(row, this.tree.traces.called[row], this.tree.rootEnd(row), false);
  }

  /** The parts of an attempt from when it was sent until its caller was done with it, at the latest at a time. */
  attempt(row: number, untilNs: Ns): void {
    const { sent, arrived, begun, ended, answered, edge } = this.tree.traces;
    const endNs = Math.min(this.tree.endOf(row), untilNs);
    const reached = (at: Ns): Ns => (at < 0 ? endNs : Math.min(at, endNs));
    const arrivedNs = reached(arrived[row]);
    this.add('network', edge[row], arrivedNs - sent[row]);
    if (arrivedNs === endNs) return;
    // Without a worker it was refused, or got the response to another request.
    const begunNs = begun[row] < 0 ? reached(ended[row]) : reached(begun[row]);
    this.add('queue', this.tree.traces.part[row], begunNs - arrivedNs);
    if (begunNs === endNs) return;
    const endedNs = begun[row] < 0 ? begunNs : reached(ended[row]);
    // Work that goes on after its response is no reason to wait.
    const isAnswered = answered[row] >= 0 && answered[row] <= endNs;
    const isCut = !isAnswered && (ended[row] < 0 || ended[row] > endNs);
    if (begun[row] >= 0) this.execution(row, begunNs, endedNs, isCut);
    this.add('network', edge[row], endNs - endedNs);
  }

  private execution(row: number, fromNs: Ns, untilNs: Ns, isCut: boolean): void {
    const { part } = this.tree.traces;
    let at = untilNs;
    for (const wait of this.tree.waits(row, untilNs, isCut)) {
      if (wait.untilNs > at || wait.fromNs < fromNs || wait.fromNs >= wait.untilNs) continue;
      this.add('own', part[row], at - wait.untilNs);
      this.waited(wait);
      at = wait.fromNs;
    }
    this.add('own', part[row], at - fromNs);
  }

  private waited({ row, fromNs, untilNs, isOpening }: Wait): void {
    const { sent, edge, attempt } = this.tree.traces;
    const stat = edge[row];
    if (isOpening) {
      this.add('connection', stat, untilNs - fromNs);
      return;
    }
    const sentNs = sent[row] < 0 ? untilNs : Math.min(sent[row], untilNs);
    const before = attempt[row] > 1 ? 'retries' : this.pooled[stat] ? 'connection' : 'policies';
    this.add(before, stat, sentNs - fromNs);
    if (sentNs < untilNs) this.attempt(row, untilNs);
  }

  private add(kind: PathKind, subject: number, lengthNs: Ns): void {
    if (lengthNs > 0) this.take(kind, subject, lengthNs);
  }
}

/** By measured edge: whether its calls wait for a connection of a pool. */
export function pooledEdges({ edges, statEdges }: Plan): readonly boolean[] {
  const pooled = statEdges.map(() => false);
  for (const { stat, pool, connections } of edges) {
    if (pool !== null || connections !== null) pooled[stat] = true;
  }
  return pooled;
}
