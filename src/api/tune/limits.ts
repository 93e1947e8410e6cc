import type { FullLimit } from '../../analysis/tune.js';
import type { LoadedResource } from '../../contracts/result/headroom.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Move } from '../../scenario/tuning/moves.js';
import { sizeOf } from '../../scenario/tuning/range.js';
import { placesIn } from './near.js';
import type { Moves } from './smallest.js';

/** A limit that is full in some runs, and the changes that raise it, in the order in which they are tried. */
export interface Raisable {
  readonly limit: string;
  /** What it has by what is needed of it. */
  readonly factor: number;
  readonly moves: Moves;
}

/** Ends of the paths with which a component, or its calls, have more of a resource. More instances come last. */
const INSTANCES = [/\.replicas$/, /\.autoscaling\.min$/, /\.autoscaling\.max$/];
const CONCURRENCY = /\.concurrency$/;
const SHARES = /\.(partitions|shards)$/;
const SETTINGS: Readonly<Record<LoadedResource, readonly RegExp[]>> = {
  workers: [CONCURRENCY, ...INSTANCES],
  cores: [/\.cpu(\.cores)?$/, /^functions\.[^.]+\.memory$/, ...INSTANCES],
  connections: [/\.pools?\..*(maxOpen|[pP]oolSize)$/, /\.maxConnections$/, ...INSTANCES],
  concurrency: [/\.(reserved|maxConcurrency)$/, /^functions\.[^.]+\.memory$/],
  consumers: [CONCURRENCY, SHARES, ...INSTANCES],
  segments: [CONCURRENCY, /\.batchSize$/],
  relay: [/\.outbox\.batchSize$/],
  memory: [/\.memory\.limit$/, ...INSTANCES],
  permits: [/\.(bulkhead|concurrencyLimit)\.[^.]+$/],
  rate: [/\.rateLimit\.[^.]+$/],
  readUnits: [SHARES],
  writeUnits: [SHARES],
  bandwidth: [],
  lock: [],
};

/** Full limits with the changes that raise them, as far as they need, of those that may be made. */
export function raisable(
  limits: readonly FullLimit[],
  moves: Moves,
  plan: Plan,
): readonly Raisable[] {
  const placesAt = placesIn(plan);
  return limits.flatMap(({ component, resource, of, factor }): Raisable[] => {
    const own = SETTINGS[resource].flatMap((end) =>
      moves.filter((move) => {
        const at = placesAt(move.path);
        const isThere = at.has(component) || (of !== null && at.has(of));
        return isThere && end.test(move.path) && isMore(move);
      }),
    );
    const raising = own.map((move) => far(move, 1 / factor));
    if (raising.length === 0) return [];
    return [{ limit: `${component} ${resource} ${of ?? ''}`, factor, moves: raising }];
  });
}

/** Whether a change is a larger number. */
function isMore({ before, value }: Move): boolean {
  const number = (node: typeof before): number =>
    node?.type === 'scalar' ? Number.parseFloat(String(node.value)) : NaN;
  return value !== null && number(value) > number(before);
}

/** The first change in a direction that goes as far as is needed. */
function far(move: Move, needed: number): Move {
  return move.stronger === undefined || sizeOf(move) >= needed ? move : far(move.stronger, needed);
}
