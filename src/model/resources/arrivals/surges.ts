import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { log, exp } from '../../../kernel/math.js';
import { PHASE } from '../../../kernel/phase.js';
import { derive, lineage, streamKey, unit, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Run } from '../../data/run.js';

/** Extra requests that faults add to one workload. */
interface Source {
  readonly lineage: StreamKey;
  readonly gaps: StreamKey;
  readonly herdLineage: StreamKey;
  readonly herdTimes: StreamKey;
  readonly stopNs: Ns;
  /** Per second, of all active faults. */
  rate: number;
  stamp: number;
  arrivals: number;
  herded: number;
}

/** A herd: clients that arrive within a limited time. */
interface Herd {
  readonly load: number;
  readonly endNs: Ns;
  left: number;
}

/**
 * Arrivals that faults add to a workload: at a rate, or as a herd of clients within a limited time. They have their own
 * lineages, so the workload's own requests do not change.
 */
export class Surges {
  private readonly open: (load: number, a: number, b: number) => void;
  private readonly sources: readonly Source[];
  private readonly herds: Herd[] = [];
  private readonly arriveOp: number;
  private readonly herdOp: number;

  constructor(world: Run, open: (load: number, a: number, b: number) => void) {
    this.open = open;
    const { plan, replication } = world;
    this.arriveOp = engine.define('surge', (load, stamp) => this.arrive(load, stamp));
    this.herdOp = engine.define('herd', (herd) => this.comes(herd));
    this.sources = plan.loads.map(({ component, stopNs }) => {
      const { name } = plan.components[component]!;
      const key = (meaning: string): StreamKey =>
        streamKey(plan.seed, replication, `workload/${name}/${meaning}`);
      return {
        lineage: key('surge'),
        gaps: key('surge/arrivals'),
        herdLineage: key('herd'),
        herdTimes: key('herd/arrivals'),
        stopNs,
        rate: 0,
        stamp: 0,
        arrivals: 0,
        herded: 0,
      };
    });
  }

  /** Sets the rate of extra arrivals. A Poisson process is memoryless, so its gap is drawn again. */
  setRate(load: number, rate: number): void {
    const source = this.sources[load]!;
    if (rate === source.rate) return;
    source.rate = rate;
    source.stamp++;
    this.scheduleNext(load, source);
  }

  /** Sends a number of clients from now on within a time, each at a uniformly random instant. */
  gather(load: number, clients: number, withinNs: Ns): void {
    const { now } = engine;
    const herd = this.herds.push({ load, endNs: now + withinNs, left: clients }) - 1;
    this.scheduleHerd(herd);
  }

  private arrive(load: number, stamp: number): void {
    const source = this.sources[load]!;
    if (source.stamp !== stamp) return;
    derive(source.lineage.a, source.lineage.b, source.arrivals++);
    this.open(load, lineage.a, lineage.b);
    invariant(engine.now < source.stopNs, 'a surge sends nothing after its load has stopped');
    this.scheduleNext(load, source);
  }

  private scheduleNext(load: number, source: Source): void {
    invariant(source.rate >= 0, 'faults that are over take back what they added');
    if (source.rate <= 0) return;
    const u = unit(source.gaps.a, source.gaps.b, source.arrivals, source.stamp, 0);
    const at = engine.now + Math.round((-log(u) * NS_PER_SECOND) / source.rate);
    if (at < source.stopNs) engine.at(at, PHASE.ARRIVAL, this.arriveOp, load, source.stamp, 0);
  }

  private comes(index: number): void {
    const { load } = this.herds[index]!;
    const source = this.sources[load]!;
    derive(source.herdLineage.a, source.herdLineage.b, source.herded++);
    this.open(load, lineage.a, lineage.b);
    this.scheduleHerd(index);
  }

  /** Schedules the next client: the earliest of the remaining uniform instants in the remaining time. */
  private scheduleHerd(index: number): void {
    const herd = this.herds[index]!;
    if (herd.left === 0) return;
    const { herdTimes, herded, stopNs } = this.sources[herd.load]!;
    invariant(engine.now <= herd.endNs, 'a herd has come when its time is over');
    const u = unit(herdTimes.a, herdTimes.b, herded, index, 0);
    const share = 1 - exp(log(u) / herd.left);
    const at = engine.now + Math.floor((herd.endNs - engine.now) * share);
    herd.left--;
    if (at < stopNs) engine.at(at, PHASE.ARRIVAL, this.herdOp, index, 0, 0);
  }
}
