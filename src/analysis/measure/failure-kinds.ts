import type { RunRecord } from '../../contracts/record/record.js';
import { DESIGNED, type OutcomeName } from '../../contracts/outcome.js';
import { edgesFrom } from './component-edges.js';
import { FAILURE_WORDS } from './outcome-words.js';
import { throttledBy } from './pool-refusals.js';
import {
  finishedOf,
  outcomeOf,
  succeededOf,
  sumCells,
  sumOutcomes,
  sumParts,
  type OutcomeCounts,
} from './sums.js';
import { isPlaced, partsOf, type VariantData } from './variant-data.js';
import { formatShare } from '../../text/figures.js';

/** Kinds and origins of failed user requests. */
export interface FailureKinds {
  /** The most frequent kind of failure, such as ` (nearly all: timeout)`; empty if no kind has most of them. */
  readonly kind: string;
  /** Origin of most failures; null if no single place has half of them. */
  readonly origin: Origin | null;
  /** Set if nearly all failures are refusals. */
  readonly refused: Refused | null;
}

/** Requests of users that are refused, such as those above a rate limit or with a wrong token. */
interface Refused {
  readonly count: number;
  /** Whether most refusals are not due to the concurrency of functions, which may be used up by another one. */
  readonly isOwn: boolean;
  /** By outcome, in words, the most frequent first. */
  readonly kinds: readonly { readonly words: string; readonly count: number }[];
  /** By workload, those with the largest refused share first. */
  readonly workloads: readonly {
    readonly name: string;
    readonly count: number;
    readonly finished: number;
  }[];
}

export interface Origin {
  /** Caller of the calls that fail on the way; null for a component that fails by itself. */
  readonly caller: string | null;
  readonly text: string;
}

/** Outcomes after a count. */
const REFUSAL_WORDS: ReadonlyMap<OutcomeName, string> = new Map([['clientError', 'client errors']]);

const NEARLY_ALL = 0.95;
const MOST = 0.6;
/** A place that causes at least this share of the failed user requests is their origin. */
const HALF = 0.5;

/** Kinds and origins of the failed user requests in the measured time. */
export function failureKindsOf(data: VariantData, record: RunRecord): FailureKinds {
  const { cells } = data.whole;
  const users = sumParts(record, data.requests, cells);
  const lost = failedOf(users);
  if (lost === 0) return { kind: '', origin: null, refused: null };
  const own = [...ofComponents(data, record, cells), ...ofCalls(data, record, cells)];
  const most = Math.max(...own.map(({ failed }) => failed));
  const origin = own.find(({ failed }) => failed === most);
  const isOrigin = origin !== undefined && most >= HALF * lost;
  return {
    kind: kindWords(users),
    origin: isOrigin ? origin : null,
    refused: refusedIn(data, record, users),
  };
}

/** Requests of users that are refused in the measured time, if they are nearly all of those that fail. */
function refusedIn(data: VariantData, record: RunRecord, users: OutcomeCounts): Refused | null {
  const { plan, requests, whole } = data;
  const kinds = DESIGNED.map((name) => ({
    words: REFUSAL_WORDS.get(name) ?? FAILURE_WORDS.get(name)!,
    count: outcomeOf(users, name),
  }));
  const count = refusedOf(users);
  const sumOf = (column: Float64Array | null): number =>
    column === null ? 0 : sumCells(column, whole.cells);
  const forCapacity = sumOf(throttledBy('searches', data, record, requests));
  if (!(count - forCapacity >= NEARLY_ALL * failedOf(users))) return null;
  const components = [...new Set(requests.map((part) => plan.parts[part].component))];
  const workloads = components.map((component) => {
    const own = requests.filter((part) => plan.parts[part].component === component);
    const counts = sumParts(record, own, whole.cells);
    return {
      name: plan.components[component].name,
      count: refusedOf(counts),
      finished: finishedOf(counts),
    };
  });
  return {
    count,
    isOwn: sumOf(throttledBy('functions', data, record, requests)) < HALF * count,
    kinds: kinds.filter((kind) => kind.count > 0).sort((a, b) => b.count - a.count),
    workloads: workloads
      .filter((own) => own.count > 0)
      .sort((a, b) => b.count / b.finished - a.count / a.finished),
  };
}

function refusedOf(counts: OutcomeCounts): number {
  return DESIGNED.reduce((sum, name) => sum + outcomeOf(counts, name), 0);
}

/** Failures that have no other failure as their cause. */
interface OwnFailures extends Origin {
  readonly failed: number;
}

/** Failed requests of each component beyond its own failed calls. */
function ofComponents(data: VariantData, record: RunRecord, cells: Int32Array): OwnFailures[] {
  const { plan } = data;
  return plan.components.flatMap((component, id) => {
    if (!isPlaced(component)) return [];
    const answers = sumParts(record, partsOf(plan, id), cells);
    const stats = edgesFrom(data, id).flatMap((edge) => edge.stats);
    const failed = failedOf(answers) - failedOf(sumEdges(record, stats, cells));
    const verb = isRefused(answers) ? 'refuses' : 'fails';
    const itself = verb === 'fails' ? ' by itself' : '';
    const text = `${component.name} ${verb} ${shareOf(answers)} of its requests${itself}`;
    return [{ failed, caller: null, text }];
  });
}

/** Calls that fail on the way, not at the callee. */
function ofCalls(data: VariantData, record: RunRecord, cells: Int32Array): OwnFailures[] {
  const { plan, edges } = data;
  return edges.map(({ from, to, stats }) => {
    const calls = sumEdges(record, stats, cells);
    const failed = failedOf(calls) - failedOf(sumParts(record, partsOf(plan, to), cells));
    const [caller, callee] = [plan.components[from].name, plan.components[to].name];
    const text = `${shareOf(calls)} of the calls from ${caller} to ${callee} fail${kindWords(calls)}`;
    return { failed, caller, text };
  });
}

/** Outcomes of calls over some cells. */
function sumEdges(record: RunRecord, stats: readonly number[], cells: Int32Array): OutcomeCounts {
  const rows = stats.map((stat) => record.edges[stat]);
  return sumOutcomes(rows, cells);
}

/** Outcomes by which a component declines a request instead of failing at it. */
const REFUSALS: readonly OutcomeName[] = ['clientError', 'throttled', 'rejectedOverload'];

/** Whether most failed requests were declined. */
function isRefused(counts: OutcomeCounts): boolean {
  const refused = REFUSALS.reduce((sum, name) => sum + outcomeOf(counts, name), 0);
  return refused >= MOST * failedOf(counts);
}

function kindWords(counts: OutcomeCounts): string {
  for (const [name, words] of FAILURE_WORDS) {
    const part = outcomeOf(counts, name) / failedOf(counts);
    if (part >= MOST) return ` (${part >= NEARLY_ALL ? 'nearly all' : 'most'}: ${words})`;
  }
  return '';
}

/** The share of finished requests that failed. */
function shareOf(counts: OutcomeCounts): string {
  return formatShare(failedOf(counts) / finishedOf(counts));
}

function failedOf(counts: OutcomeCounts): number {
  return finishedOf(counts) - succeededOf(counts);
}
