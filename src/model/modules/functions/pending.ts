import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import { levels } from '../../data/figures/levels.js';
import type { ActRun } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/**
 * Requests that wait, in the order of their arrival, because all environments that may exist are full. Each waits for a
 * place for a limited time (Cloud Run, about-instance-autoscaling: maximum instances exceeded).
 */
export class Pending {
  private readonly line = new IntRing();
  private readonly gauge: number;
  private readonly lateOp: number;

  /** `late` runs when a request has waited for `mostNs`. */
  constructor(
    { meters }: ActRun,
    component: number,
    private readonly mostNs: Ns,
    late: (strand: number) => void,
  ) {
    this.gauge = meters.gauge('buffered', { component, part: -1 });
    this.lateOp = engine.define('pending-late', (strand, stamp) => {
      if (strands.stamp[strand] === stamp && this.remove(strand)) late(strand);
    });
  }

  add(strand: number): void {
    this.line.push(strand);
    levels.add(this.gauge, 1);
    const at = engine.now + this.mostNs;
    engine.at(at, PHASE.TIMER, this.lateOp, strand, strands.stamp[strand], 0);
  }

  /** Returns false if it does not wait. */
  remove(strand: number): boolean {
    if (!this.line.remove(strand)) return false;
    levels.add(this.gauge, -1);
    return true;
  }

  /** Takes the request that has waited longest; -1 = none waits. */
  take(): number {
    const strand = this.line.peek();
    if (strand < 0) return -1;
    invariant(strands.alive(strand), 'a request that waits for a place has not ended');
    this.remove(strand);
    return strand;
  }
}
