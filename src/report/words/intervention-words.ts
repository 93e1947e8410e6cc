import type {
  CounterfactualIntervention,
  Counterfactuals,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import { FAILS } from '../../analysis/verdicts/failing-time.js';
import { formatSeconds, formatShare } from '../../text/figures.js';
import { capitalised } from '../../text/words.js';
import { listed } from '../base/format.js';
import { insteadWords, priceWords } from './harm-words.js';

/** Most interventions that get a sentence of their own; a table lists all. */
const TOLD = 3;
/** Failing times closer than this are the same in words. Unit: share. */
const SAME = 0.1;

/** Roles of a change that is enough by itself. */
export const DECISIVE: readonly InterventionRole[] = ['cause', 'sustainer', 'remedy'];

/** What the interventions of a variant show, the decisive ones first. */
export function interventionSentences(own: Counterfactuals): readonly string[] {
  // Other values of settings are many; the table lists them.
  const nothing = own.interventions.filter(
    ({ role, kind }) => role === 'none' && kind !== 'setting',
  );
  if (nothing.length === 0) return effectiveSentences(own);
  const words = listed(nothing.slice(0, TOLD).map((one) => one.words));
  return [...effectiveSentences(own), `No difference: ${words}.`];
}

/** The same of interventions that change something. */
export function effectiveSentences(own: Counterfactuals): readonly string[] {
  const by = (roles: readonly InterventionRole[]): readonly CounterfactualIntervention[] =>
    own.interventions.filter(({ role }) => roles.includes(role));
  const ranked = DECISIVE.flatMap((role) => by([role])).slice(0, TOLD);
  const shown = ranked.length > 0 ? ranked : by(['amplifier', 'part']).slice(0, 1);
  const worse = by(['protection'])
    .filter(({ kind }) => kind !== 'setting')
    .slice(0, 1);
  return [...shown, ...worse].map((one) => sentenceOf(own, one));
}

/** `Without the retries of front to mid users fail for 42 s instead of to the end (120 requests instead of 9,000).` */
export function sentenceOf(own: Counterfactuals, one: CounterfactualIntervention): string {
  if (one.role === 'protection') return `Worse ${one.words}: ${effectWords(own, one)}.`;
  return `${capitalised(one.words)} ${effectWords(own, one)}.`;
}

/** Users with an intervention after which no step counts as failing: some requests may still fail or be slow. */
export function calmWords({ harm }: CounterfactualIntervention): string {
  if (Math.round(harm) === 0) return 'users no longer fail';
  return `no more than ${formatShare(FAILS)} of the requests fail in any step`;
}

/** How long users fail with an intervention and without it, and the requests of both. */
export function effectWords(own: Counterfactuals, one: CounterfactualIntervention): string {
  const price = priceWords(one.price, own.price);
  const counts = `${insteadWords(one, own)}${price === '' ? '' : `; ${price}`}`;
  const { failing: before } = own;
  const { failing: after } = one;
  const isSame =
    before.toEnd === after.toEnd &&
    Math.abs(before.seconds - after.seconds) <= SAME * before.seconds;
  if (isSame) return counts;
  if (after.seconds === 0) return `${calmWords(one)}: ${counts}`;
  const usually = before.toEnd ? 'to the end' : `for ${formatSeconds(before.seconds)}`;
  if (after.toEnd && !before.toEnd)
    return `users fail to the end instead of ${usually} (${counts})`;
  const of = before.toEnd && after.toEnd ? `for ${formatSeconds(before.seconds)}` : usually;
  return `users fail for ${formatSeconds(after.seconds)} instead of ${of} (${counts})`;
}
