import { invariant } from '../../../kernel/invariant.js';
import { fixedUnit, lineageNumber, streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Plan, PlanKey } from '../../../contracts/plan/plan.js';
import { frames } from './frames.js';
import { Zipf } from './zipf.js';
import { strands } from './strands.js';

/**
 * Values of named keys. A value is drawn by the lineage of the user request: it stays the same through the whole call
 * tree, and in every variant. Values of a sequence follow the arrivals of a workload instead.
 */
export class Keys {
  /** Whether strands must know the arrival number of their request, and their caller. */
  readonly inSequence: boolean;
  readonly byCaller: boolean;
  private readonly plan: Plan;
  private readonly pins: readonly PlanKey['pins'][];
  private readonly populations: readonly PlanKey['population'][];
  private readonly streams: readonly StreamKey[];
  /** By key; null for keys of another kind. */
  private readonly zipfs: readonly (Zipf | null)[];

  constructor(plan: Plan, replication: number) {
    this.plan = plan;
    this.populations = plan.keys.map((key) => key.population);
    this.pins = plan.keys.map((key) => key.pins);
    this.inSequence = this.populations.some(({ kind }) => kind === 'sequence');
    this.byCaller = this.populations.some(({ kind }) => kind === 'caller' || kind === 'address');
    this.zipfs = this.populations.map((own) =>
      own.kind === 'zipf' ? new Zipf(own.count, own.exponent) : null,
    );
    this.streams = plan.keys.map((key) => streamKey(plan.seed, replication, `key/${key.name}`));
  }

  /** Returns the values of a key for calls: the caller of a call is the instance that makes it. */
  ofCalls(name: string): (frame: number) => number {
    const key = this.plan.keys.findIndex((candidate) => candidate.name === name);
    invariant(key >= 0, 'a key that is read is in the plan');
    const { kind } = this.populations[key];
    // A client with its own limiter has one address.
    if (kind === 'caller' || kind === 'address') return (frame) => frames.caller[frame];
    return (frame) => this.value(key, frames.owner[frame]);
  }

  /** Value of a key for the request that a strand belongs to: an integer from 0. */
  value(key: number, strand: number): number {
    const population = this.populations[key];
    if (population.kind === 'caller') return strands.caller[strand];
    if (population.kind === 'workload') return this.workloadOf(strand);
    const pins = this.pins[key];
    if (pins !== null) {
      const pinned = pins[strands.request[strand]];
      if (pinned >= 0) return pinned;
    }
    const rootA = strands.rootA[strand];
    const rootB = strands.rootB[strand];
    if (population.kind === 'unique') return lineageNumber(rootA, rootB);
    if (population.kind === 'sequence') return strands.arrival[strand] % population.count;
    const stream = this.streams[key];
    const u = fixedUnit(stream.a, stream.b, rootA, rootB, 0);
    switch (population.kind) {
      case 'uniform':
        return Math.floor(u * population.count);
      case 'hot': {
        const { count, hotShare, hotKeys } = population;
        if (u < hotShare) return Math.floor((u / hotShare) * hotKeys);
        return Math.floor(((u - hotShare) / (1 - hotShare)) * count);
      }
      case 'zipf':
        return this.zipfs[key]!.at(u);
      case 'client':
      case 'address': {
        const workload = this.workloadOf(strand);
        const clients = population.clients[workload];
        if (clients !== Infinity) return workload * 4294967296 + Math.floor(u * clients);
        if (population.kind === 'client') return lineageNumber(rootA, rootB);
        return population.clients.length * 4294967296 + strands.caller[strand];
      }
    }
  }

  private workloadOf(strand: number): number {
    return this.plan.parts[strands.request[strand]].component;
  }
}
