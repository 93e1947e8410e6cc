import { OP } from '../../contracts/plan/program.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { picked } from '../measure/gauges.js';
import type { Link } from './links.js';
import type { Mechanism } from './mechanism.js';
import { poolCapacities, poolPick } from '../measure/client-pools.js';
import { SATURATED } from './saturation.js';
import { meanLevels, type Steps } from '../measure/steps.js';
import { selectStats } from '../measure/subjects.js';
import type { ComponentEdge, VariantData } from '../measure/variant-data.js';
import { formatCount } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** Connections from a component to a database that its transactions hold while they call other components. */
export interface HeldPool {
  readonly caller: number;
  readonly owner: number;
  readonly database: string;
  /** Measured edges of the calls made inside the transactions. */
  readonly stats: ReadonlySet<number>;
  /** By step; Infinity if unlimited. */
  readonly sizes: Float64Array;
  /** Connections in use and calls that wait for one, by step. */
  readonly used: Float64Array;
  readonly waiting: Float64Array;
}

/** Fewest steps without a free connection; fewer are chance. */
const FULL_STEPS = 2;

/** The pools of one run whose transactions call other components before they commit. */
export function heldPoolsOf(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
): readonly HeldPool[] {
  const calls = callsInTransactions(data.plan);
  return data.edges.flatMap((edge) => {
    const stats = calls.get(`${edge.from} ${edge.to}`);
    return stats === undefined ? [] : poolOf(data, record, steps, edge, stats);
  });
}

function poolOf(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  edge: ComponentEdge,
  stats: ReadonlySet<number>,
): readonly HeldPool[] {
  const asked = { data, selection: selectStats(edge.stats, data) };
  const sizes = poolCapacities(asked, record, steps);
  const levels = (kind: 'used' | 'waiting'): Float64Array =>
    meanLevels(picked(record, poolPick(asked, kind)), steps);
  const database = data.plan.components[edge.to].name;
  const used = levels('used');
  return [
    { caller: edge.from, owner: edge.to, database, stats, sizes, used, waiting: levels('waiting') },
  ];
}

/** Measured edges that are called between begin and commit of a transaction, by `caller database`. */
function callsInTransactions({ program, edges, parts }: Plan): ReadonlyMap<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  const open: string[] = [];
  const { code } = program;
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    const [op, a] = code.subarray(at, at + 2);
    if (op === OP.BEGIN)
      open.push(`${parts[edges[a].from].component} ${parts[edges[a].to].component}`);
    else if (op === OP.COMMIT) open.pop();
    else if (op === OP.CALL) {
      for (const key of open) {
        const { stat, to } = edges[a];
        if (key.endsWith(` ${parts[to].component}`)) continue;
        found.set(key, (found.get(key) ?? new Set()).add(stat));
      }
    }
  }
  return found;
}

/** True if a link has calls that are made inside transactions, which hold a pool's connections and their row locks. */
export function isInside({ caller, stats }: HeldPool, link: Link): boolean {
  return caller === link.caller.component && link.stats.some((stat) => stats.has(stat));
}

/**
 * The mechanism by which the calls of a link hold their caller's connections, if none is free in steps [from, until).
 */
export function heldBy(
  pools: readonly HeldPool[],
  link: Link,
  from: number,
  until: number,
): Mechanism | null {
  for (const pool of pools) {
    if (!isInside(pool, link) || !(pool.sizes[from] > 0)) continue;
    const full = Array.from({ length: until - from }, (_, i) => from + i).filter(
      (step) => pool.used[step] >= SATURATED * pool.sizes[step] && pool.waiting[step] >= 1,
    );
    if (full.length < FULL_STEPS) continue;
    const size = Math.round(pool.sizes[full[0]]);
    const held = Math.min(size, Math.max(...full.map((step) => link.inFlight[step])));
    const of = `${formatCount(held)} of ${plural(size, 'connection')} to ${pool.database}`;
    return {
      mechanism: 'heldConnections',
      share: held / size,
      text: `${of} are held by calls to ${link.callee.name}`,
    };
  }
  return null;
}
