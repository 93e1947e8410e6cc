import { sumOf } from '../../stats/sums.js';
import type { EndReason, HealthState } from '../../contracts/result/cascade.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { isLate } from '../view/event-looks.js';
import { degradedText } from './degraded.js';
import { handledText } from './handled.js';
import { refusalWords } from './refused.js';
import { sortedKeys } from '../../text/order.js';
import {
  cancelledEstimate,
  countEstimate,
  isLeftWaiting,
  unsettledEstimate,
} from '../families/unseen.js';
import { degradedIntervals, longestDegraded, type View } from '../view/view.js';

/**
 * Effects on users that no failed request shows, the worst first: `backlog remains`, `24 % of order degraded`. Null if
 * there are none.
 */
export function besideText(view: View, variant: VariantResult): string | null {
  if (isLeftWaiting(view, variant)) return 'backlog remains';
  const broken = unsettledEstimate(view, variant).value ?? 0;
  if (broken > 0) return `${formatShare(broken)} of sagas broken`;
  if ((countEstimate(view, variant, 'messages', 'lostEffects').value ?? 0) > 0)
    return 'messages lost';
  const degraded = degradedText(view, variant);
  if (degraded !== null) return degraded;
  const cancelled = cancelledEstimate(view, variant).value ?? 0;
  return cancelled > 0 ? `${formatShare(cancelled)} of sagas cancelled` : handledText(variant);
}

/** A word for the effect of the faults on a variant, over its replications. */
export function characterOf(view: View, variant: VariantResult): string {
  if (variant.unfinished !== undefined) {
    const { finished, stopped } = variant.unfinished;
    return `${plural(finished, 'replication')}, then ${stopped === null ? 'interrupted' : 'stopped'}`;
  }
  const { verdicts, endings, collateral } = variant.cascade;
  const count = (verdict: string): number => verdicts.filter((v) => v === verdict).length;
  const metastable = count('metastable');
  if (metastable > 0) return `metastable ${metastable}/${verdicts.length}`;
  if (count('overloaded') > 0) return `overloaded ${count('overloaded')}/${verdicts.length}`;
  if (count('lost') > 0) {
    const lost = endings.filter(({ verdict }) => verdict === 'lost');
    const isLeft = lost.every(({ reason }) => STAYS.includes(reason));
    return `${isLeft ? 'degraded' : 'down'} for good ${lost.length}/${verdicts.length}`;
  }
  const isCalm = verdicts.length > 0 && count('untouched') === verdicts.length;
  // Faults of the entire run are part of the usual conditions.
  const isUsual =
    variant.faults.length === 0 ||
    (endings.length > 0 && endings.every(({ reason }) => reason === 'background'));
  if (isCalm || isUsual) {
    if (variant.cascade.events.length === 0) return besideText(view, variant) ?? '';
    // Names of requests contain a dot, those of components do not.
    const requests = sortedKeys(variant.cascade.states).filter((name) => name.includes('.'));
    const failed = 1 - (variant.summary.success.value ?? 1);
    const fails = requests.flatMap((name) => degradedIntervals(variant, name)).some(isFailing);
    // With a fault, `untouched` means that the success rate does not change. Without a fault it has no meaning.
    if (isUsual && (fails || failed >= MANY)) {
      const open = unansweredShare(variant, requests);
      return failed < MANY && open >= MANY
        ? `${formatShare(open)} unanswered`
        : `${formatShare(failed)} ${!fails && refusalWords(partsOf(variant, requests)) !== null ? 'refused' : 'fail'}`;
    }
    const beside = besideText(view, variant);
    const late = lateWords(variant, requests);
    return [beside, late].filter((text) => text !== null).join(', ') || 'untouched';
  }
  if (count('slowRecovery') > 0) return 'recovers slowly';
  if (count('undecided') > 0) return 'undecided';
  if (verdicts.length === 0) return '';
  return collateral.length > 0 ? 'spreads, recovers' : 'recovers';
}

/**
 * How long a kind of request was degraded at most: `slow for 5 s`, `some fail for 15 s`, and `degraded for 15 s` where
 * both happen. Null if none was.
 */
export function lateWords(variant: VariantResult, requests: readonly string[]): string | null {
  const seconds = longestDegraded(variant, requests);
  if (seconds === 0) return null;
  const starts = variant.cascade.events.filter(
    ({ kind, subject }) => DEGRADATIONS.includes(kind) && requests.includes(subject),
  );
  const word = starts.every(isLate) ? 'slow' : starts.some(isLate) ? 'degraded' : 'some fail';
  return `${word} for ${formatSeconds(seconds)}`;
}

/** Of several replications the one that is described: `run 1 of 3`, and `, which recovers` if they end differently. */
export function describedRun({ cascade: { verdicts } }: VariantResult): string {
  if (verdicts.length < 2) return '';
  const run = `run 1 of ${formatCount(verdicts.length)}`;
  return new Set(verdicts).size < 2 ? run : `${run}, which ${ENDED[verdicts[0]!]}`;
}

/** Reasons of a loss that may leave users only degraded. */
const STAYS: readonly EndReason[] = ['faultStays', 'releaseStays'];

const ENDED: Readonly<Record<VariantResult['cascade']['verdicts'][number], string>> = {
  untouched: 'is untouched',
  recovered: 'recovers',
  slowRecovery: 'recovers slowly',
  metastable: 'stays degraded by itself',
  overloaded: 'stays overloaded',
  lost: 'stays down for good',
  undecided: 'is undecided at the end',
};

/** Share of failed requests from which a variant without faults is not `slow`, but failing. */
const MANY = 0.01;

type Part = VariantResult['components'][string]['parts'][string];

function partsOf({ components }: VariantResult, requests: readonly string[]): readonly Part[] {
  return requests.map((name) => {
    const [workload, part] = name.split('.');
    return components[workload!]!.parts[part!]!;
  });
}

/** Share of some kinds of requests of which the run does not show the response. */
function unansweredShare(variant: VariantResult, requests: readonly string[]): number {
  const parts = partsOf(variant, requests);
  const all = sumOf(parts.flatMap(({ outcomes }) => Object.values(outcomes)));
  return all > 0 ? sumOf(parts.map(({ outcomes }) => outcomes.unfinished ?? 0)) / all : 0;
}

function isFailing({ state }: { readonly state: HealthState }): boolean {
  return state === 'failing' || state === 'down';
}
