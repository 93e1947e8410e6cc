import { quantileRank, sortedQuantile } from '../../stats/rank.js';
import { sumOf } from '../../stats/sums.js';
import {
  PATH_KINDS,
  type Contributor,
  type Contributors,
  type PathKind,
} from '../../contracts/result/path.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { CriticalPath, pooledEdges } from './critical-path.js';
import { TraceTree } from './trace-tree.js';
import { byCodeUnit } from '../../text/order.js';
import type { VariantData } from './variant-data.js';

/** Fewest sampled requests for a p99: two of them are slower. */
const FEW = 200;
/** Share of the sampled requests on each side of the p99 that show it, and the fewest of them. */
const SIDE_SHARE = 0.005;
const SIDE_FEWEST = 5;
/** Most parts that are named. */
const NAMED = 12;
/** By how much a part is made faster. */
const FASTER = 0.1;

/** One sampled request: its latency, and the length of each part of its critical path by key. */
interface Sample {
  readonly latencyNs: number;
  readonly parts: ReadonlyMap<number, number>;
}

/** Where the time of successful requests goes, over the traced requests of all runs. */
export function contributorsOf(data: VariantData): Contributors {
  const samples = samplesOf(data);
  const { length } = samples;
  const slow = length < FEW ? [] : aroundP99(samples);
  const parts = partsOf(data.plan, samples, slow);
  return {
    sampled: length,
    near: slow.length,
    mean: meanOf(samples, ({ latencyNs }) => latencyNs),
    p99: slow.length === 0 ? null : p99Of(samples.map(({ latencyNs }) => latencyNs)),
    slow: meanOf(slow, ({ latencyNs }) => latencyNs),
    parts: [...parts.slice(0, NAMED), ...restOf(parts.slice(NAMED))],
  };
}

/** Successful traced requests with the parts of their critical paths. */
function samplesOf(data: VariantData): Sample[] {
  const pooled = pooledEdges(data.plan);
  const samples: Sample[] = [];
  for (const { traces } of data.records) {
    const tree = TraceTree.of(traces);
    let parts = new Map<number, number>();
    const path = new CriticalPath(tree, pooled, (kind, subject, lengthNs) => {
      const key = keyOf(data.plan, kind, subject);
      parts.set(key, (parts.get(key) ?? 0) + lengthNs);
    });
    for (const row of tree.roots()) {
      if (!tree.succeeded(row)) continue;
      parts = new Map();
      path.request(row);
      samples.push({ latencyNs: tree.rootEnd(row) - traces.called[row], parts });
    }
  }
  return samples;
}

/** The requests whose latency is next to the p99. */
function aroundP99(samples: readonly Sample[]): readonly Sample[] {
  const sorted = [...samples].sort((a, b) => a.latencyNs - b.latencyNs);
  const at = quantileRank(0.99, sorted.length) - 1;
  const side = Math.max(SIDE_FEWEST, Math.ceil(sorted.length * SIDE_SHARE));
  return sorted.slice(Math.max(0, at - side), at + side + 1);
}

/** Number of a kind of part of a component, or of an edge between two. */
function keyOf({ parts, statEdges, components }: Plan, kind: PathKind, subject: number): number {
  const { length } = components;
  const at = PATH_KINDS.indexOf(kind) * (length + 1) * length;
  if (isInside(kind)) return at + parts[subject].component;
  const { from, to } = statEdges[subject];
  return at + (parts[from].component + 1) * length + parts[to].component;
}

function partsOf(
  plan: Plan,
  samples: readonly Sample[],
  slow: readonly Sample[],
): readonly Contributor[] {
  const keys = new Set<number>();
  for (const { parts } of samples) for (const key of parts.keys()) keys.add(key);
  const all = [...keys].map((key): Contributor => {
    const own = ({ parts }: Sample): number => parts.get(key) ?? 0;
    return {
      ...subjectOf(plan, key),
      mean: meanOf(samples, own) ?? 0,
      slow: meanOf(slow, own) ?? 0,
      saves: null,
    };
  });
  const before = slow.length === 0 ? null : p99Of(samples.map(({ latencyNs }) => latencyNs));
  const order = [...keys].map((key, i) => ({ key, part: all[i] }));
  order.sort(
    ({ part: a }, { part: b }) =>
      b.slow - a.slow || b.mean - a.mean || byCodeUnit(nameOf(a), nameOf(b)),
  );
  return order.map(({ key, part }, rank) =>
    rank < NAMED ? { ...part, saves: savesOf(samples, key, before) } : part,
  );
}

/** Time saved if a part were shorter and everything else were the same; `p99`: that of the samples, null = unknown. */
function savesOf(
  samples: readonly Sample[],
  key: number,
  p99: number | null,
): { readonly mean: number; readonly p99: number } {
  const mean = (meanOf(samples, ({ parts }) => parts.get(key) ?? 0) ?? 0) * FASTER;
  if (p99 === null) return { mean, p99: 0 };
  const shorter = samples.map(({ latencyNs, parts }) => latencyNs - FASTER * (parts.get(key) ?? 0));
  return { mean, p99: p99 - p99Of(shorter) };
}

/** All smaller parts together, so that the parts still add up. */
function restOf(parts: readonly Contributor[]): readonly Contributor[] {
  if (parts.length === 0) return [];
  const mean = parts.reduce((sum, part) => sum + part.mean, 0);
  const slow = parts.reduce((sum, part) => sum + part.slow, 0);
  return [{ subject: '', kind: null, mean, slow, saves: null }];
}

function subjectOf(
  { components }: Plan,
  key: number,
): { readonly subject: string; readonly kind: PathKind } {
  const { length } = components;
  const size = (length + 1) * length;
  const kind = PATH_KINDS[Math.floor(key / size)];
  const callee = components[key % length].name;
  const caller = Math.floor((key % size) / length) - 1;
  const subject = isInside(kind) ? callee : `${components[caller].name}->${callee}`;
  return { subject, kind };
}

function isInside(kind: PathKind): boolean {
  return kind === 'own' || kind === 'queue';
}

function nameOf({ subject, kind }: Contributor): string {
  return `${subject} ${kind ?? ''}`;
}

/** In seconds. */
function p99Of(latenciesNs: readonly number[]): number {
  const sorted = Float64Array.from(latenciesNs).sort();
  return sortedQuantile(sorted, 0.99) / 1e9;
}

/** Mean in seconds; null of nothing. */
function meanOf(samples: readonly Sample[], of: (sample: Sample) => number): number | null {
  if (samples.length === 0) return null;
  return sumOf(samples.map(of)) / samples.length / 1e9;
}
