import type {
  CounterfactualIntervention,
  Counterfactuals,
  InterventionRole,
} from '../spec/result/counterfactual.js';
import { formatCount, formatSeconds } from '../text/figures.js';
import { listed } from './format.js';

/** Most interventions that get a sentence of their own; a table lists all. */
const TOLD = 3;
/** Failing times closer than this are the same in words. Unit: share. */
const SAME = 0.1;

const DECISIVE: readonly InterventionRole[] = ['cause', 'sustainer', 'remedy'];

/** What the interventions of a variant show, the decisive ones first. */
export function interventionSentences(own: Counterfactuals): readonly string[] {
  const nothing = own.interventions.filter(({ role }) => role === 'none');
  if (nothing.length === 0) return effectiveSentences(own);
  const words = listed(nothing.slice(0, TOLD).map((one) => one.words));
  return [...effectiveSentences(own), `No difference: ${words}.`];
}

/** The same of interventions that change something. */
export function effectiveSentences(own: Counterfactuals): readonly string[] {
  const by = (roles: readonly InterventionRole[]): readonly CounterfactualIntervention[] =>
    own.interventions.filter(({ role }) => roles.includes(role));
  const ranked = DECISIVE.flatMap((role) => by([role])).slice(0, TOLD);
  const told = ranked.map((one) => sentenceOf(own, one));
  if (ranked.length === 0) {
    told.push(
      ...by(['amplifier', 'part'])
        .slice(0, 1)
        .map((one) => sentenceOf(own, one)),
    );
  }
  const worse = by(['protection']).slice(0, 1);
  told.push(...worse.map((one) => sentenceOf(own, one)));
  return told;
}

/** `Without the retries of front to mid users fail for 42 s instead of to the end (120 requests instead of 9,000).` */
export function sentenceOf(own: Counterfactuals, one: CounterfactualIntervention): string {
  const [before, after] = [own.harm, one.harm].map((harm) => formatCount(Math.round(harm)));
  const counts = `${after} failed or slow requests instead of ${before}`;
  const time = timeWords(own, one);
  const what =
    time === null
      ? `there are ${counts}`
      : one.failing.seconds === 0
        ? `users ${time}: ${counts}`
        : `users ${time} (${counts})`;
  return `${one.words.charAt(0).toUpperCase()}${one.words.slice(1)} ${what}.`;
}

/** How long users fail with an intervention and without it; null where that does not differ. */
function timeWords(
  { failing: before }: Counterfactuals,
  { failing: after }: CounterfactualIntervention,
): string | null {
  const isSame =
    before.toEnd === after.toEnd &&
    Math.abs(before.seconds - after.seconds) <= SAME * before.seconds;
  if (isSame) return null;
  const usually = before.toEnd ? 'to the end' : `for ${formatSeconds(before.seconds)}`;
  if (after.seconds === 0) return 'no longer fail';
  if (after.toEnd && !before.toEnd) return `fail to the end instead of ${usually}`;
  const of = before.toEnd && after.toEnd ? `for ${formatSeconds(before.seconds)}` : usually;
  return `fail for ${formatSeconds(after.seconds)} instead of ${of}`;
}
