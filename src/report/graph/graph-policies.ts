import { retryOf } from '../../lint/layers.js';
import { policyTraits } from '../../patterns/registry.js';
import type { PolicyName, PolicyTraits } from '../../contracts/patterns/policy-traits.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
import { formatCount, formatRate, formatSeconds } from '../../text/figures.js';

/** Words of a policy; null if it limits nothing. `inner`: the layers inside of it. */
type Words<P extends PolicyName> = (
  traits: PolicyTraits[P],
  inner: readonly Layer[],
) => string | null;

/** Policies in the order in which a review asks for them. */
const WORDS: { readonly [P in PolicyName]: Words<P> } = {
  timeout: ({ afterNs }, inner) => limit('', afterNs, inner),
  deadline: ({ afterNs }, inner) => limit('deadline ', afterNs, inner),
  retry: ({ attempts }) => tries(attempts),
  hedge: () => 'hedge',
  circuitBreaker: () => 'breaker',
  bulkhead: ({ permits }) => counted('bulkhead', permits.calls),
  concurrencyLimit: ({ highest }) => counted('concurrency limit', highest),
  rateLimit: ({ perSecond }) =>
    perSecond === null ? 'limit per key' : `limit ${formatRate(perSecond)}`,
  throttle: () => 'throttle',
  coalesce: () => 'coalescing',
  fallback: () => 'fallback',
};

const ORDER = Object.keys(WORDS) as readonly PolicyName[];

/** Longest line of words of a call. */
const LINE = 26;

/** What is in effect for the calls between two components, a line or more for each set of policies that differs. */
export function policyLines(plan: Plan, edges: readonly PlanEdge[]): readonly string[] {
  const sets = new Set(edges.map((edge) => wordsOf(plan, edge).join(', ')));
  const shown = [...sets].filter((words) => words !== '').slice(0, SETS_MAX);
  const more = sets.size - shown.length;
  const lines = shown.flatMap((words) => folded(words.split(', ')));
  return sets.size > SETS_MAX ? [...lines, `and ${formatCount(more)} others`] : lines;
}

const SETS_MAX = 2;

function wordsOf(plan: Plan, edge: PlanEdge): readonly string[] {
  const { layers } = plan.bundles[edge.bundle]!;
  const own = layers.filter(({ isProxy }) => isProxy !== true);
  const proxy = layerWords(layers.filter(({ isProxy }) => isProxy === true));
  const patience = patienceOf(plan, edge);
  const isLimited = patience !== null || layers.some(isTimeLimit);
  return [
    ...(patience === null ? [] : [`patience ${formatSeconds(patience / 1e9)}`]),
    ...(isLimited ? [] : [edge.deadline ? 'deadline of the caller' : 'no time limit']),
    ...layerWords(own),
    ...(edge.pool === null ? [] : [counted('pool', poolSizeOf(edge.pool).size)]),
    ...(edge.outlierDetection === null ? [] : ['outlier detection']),
    ...proxy.map((words) => `proxy ${words}`),
  ].filter((words) => words !== null);
}

function layerWords(layers: readonly Layer[]): readonly string[] {
  return ORDER.flatMap((policy) =>
    layers.flatMap((layer, i) => {
      if (layer.policy !== policy) return [];
      const words = WORDS[policy] as (traits: unknown, inner: readonly Layer[]) => string | null;
      const text = words(policyTraits(policy, layer), layers.slice(i + 1));
      return text === null ? [] : [layer.dryRun ? `${text} (dry run)` : text];
    }),
  );
}

/** Policies that limit the time of a call. */
const TIME_LIMITS: ReadonlySet<string> = new Set(['timeout', 'deadline'] satisfies PolicyName[]);

function isTimeLimit(layer: Layer): boolean {
  return TIME_LIMITS.has(layer.policy) && !layer.dryRun && layerWords([layer]).length > 0;
}

/** A time limit of an attempt, or of all attempts together. */
function limit(kind: string, afterNs: number, inner: readonly Layer[]): string | null {
  if (afterNs === Infinity) return null;
  return `${kind}${formatSeconds(afterNs / 1e9)}${retryOf(inner) === null ? '' : ' in all'}`;
}

function tries(attempts: number): string | null {
  if (attempts === Infinity) return 'retries without end';
  return attempts > 1 ? `${formatCount(attempts)}x` : null;
}

function counted(what: string, calls: number): string | null {
  return calls === Infinity ? null : `${what} ${formatCount(calls)}`;
}

/** How long the users wait for a request; null if the caller is no workload. */
function patienceOf(plan: Plan, { from }: PlanEdge): number | null {
  const { component } = plan.parts[from]!;
  const load = plan.loads.find((own) => own.component === component);
  return load?.requests[from - plan.components[component]!.firstPart]?.patienceNs ?? null;
}

/** Words in lines. */
function folded(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > LINE) lines.push(word);
    else lines[lines.length - 1] = `${last}, ${word}`;
  }
  return lines;
}
