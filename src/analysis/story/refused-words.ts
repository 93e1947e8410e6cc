import type { FailureKinds } from '../measure/failure-kinds.js';
import type { Story } from '../measure/story.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { list, plural } from '../../text/words.js';
import { LINKS_MAX } from './seen-words.js';

/** A share of the requests of a workload that is all of them. */
const ALL = 0.9995;

/**
 * `Refused by design, without a fault: 240 of 310 user requests (150 client errors and 90 throttled): all of flood and 3 % of
 * users. 2 others fail. edge refuses ...`. A refusal is an outcome and no trouble. It is by design if a rule is known (`why`)
 * that refuses. Null if other requests fail.
 */
export function refusedWords(
  { refused, origin }: FailureKinds,
  { finished, failed }: Story['users'],
  why: string | null,
): string | null {
  if (refused === null) return null;
  const { count, isOwn, kinds, workloads } = refused;
  const how =
    kinds.length === 1
      ? `all ${kinds[0].words}`
      : list(kinds.map((kind) => `${formatCount(kind.count)} ${kind.words}`));
  const whose = workloads.slice(0, LINKS_MAX).map((own) => {
    const share = own.count / own.finished;
    return `${share >= ALL ? 'all' : formatShare(share)} of ${own.name}`;
  });
  const more = workloads.length > LINKS_MAX ? ['others'] : [];
  const others = failed - count;
  const rest = others > 0 ? ` ${plural(others, 'other')} ${others === 1 ? 'fails' : 'fail'}.` : '';
  const rule = why ?? origin?.text ?? null;
  const by = why !== null && isOwn ? ' by design' : '';
  return `Refused${by}, without a fault: ${formatCount(count)} of ${formatCount(finished)} user requests (${how}): ${list([...whose, ...more])}.${rest}${rule === null ? '' : ` ${rule}.`}`;
}
