import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { PlanProjection } from '../../../contracts/plan/stores.js';
import type { Projection } from '../../../contracts/scenario/projections.js';
import type { Durations } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import type { Segments } from './segments.js';
import { sink } from '../../data/figures/sink.js';

/** A read model that is rebuilt. */
interface Rebuilt {
  readonly spec: PlanProjection;
  readonly segments: Segments | null;
}

/** All events of the source of a projection. */
export interface Replayable {
  readonly total: number;
  replayed?(): void;
}

/**
 * Rebuilds a read model from all events at its own rate, then from the events that arrived meanwhile, until none is
 * left. Offline, the view is unavailable until then; side by side, the old view remains in use.
 */
export class Rebuild {
  private readonly took: Durations;
  private readonly turnOp: number;
  private began: Ns = -1;
  private cell = -1;
  /** Events in the new view, including the current portion. */
  private rebuilt = 0;

  constructor(
    private readonly world: Run,
    private readonly model: Rebuilt,
    private readonly log: Replayable,
    private readonly spec: NonNullable<Projection['rebuild']>,
  ) {
    const { component } = model.spec;
    this.took = world.meters.durations('catchUp', { component, part: -1 });
    this.turnOp = engine.define('rebuild', (to) => this.turn(to));
    const { plan } = world;
    const startOp = engine.define('rebuild-start', () => this.start());
    engine.at(plan.warmupNs + spec.atNs, PHASE.TIMER, startOp, 0, 0, 0);
  }

  /** True while the view cannot be read. */
  get isOffline(): boolean {
    return this.began >= 0 && this.spec.mode === 'offline';
  }

  private start(): void {
    this.began = engine.now;
    this.log.replayed?.();
    this.cell = sink.cell;
    if (this.spec.mode === 'offline') this.model.segments!.halted = true;
    this.next();
  }

  /** Replays all events that exist now and are not in the new view. */
  private next(): void {
    const { total } = this.log;
    invariant(total >= this.rebuilt, 'a replay reads forward');
    const takes = Math.ceil(((total - this.rebuilt) / this.spec.rate) * NS_PER_SECOND);
    this.rebuilt = total;
    engine.at(engine.now + takes, PHASE.COMPLETION, this.turnOp, 0, 0, 0);
  }

  private turn(_to: number): void {
    invariant(this.began >= 0, 'a rebuild ends that was begun');
    if (this.log.total > this.rebuilt) {
      this.next();
      return;
    }
    const { meters } = this.world;
    meters.took(this.took, this.cell, engine.now - this.began);
    this.began = -1;
    this.model.segments!.passAll();
    this.model.segments!.resume();
  }
}
