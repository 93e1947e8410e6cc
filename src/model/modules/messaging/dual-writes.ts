import type { PlanDualMark } from '../../../contracts/plan/messaging.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import type { Act } from '../../data/acts.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import type { StrandWatcher } from '../../data/strands/strand-watcher.js';
import { strands } from '../../data/strands/strands.js';

const WRITTEN = 1;
const PUBLISHED = 2;

/**
 * Detects dual writes without an outbox. If the process dies between the database write and the publish, either the
 * event is lost or a ghost event reports a change that never happened.
 */
export class DualWrites implements StrandWatcher {
  /** By root strand: the halves that are done, and the life of the strand in which they were done. */
  private done: Uint8Array = new Uint8Array(0);
  private life: Int32Array = new Int32Array(0);
  /** By part id. */
  private readonly lost = new Map<number, Counter>();
  private readonly ghosts = new Map<number, Counter>();

  constructor(private readonly world: Run) {
    strands.slots.addColumns(this);
  }

  actOf({ part, half }: PlanDualMark): Act {
    const { plan, meters } = this.world;
    if (!this.lost.has(part)) {
      const subject = { component: plan.parts[part].component, part };
      this.lost.set(part, meters.counter('lostEvents', subject));
      this.ghosts.set(part, meters.counter('ghostEvents', subject));
    }
    const bit = half === 'written' ? WRITTEN : PUBLISHED;
    return {
      begin: (strand) => {
        this.mark(strand, bit);
        return OUTCOME.ok;
      },
    };
  }

  /** The process of a job has died. */
  died(job: number): void {
    const { meters } = this.world;
    if (this.life[job] !== strands.life[job]) return;
    const part = strands.part[job];
    if (this.done[job] === WRITTEN) meters.count(this.lost.get(part)!);
    if (this.done[job] === PUBLISHED) meters.count(this.ghosts.get(part)!);
  }

  private mark(strand: number, bit: number): void {
    const job = strands.jobOf(strand);
    const isNew = this.life[job] !== strands.life[job];
    this.life[job] = strands.life[job];
    this.done[job] = isNew ? bit : this.done[job] | bit;
  }
}
