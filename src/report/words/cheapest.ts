import type { CauseKind } from '../../contracts/result/cause.js';
import type {
  ChangedSetting,
  CounterfactualIntervention,
  Counterfactuals,
} from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount } from '../../text/figures.js';
import { capitalised } from '../../text/words.js';
import { listed } from '../base/format.js';
import type { MeteredParts } from '../families/unseen.js';
import { budgetsWith } from './change-budgets.js';
import { unseenCount } from './unseen-proof-words.js';
import { costWords } from './change-cost.js';
import { insteadWords, priceWords } from './harm-words.js';
import { NO_PRICE, type Price } from './price.js';
import { answeringHarms, unmetUnseen } from './unmet-unseen.js';
import { DECISIVE, effectiveSentences, effectWords, sentenceOf } from './intervention-words.js';

/** Rank of the effort: a setting, more capacity, another program, fewer users; null = not ours to choose, or needed elsewhere. */
const EFFORT: Readonly<Record<CauseKind, number | null>> = {
  retries: 1,
  hedges: 1,
  limit: 1,
  probes: 1,
  rebalances: 1,
  redeliveries: 1,
  cacheFill: 1,
  scaling: 1,
  start: 1,
  rollout: 1,
  setting: 1,
  capacity: 2,
  errors: 3,
  locks: 3,
  collections: 3,
  coldStarts: 3,
  leak: 3,
  poison: 3,
  hotKeys: 3,
  // They protect the callee on other days.
  breakers: 3,
  outliers: 3,
  load: 4,
  timeouts: null,
  fallbacks: null,
  fault: null,
};

/** A variant that is to be changed. */
type Changed = MeteredParts & Pick<VariantResult, 'budgets'>;

/**
 * The least effort after which users recover, in a sentence; else the setting that averts most of what no request shows.
 * null if no change that was tried is enough, or where the advice of the report names it.
 */
export function cheapestWords(own: Counterfactuals, of: Changed, advice: string): string | null {
  const unmet = unmetUnseen(of);
  const found = unmet === null ? cheapestOf(own, of) : null;
  if (found === null) {
    const next = nextUnseen(unmet === null ? own : answeringHarms(own, unmet, of), of);
    return next === null || advice.includes(next) ? null : next;
  }
  const { setting, words } = found;
  const named = setting === undefined ? orderWords(words) : settingWords(setting);
  if (advice.includes(named)) return null;
  // Its effect may be in the sentence about it already.
  const isSaid = effectiveSentences(own).includes(sentenceOf(own, found));
  const effect = isSaid ? '' : `${setting === undefined ? '' : ':'} ${effectWords(own, found)}`;
  return `Cheapest change tried: ${setting === undefined ? words : `set ${named}`}${effect}${goalTail(own, found, of)}.`;
}

/** Effort up to which a change is one of settings or of capacity. */
const SETTINGS = 2;

/** The change of a setting, or of capacity, to make next, with its gain; null if no run shows one that helps. */
export function nextWords(own: Counterfactuals, of: Changed): string | null {
  const unmet = unmetUnseen(of);
  if (unmet !== null) return nextUnseen(answeringHarms(own, unmet, of), of);
  const found = cheapestOf(own, of);
  if (found === null || (EFFORT[found.kind] ?? Infinity) > SETTINGS) return nextUnseen(own, of);
  const { setting } = found;
  const effect = `${effectWords(own, found)}${goalTail(own, found, of)}`;
  if (setting === undefined) return `${capitalised(found.words)} ${effect}.`;
  return `Set ${settingWords(setting)}: ${effect}.`;
}

/** `; “list.lag.max < 200” is still not held: 1,484`: what becomes of the broken budgets with a change. */
function goalTail(own: Counterfactuals, change: { words: string }, of: Changed): string {
  const { words } = budgetsWith(change, own, of);
  return words === '' ? '' : `; ${words}`;
}

/** The same in two parts, and whether it is a change of settings or of capacity; null if no run shows one that helps. */
export function changeWords(
  own: Counterfactuals,
  of: Changed,
): {
  readonly words: string;
  readonly effect: string;
  /** What becomes of the broken budgets; empty where no run shows it. */
  readonly goals: string;
  readonly isSetting: boolean;
  /** A run shows what some setting, or capacity, changes. */
  readonly hasTried: boolean;
  /** It names a setting of the file, and its new value. */
  readonly isNamed: boolean;
  /** The share of the failures that remains where a budget is still broken; 0 where none is. */
  readonly left: number;
  readonly price: Price;
} | null {
  const found = cheapestOf(own, of);
  if (found === null) return null;
  const { kind, setting, words } = found;
  const isSetting = (EFFORT[kind] ?? Infinity) <= SETTINGS;
  const goals = budgetsWith(found, own, of);
  return {
    words:
      setting !== undefined
        ? `set ${settingWords(setting)}`
        : isSetting
          ? orderWords(words)
          : words,
    effect: insteadWords(found, own),
    goals: goals.words,
    left:
      goals.hold || found.failed === undefined ? 0 : found.failed / Math.max(1, own.failed ?? 0),
    isSetting,
    hasTried: own.interventions.some((one) => (EFFORT[one.kind] ?? Infinity) <= SETTINGS),
    isNamed: setting !== undefined,
    price: changePrice(found, own),
  };
}

/** A run `without the retries of api to db`, or `with 2x the workers of db`, as what to do. */
function orderWords(words: string): string {
  return words.replace(/^without /u, 'remove ').replace(/^with /u, 'use ');
}

/** What the run with a change counts beside the harm; empty where it counts nothing. */
function changePrice(
  { kind, price, setting }: CounterfactualIntervention,
  own: Counterfactuals,
): Price {
  if (price === undefined || own.price === undefined) return NO_PRICE;
  const added = EFFORT[kind] === SETTINGS ? 'the capacity that it adds' : '';
  const settings = setting === undefined ? [] : [setting, ...(setting.with ?? [])];
  const parts = [added, ...settings.map(costWords), priceWords(price, own.price)].filter(
    (words) => words !== '',
  );
  const isNone = parts.length === 0;
  const text = isNone ? 'degraded responses and attempts per call hardly grow' : listed(parts);
  return { words: [{ strong: 'Price' }, ` of this change: ${text}.`], isNone };
}

/** Whether a change is one of the system: not a fault, not fewer users, and nothing that others operate. */
export function isOfSystem(one: CounterfactualIntervention): boolean {
  return isOurs(one) && EFFORT[one.kind]! < EFFORT.load!;
}

function isOurs({ kind, external }: CounterfactualIntervention): boolean {
  return EFFORT[kind] !== null && external !== true;
}

/**
 * The setting that holds the broken budgets, else that which averts most of what no request shows; null if no run shows
 * one that helps.
 */
export function nextUnseen(own: Counterfactuals, of: Changed): string | null {
  for (const one of own.unseen ?? []) {
    const all = one.interventions.flatMap((change) => {
      const { setting, role, harm } = change;
      const { hold } = budgetsWith(change, own, of);
      return setting !== undefined && (hold || DECISIVE.includes(role))
        ? [{ change, setting, harm, hold }]
        : [];
    });
    const [best] = all.sort((a, b) => Number(b.hold) - Number(a.hold) || a.harm - b.harm);
    if (best === undefined) continue;
    const left = formatCount(Math.round(best.harm));
    const effect = `of ${unseenCount(of, one)}, ${left} ${left === '1' ? 'remains' : 'remain'}`;
    return `Set ${settingWords(best.setting)}: ${effect}${goalTail(own, best.change, of)}.`;
  }
  return null;
}

/** `pool.maxOpen to 10 (now 5)`, with what has to change beside it. */
function settingWords({ with: others = [], ...own }: ChangedSetting): string {
  const each = [own, ...others].map(
    ({ path, from, to }) => `${path} to ${to} (${from === null ? 'not set now' : `now ${from}`})`,
  );
  return listed(each);
}

/** Whether a change leaves requests slow, but averts most of the failures. */
function endsFailures(own: Counterfactuals, { role, failed }: CounterfactualIntervention): boolean {
  if (role !== 'part' || failed === undefined || own.failed === undefined) return false;
  return own.failed > 0 && failed <= own.failed / 2;
}

/** The change with the least effort that holds the broken budgets, as a setting or with capacity; else that helps. */
function cheapestOf(own: Counterfactuals, of: Changed): CounterfactualIntervention | null {
  const effort = ({ kind }: CounterfactualIntervention): number => EFFORT[kind] ?? Infinity;
  const isEnough = (one: CounterfactualIntervention): boolean =>
    effort(one) <= SETTINGS && budgetsWith(one, own, of).hold;
  const able = own.interventions.filter(
    (one) =>
      isOurs(one) &&
      (DECISIVE.includes(one.role) || endsFailures(own, one) || isEnough(one)) &&
      one.recovers !== 'never' &&
      one.failing.seconds <= own.failing.seconds,
  );
  const averted = (one: CounterfactualIntervention): number => one.averted.value ?? 0;
  // Of those that are enough, another value comes before the absence of a limit, which protects its callee on other days.
  const isValue = (one: CounterfactualIntervention): boolean =>
    isEnough(one) && one.setting !== undefined;
  const ranked = [...able].sort(
    (a, b) =>
      Number(isEnough(b)) - Number(isEnough(a)) ||
      effort(a) - effort(b) ||
      Number(isValue(b)) - Number(isValue(a)) ||
      averted(b) - averted(a),
  );
  const [best] = ranked;
  if (best === undefined) return null;
  // A longer time to live comes before entries that never expire.
  const isValueOf = (one: CounterfactualIntervention): boolean =>
    one.setting?.path.split('.')[1] === best.subject &&
    isEnough(one) === isEnough(best) &&
    averted(one) >= ALIKE * averted(best);
  return ranked.find(isValueOf) ?? best;
}

/** A change that averts this share of what another one averts is as good. */
const ALIKE = 0.98;
