import type { Ns } from '../../kernel/time.js';
import { kindIndex, OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import {
  BLAME_KINDS,
  type Blame,
  type BlameKind,
  type BlamePart,
} from '../../contracts/result/blame.js';
import type { PathKind } from '../../contracts/result/path.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { isBreakerLayer } from './breakers.js';
import { CriticalPath, pooledEdges } from './critical-path.js';
import { sumOf } from '../../stats/sums.js';
import { Holders } from './holders.js';
import { inCommonOf } from './in-common.js';
import { arrivedOf, finishedOf, succeededOf, sumOutcomes, sumParts } from './sums.js';
import { TraceTree } from './trace-tree.js';
import { byCodeUnit } from '../../text/order.js';
import type { VariantData } from './variant-data.js';

/** A place at which a request fails: a component, or a measured edge. */
interface Origin {
  readonly kind: BlameKind;
  readonly subject: number;
}

/** Failed requests of users and where they begin to fail. */
export function blameOf(data: VariantData): Blame {
  const counts = data.records.map((record) => sumParts(record, data.requests, data.whole.cells));
  const failed = sumOf(counts.map((run) => finishedOf(run) - succeededOf(run)));
  const arrived = sumOf(counts.map((run) => arrivedOf(run)));
  const runs = data.records.length;
  const common = inCommonOf(data);
  const origins = data.records.flatMap((record) => new Origins(data, record).all());
  return {
    failed: failed / runs,
    outage: arrived > 0 ? (failed / arrived) * (data.whole.lengthNs / 1e9) : null,
    sampled: origins.length,
    parts: sharesOf(data.plan, origins),
    ...(common !== null && { inCommon: common }),
  };
}

function sharesOf(plan: Plan, origins: readonly Origin[]): readonly BlamePart[] {
  const counts = new Map<string, { readonly origin: BlamePart; n: number }>();
  for (const { kind, subject } of origins) {
    const name = subjectName(plan, kind, subject);
    const key = `${name} ${kind}`;
    const known = counts.get(key) ?? { origin: { subject: name, kind, share: 0 }, n: 0 };
    known.n++;
    counts.set(key, known);
  }
  return [...counts.values()]
    .sort(
      (a, b) =>
        b.n - a.n ||
        byCodeUnit(a.origin.subject, b.origin.subject) ||
        BLAME_KINDS.indexOf(a.origin.kind) - BLAME_KINDS.indexOf(b.origin.kind),
    )
    .map(({ origin, n }) => ({ ...origin, share: n / origins.length }));
}

const OF_COMPONENTS: ReadonlySet<BlameKind> = new Set<BlameKind>([
  'error',
  'refused',
  'own',
  'queue',
  'holds',
  'opened',
]);

function subjectName(
  { components, parts, statEdges }: Plan,
  kind: BlameKind,
  subject: number,
): string {
  if (OF_COMPONENTS.has(kind)) return components[subject].name;
  const { from, to } = statEdges[subject];
  return `${components[parts[from].component].name}->${components[parts[to].component].name}`;
}

/** Finds where the traced requests of one run begin to fail. */
class Origins {
  private readonly plan: Plan;
  private readonly record: RunRecord;
  private readonly tree: TraceTree;
  private readonly path: CriticalPath;
  private readonly holders: Holders;
  /** By measured edge: its failed attempts. */
  private readonly failed = new Map<number, readonly number[]>();
  /** Lengths of the parts of a path, by kind and subject. */
  private readonly lengths = new Map<string, { readonly origin: Origin; ns: number }>();

  constructor(data: VariantData, record: RunRecord) {
    const { plan } = data;
    this.plan = plan;
    this.record = record;
    this.holders = new Holders(data, record);
    this.tree = TraceTree.of(record.traces);
    this.path = new CriticalPath(this.tree, pooledEdges(plan), (kind, subject, ns) => {
      const isInside = kind === 'own' || kind === 'queue';
      this.add(kind, isInside ? plan.parts[subject].component : subject, ns);
    });
  }

  all(): readonly Origin[] {
    const failed = this.tree.roots().filter((row) => !this.tree.succeeded(row));
    return failed.map((row) => this.ofRequest(row));
  }

  private ofRequest(row: number): Origin {
    const { answered } = this.tree.traces;
    // Without a response its user has left.
    if (answered[row] < 0 || this.nameAt(row) === 'abandoned') {
      const endNs = this.tree.rootEnd(row);
      return this.longest(row, endNs, () => this.path.request(row));
    }
    return this.ofExecution(row, this.tree.rootEnd(row));
  }

  /** An execution that failed: the failed attempt that it waited for last, else itself or a call that was not sent. */
  private ofExecution(row: number, untilNs: number): Origin {
    const [last] = this.tree.waits(row, untilNs, false);
    if (last !== undefined && !this.tree.succeeded(last.row))
      return this.ofAttempt(last.row, untilNs);
    return this.rejected(row, untilNs) ?? { kind: 'error', subject: this.componentOf(row) };
  }

  private ofAttempt(row: number, untilNs: number): Origin {
    const { answered, arrived, begun, ended, edge } = this.tree.traces;
    if (answered[row] < 0) {
      const endNs = Math.min(this.tree.endOf(row), untilNs);
      return this.longest(row, endNs, () => this.path.attempt(row, endNs));
    }
    if (arrived[row] < 0) return { kind: 'network', subject: edge[row] };
    if (begun[row] < 0) {
      const name = this.nameAt(row);
      const component = this.componentOf(row);
      if (name === 'deadlineExceeded') return this.full('queue', component, arrived[row]);
      if (REFUSALS.has(name)) return this.full('refused', component, arrived[row]);
      return { kind: 'error', subject: component };
    }
    return this.ofExecution(row, ended[row] < 0 ? answered[row] : ended[row]);
  }

  /** The part that took most of the time until its caller gave up. */
  private longest(row: number, atNs: Ns, walk: () => void): Origin {
    this.lengths.clear();
    walk();
    let longest: { readonly origin: Origin; readonly ns: number } | null = null;
    for (const one of this.lengths.values())
      if (longest === null || one.ns > longest.ns) longest = one;
    const { kind, subject } = longest?.origin ?? { kind: 'own', subject: this.componentOf(row) };
    return kind === 'queue' ? this.full('queue', subject, atNs) : { kind, subject };
  }

  /** A component without a free worker; if its workers wait for another component, that one holds them. */
  private full(kind: 'queue' | 'refused', component: number, atNs: Ns): Origin {
    const holder = this.holders.at(component, atNs);
    return holder === component ? { kind, subject: component } : { kind: 'holds', subject: holder };
  }

  private componentOf(row: number): number {
    return this.plan.parts[this.tree.traces.part[row]].component;
  }

  private add(kind: PathKind, subject: number, ns: number): void {
    const key = `${kind} ${subject}`;
    const known = this.lengths.get(key) ?? { origin: { kind, subject }, ns: 0 };
    known.ns += ns;
    this.lengths.set(key, known);
  }

  /** A call that a policy of its caller refused, by what happened to the calls of this part at that time. */
  private rejected(row: number, atNs: number): Origin | null {
    const { statEdges, grid } = this.plan;
    const { part, called } = this.tree.traces;
    const cells = Int32Array.from(cellsIn(grid.edges, Math.max(0, called[row]), atNs));
    let most = 0;
    let found: number | null = null;
    statEdges.forEach(({ from }, stat) => {
      if (from !== part[row]) return;
      const outcomes = sumOutcomes([this.record.edges[stat]], cells);
      const refused = sumOf(UNSENT.map((kind) => outcomes[kind]));
      if (refused > most) {
        most = refused;
        found = stat;
      }
    });
    if (found === null) return null;
    const outcomes = sumOutcomes([this.record.edges[found]], cells);
    const isOpen = 2 * outcomes[REJECTED_BREAKER] >= most && this.hasBreaker(found);
    return (
      (isOpen ? this.opener(found, called[row]) : null) ?? { kind: 'rejected', subject: found }
    );
  }

  private hasBreaker(stat: number): boolean {
    const { edges, bundles } = this.plan;
    return edges.some(
      (edge) => edge.stat === stat && bundles[edge.bundle].layers.some(isBreakerLayer),
    );
  }

  /** The component at which the last failed attempt of these calls began to fail, of those traced before a time. */
  private opener(stat: number, atNs: number): Origin | null {
    const own = this.failedOn(stat);
    // The first one that ends at that time or later.
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tree.endOf(own[middle]) < atNs) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const row = own[low - 1];
    const { kind, subject } = this.ofAttempt(row, this.tree.endOf(row));
    return { kind: 'opened', subject: OF_COMPONENTS.has(kind) ? subject : this.componentOf(row) };
  }

  /** The traced attempts of a measured edge that failed, in order of their ends. */
  private failedOn(stat: number): readonly number[] {
    const known = this.failed.get(stat);
    if (known !== undefined) return known;
    const { rows, edge, parent } = this.tree.traces;
    const own: number[] = [];
    for (let row = 0; row < rows; row++) {
      const isOver = this.tree.endOf(row) < Infinity;
      if (parent[row] >= 0 && edge[row] === stat && isOver && !this.tree.succeeded(row))
        own.push(row);
    }
    own.sort((a, b) => this.tree.endOf(a) - this.tree.endOf(b) || a - b);
    this.failed.set(stat, own);
    return own;
  }

  private nameAt(row: number): OutcomeName {
    return OUTCOME_NAMES[kindIndex(this.tree.traces.outcome[row])];
  }
}

/** Outcomes of attempts that the callee turns away, not those that it fails. */
const REFUSALS: ReadonlySet<OutcomeName> = new Set<OutcomeName>([
  'refused',
  'rejectedOverload',
  'rejectedRateLimit',
  'rejectedBulkhead',
  'throttled',
]);

/** Outcomes of calls that are refused before they are sent, as indices of outcomes. */
const UNSENT: readonly number[] = (
  ['poolTimeout', 'rejectedBulkhead', 'rejectedRateLimit', 'rejectedBreaker'] as const
).map((name) => OUTCOME_NAMES.indexOf(name));

const REJECTED_BREAKER = OUTCOME_NAMES.indexOf('rejectedBreaker');

/** Cells that overlap [from, until]. */
function cellsIn(edges: Float64Array, fromNs: number, untilNs: number): number[] {
  const cells: number[] = [];
  for (let cell = 0; cell < edges.length - 1; cell++) {
    if (edges[cell] <= untilNs && edges[cell + 1] > fromNs) cells.push(cell);
  }
  return cells;
}
