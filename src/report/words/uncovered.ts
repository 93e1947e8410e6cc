import type { Expression, MetricPath } from '../../contracts/scenario/expression.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { parseExpression } from '../../language/expression.js';
import { findMetric } from '../../language/metrics.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';
import { plural } from '../../text/words.js';
import { BROKEN, type FamilyId } from '../families/families.js';
import { countsOf, deadEstimate } from '../families/unseen.js';
import { judgedOf } from '../view/judged.js';
import { heldBudgets, requestLabel, type View } from '../view/view.js';
import { degradedShare } from './degraded.js';
import { refusalWords } from './refused.js';
import { HARM_OF, isAbout } from './unmet-unseen.js';

/** Share of requests or reads from which it matters that no budget covers them. */
const SOME = 0.01;
/** Fewer repeated effects are what delivery at least once costs. */
const FEW = 10;

/** Metrics of requests that do not see failures: latency of all of them gets better by fast ones. */
const BLIND: ReadonlySet<string> = new Set(['latency', 'successLatency', 'latencyRecovery']);

/** A harm in a few words, and whether a budget on a metric covers it. */
interface Harm {
  readonly words: string;
  readonly isSeenBy: (metric: MetricPath) => boolean;
  readonly isMild?: boolean;
}

/**
 * The worst harms of the variant that the report is about that no budget or expectation of it covers, in a clause: `no budget
 * covers the 33.1 % of order requests that fail, and 605 dead letters of orders.payments`. `most`: how many it names. null
 * without one, and without budgets.
 */
export function uncoveredWords(view: View, most = 2): string | null {
  const all = uncoveredHarms(view, view.worstVariant).map(({ words }) => words);
  if (all.length === 0) return null;
  const more = all.length > most ? [plural(all.length - most, 'other harm')] : [];
  return `no budget covers ${[...all.slice(0, most), ...more].join(', and ')}`;
}

/** Whether a variant does a harm that none of its budgets covers, beside what a fallback or a limit is for. */
export function isUncovered(view: View, variant: VariantResult): boolean {
  return uncoveredHarms(view, variant).some(({ isMild }) => isMild !== true);
}

/** The harms of a variant with budgets that none of them covers: failures, what is lost or broken, then the milder ones. */
function uncoveredHarms(view: View, variant: VariantResult): readonly Harm[] {
  if (heldBudgets(variant).of === 0) return [];
  const seen = judgedOf(variant).flatMap(({ text, applies }) => {
    const parsed = parseExpression(text);
    return parsed.ok && applies !== false && isBound(parsed.expression)
      ? [parsed.expression.metric]
      : [];
  });
  return [
    ...requestHarms(view, variant, FAILED),
    ...unseenHarms(view, variant),
    ...requestHarms(view, variant, DEGRADED),
  ].filter(({ isSeenBy }) => !seen.some(isSeenBy));
}

/** Whether an expression limits how bad a figure gets: `orders.lost > 5` asks for the harm, and covers none of it. */
function isBound({ metric: { name }, op }: Expression): boolean {
  const found = findMetric(name);
  if (found.known !== 'yes' || op === '==') return true;
  const { better, ending } = found.metric;
  const isGood = better === 'high' || (better === 'none' && GOOD.test(found.ending));
  // Beside outcomes and statuses, a figure without a better side has no harm.
  if (better === 'none' && ending !== 'outcome' && ending !== 'status') return true;
  return op.startsWith(isGood ? '>' : '<');
}

/** Outcomes and statuses of which more is better. */
const GOOD = /^(?:ok|[1-3]\d\d|[1-3]xx)$/u;

type Part = VariantResult['components'][string]['parts'][string];

/** An end of requests that is no success in full. */
interface End {
  readonly shareOf: (part: Part) => number;
  readonly words: (part: Part) => string;
  readonly isSeenBy: (name: MetricName) => boolean;
}

const FAILED: End = {
  shareOf: ({ success }) => 1 - (success ?? 1),
  words: (part) => (refusalWords([part]) === null ? 'that fail' : 'that are refused'),
  isSeenBy: ([name]) => !BLIND.has(name!),
};

const DEGRADED: End = {
  shareOf: degradedShare,
  words: () => 'with degraded responses',
  isSeenBy: ([name, outcome]) => SHARES.has(name!) && outcome === 'degraded',
};

const SHARES: ReadonlySet<string> = new Set(['outcomes', 'share']);

/** The kinds of requests of which a share ends in this way, the largest first. */
function requestHarms(view: View, { components }: VariantResult, end: End): readonly Harm[] {
  return sortedKeys(components)
    .flatMap((name) => {
      const { kind, parts } = components[name]!;
      if (kind !== 'workload') return [];
      return sortedKeys(parts).map((part) => ({ name, part, share: end.shareOf(parts[part]!) }));
    })
    .filter(({ share }) => share >= SOME)
    .sort((a, b) => b.share - a.share)
    .map(({ name, part, share }) => {
      const words = end.words(components[name]!.parts[part]!);
      return {
        words: `the ${formatShare(share)} of ${requestLabel(view, `${name}.${part}`)} requests ${words}`,
        isMild: words !== 'that fail',
        isSeenBy: ({ subject, name: metric }) => {
          if (!end.isSeenBy(metric)) return false;
          if (subject.kind !== 'component') return subject.kind !== 'alert';
          const { at } = subject;
          if (components[at.component]?.kind !== 'workload') return SERVED.has(metric[0]!);
          return at.component === name && (at.part ?? part) === part;
        },
      };
    });
}

type MetricName = MetricPath['name'];

/** Metrics with which a budget on a component sees that the requests fail for which it works. */
const SERVED: ReadonlySet<string> = new Set([
  ...['success', 'availability', 'goodput', 'throughput', 'outcomes', 'share'],
  ...['statuses', 'statusShare', 'outage'],
]);

const ENDS: Readonly<Record<string, string>> = {
  stuck: 'get stuck',
  inconsistent: 'end inconsistent',
  lost: 'are lost',
};

/** Harms that no request shows. */
function unseenHarms(view: View, variant: VariantResult): readonly Harm[] {
  const counted = (family: FamilyId, meter: string, what: string, least = 0): readonly Harm[] =>
    countsOf(view, variant, family, meter).flatMap(({ subject, count }) => {
      const words = countWords(view, count, what, subject);
      return count > least ? [{ words, isSeenBy: about(subject, meter) }] : [];
    });
  const shares = (
    family: FamilyId,
    [meter, whole]: readonly [string, string],
    words: (share: string, subject: string) => string,
    least = 0,
  ): readonly Harm[] =>
    countsOf(view, variant, family, meter).flatMap(({ subject, count, of }) => {
      const share = count / of(whole);
      if (!(share > least)) return [];
      return [{ words: words(formatShare(share), subject), isSeenBy: about(subject, meter) }];
    });
  return [
    ...BROKEN.flatMap((end) =>
      shares(
        'sagas',
        [end, 'accepted'],
        (share, of) => `the ${share} of ${of} sagas that ${ENDS[end]!}`,
      ),
    ),
    ...counted('messages', 'lostEffects', 'lost message'),
    ...counted('replicas', 'lostCommits', 'lost commit'),
    ...deadHarms(view, variant),
    ...counted('messages', 'duplicateEffects', 'repeated effect', FEW),
    ...(['projections', 'replicas'] as const).flatMap((family) =>
      shares(
        family,
        ['staleReads', 'reads'],
        (share, of) => `the ${share} of reads of ${of} that are stale`,
        SOME,
      ),
    ),
    ...backlogHarms(variant),
  ];
}

/** Dead letters that stay. A budget on the place in which they rest covers them too. */
function deadHarms(view: View, variant: VariantResult): readonly Harm[] {
  const count = deadEstimate(variant).value ?? 0;
  if (count === 0) return [];
  const senders = countsOf(view, variant, 'messages', 'deadLettered').filter(
    (one) => one.count > 0,
  );
  const of = senders.length === 1 ? senders[0]!.subject : null;
  return [
    {
      words: countWords(view, count, 'dead letter', of),
      isSeenBy: ({ subject, name }) =>
        name[0] === 'deadLettered' ||
        (subject.kind === 'component' &&
          variant.metered[subject.at.component]?.deadLetters !== undefined),
    },
  ];
}

/** Backlogs that the account reports. */
function backlogHarms({ cascade }: VariantResult): readonly Harm[] {
  const behind = cascade.events.filter(({ kind }) => kind === 'backlog');
  return [...new Set(behind.map(({ subject }) => subject))].map((subject) => ({
    words: `the backlog of ${subject}`,
    isSeenBy: ({ subject: own, name }) =>
      HARM_OF.get(name[0]!) === 'backlog' &&
      own.kind === 'component' &&
      isAbout({ kind: 'backlog', subject }, pathOf(own.at)),
  }));
}

/** Whether a metric is this one of a subject, or of the component that it is a part of. */
function about(subject: string, meter: string): Harm['isSeenBy'] {
  return ({ subject: own, name }) =>
    name[0] === meter &&
    own.kind === 'component' &&
    isAbout({ kind: 'lost', subject }, pathOf(own.at));
}

function pathOf({
  component,
  part,
}: {
  readonly component: string;
  readonly part: string | null;
}): string {
  return part === null ? component : `${component}.${part}`;
}

/** `605 dead letters of orders.payments per run`: of several runs it is a mean. */
function countWords({ result }: View, count: number, what: string, of: string | null): string {
  const nouns = `${formatNumber(count)} ${what}${count === 1 ? '' : 's'}`;
  return `${nouns}${of === null ? '' : ` of ${of}`}${result.replications > 1 ? ' per run' : ''}`;
}
