import type { HarmPrice } from '../../contracts/result/counterfactual.js';
import { formatCount, formatNumber, formatShare } from '../../text/figures.js';

/** Requests that fail or are slow; `failed`: those of them that fail, absent in documents of earlier versions. */
export interface Harmed {
  readonly harm: number;
  readonly failed?: number | undefined;
}

/** A number of requests of each kind that is there, in words. */
interface Kind {
  readonly verb: 'fail' | 'are slow' | 'fail or are slow';
  readonly adjective: 'failed' | 'slow' | 'failed or slow';
  readonly count: (one: Harmed) => number;
}

const EITHER: Kind = {
  verb: 'fail or are slow',
  adjective: 'failed or slow',
  count: ({ harm }) => Math.round(harm),
};
const FAILED: Kind = {
  verb: 'fail',
  adjective: 'failed',
  count: ({ failed }) => Math.round(failed!),
};
const SLOW: Kind = {
  verb: 'are slow',
  adjective: 'slow',
  count: ({ harm, failed }) => Math.round(harm - failed!),
};

/** The kinds of harm of which some groups of runs have any; failed requests if they have none. */
function kindsOf(all: readonly Harmed[]): readonly Kind[] {
  if (all.some(({ failed }) => failed === undefined)) return [EITHER];
  const found = [FAILED, SLOW].filter((kind) => all.some((one) => kind.count(one) > 0));
  return found.length === 0 ? [FAILED] : found;
}

/** `120 requests fail and 3 are slow`. */
export function harmWords(one: Harmed): string {
  return kindsOf([one])
    .map((kind, k) => clause(kind, kind.count(one), k === 0))
    .join(' and ');
}

/** `120 failed and 3 slow requests`. */
export function harmedWords(one: Harmed, others: readonly Harmed[] = []): string {
  const kinds = kindsOf([one, ...others]);
  const words = kinds.map((kind) => `${formatCount(kind.count(one))} ${kind.adjective}`);
  const isOne = kinds.length === 1 && kinds[0]!.count(one) === 1;
  return `${words.join(' and ')} ${isOne ? 'request' : 'requests'}`;
}

/** `2`, or `2 and 0` beside requests of two kinds: how many of each kind are left. */
export function leftWords(one: Harmed, usual: Harmed, others: readonly Harmed[] = []): string {
  const kinds = kindsOf([one, usual, ...others]);
  return kinds.map((kind) => formatCount(kind.count(one))).join(' and ');
}

/** `72 requests fail instead of 29,900, and 0 are slow instead of 124`. */
export function insteadWords(one: Harmed, usual: Harmed): string {
  const kinds = kindsOf([one, usual]);
  const changed = kinds.filter((kind) => kind.count(one) !== kind.count(usual));
  return (changed.length === 0 ? kinds : changed)
    .map((kind, k) => {
      const usually = formatCount(kind.count(usual));
      return `${clause(kind, kind.count(one), k === 0)} instead of ${usually}`;
    })
    .join(', and ');
}

/** `1 request fails`, and for a further kind `3 are slow`. */
function clause({ verb }: Kind, count: number, isFirst: boolean): string {
  const noun = !isFirst ? '' : count === 1 ? ' request' : ' requests';
  return `${formatCount(count)}${noun} ${singular(verb, count)}`;
}

/** The share of requests with a degraded response, or of the attempts, from which a change of them is named. */
const DEGRADED = 0.005;
const ATTEMPTS = 0.05;

/** `1.79 attempts per call instead of 1.2`, and degraded responses alike: the price of a change; empty without one. */
export function priceWords(one: HarmPrice | undefined, usual: HarmPrice | undefined): string {
  if (one === undefined || usual === undefined) return '';
  const words: string[] = [];
  if (one.degraded - usual.degraded > DEGRADED)
    words.push(
      `${formatShare(one.degraded)} of the responses are degraded instead of ${formatShare(usual.degraded)}`,
    );
  // With fewer than one attempt per call some calls are refused before they are sent.
  if (one.attempts > (1 + ATTEMPTS) * Math.max(1, usual.attempts))
    words.push(
      `${formatNumber(one.attempts)} attempts per call instead of ${formatNumber(usual.attempts)}`,
    );
  return words.join(', ');
}

function singular(verb: Kind['verb'], count: number): string {
  if (count !== 1) return verb;
  return verb === 'fail' ? 'fails' : verb === 'are slow' ? 'is slow' : 'fails or is slow';
}
