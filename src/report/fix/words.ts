import {
  losesMore,
  type FixedVariant,
  type FixPrice,
  type TunedRuns,
  type TunedSet,
  type TunedSetting,
  type UnheldBudget,
} from '../../contracts/result/fix.js';
import type { OneLine } from '../../text/line.js';
import {
  formatCount,
  formatNumber,
  formatSeconds,
  formatShare,
  formatValue,
} from '../../text/figures.js';
import { changesOf, shellWord } from '../../text/shell.js';
import { allOf, capitalised, list, plural, verb } from '../../text/words.js';
import { budgetNeeds, isUndecided } from '../view/budget-words.js';
import { GOALS, tallyOf } from '../view/judged.js';
import { costWords } from '../words/change-cost.js';
import { endOfSearch } from '../words/search-ends.js';

/** The answer in one sentence. */
export function answerWords(fixed: OneLine<FixedVariant>): string {
  const { name, base, answer, unheld } = fixed;
  const { held, of } = tallyOf(GOALS, base);
  if (base.holds)
    return `Nothing to change: ${name} holds ${held < of ? plural(held, 'budget') : allOf(of, 'budget', 'its')}${openWords(base)}.`;
  if (answer?.holds === true) {
    const { held } = tallyOf(GOALS, answer);
    const all = `${held < of ? plural(held, 'budget') : allOf(of, 'budget')} ${verb(held, 'hold')}`;
    return `${changeWords(answer.settings)}: ${[all, ...gainsOf(answer, base)].join(', ')}${openWords(answer)}.`;
  }
  const open = list(unheld.slice(0, 2).map(({ text }) => text));
  const more = unheld.length > 2 ? ` and ${unheld.length - 2} more` : '';
  const now = `${name} holds ${held} of ${plural(of, 'budget')}`;
  if (fixed.interrupted === true && unheld.length === 0)
    return `${now}. An interrupt ended the search before a change was tried.`;
  if (fixed.settings === 0) return `${now}, and no setting of the file has a number to change.`;
  const close =
    answer === null
      ? 'no change that was tried helps'
      : `${list(answer.settings.map(settingWords))} ${answer.settings.length === 1 ? 'comes' : 'come'} closest, with ${tallyOf(GOALS, answer).held} of ${of}`;
  return `${now}, and no change that was tried holds ${open}${more}: ${close}.`;
}

/** `; no request breaks users.success >= 99.9% (about 3 replications would decide)`, of budgets with too few requests. */
function openWords({ budgets }: TunedRuns): string {
  const open = budgets.filter(isUndecided);
  const words = open.map((own) => `${own.name ?? own.text} (${budgetNeeds(own)})`);
  return open.length === 0 ? '' : `; no request breaks ${list(words)}`;
}

/** `Set a.b to 5s (now 60s) and c.d to 4 (now 2)`. */
function changeWords(settings: readonly TunedSetting[]): string {
  const words = settings.map(({ path, from, to }) => {
    if (to === null) return `remove ${path}`;
    if (from === null) return `add ${path}: ${to}`;
    return `set ${path} to ${to} (now ${from})`;
  });
  return capitalised(list(words));
}

/** `a.b: 5s`, `without a.b`. */
export function settingWords({ path, to }: TunedSetting): string {
  return to === null ? `without ${path}` : `${path}: ${to}`;
}

/** What a change gains beside the budgets. */
function gainsOf(answer: TunedRuns, base: TunedRuns): readonly string[] {
  const fewer = Math.round(base.failed - answer.failed);
  const seconds = base.failing.seconds - answer.failing.seconds;
  const late = Math.round(base.late - answer.late);
  return [
    fewer > 0 ? `${formatCount(fewer)} fewer failed requests` : '',
    seconds > 0.05 * base.failing.seconds ? `${formatSeconds(seconds)} less outage` : '',
    fewer <= 0 && late > 0 ? `${formatCount(late)} fewer late requests` : '',
  ].filter((words) => words !== '');
}

/** Attempts per call, as a factor, from which they are a price. A refused call has no attempt. */
const MORE = 1.01;

/**
 * A p99 that is longer than this multiple of the present one, and by this time, is a price: of successes, and of all
 * requests. Of successes alone it also grows where requests that failed late succeed.
 */
const SLOWER = { times: 1.2, seconds: 0.01 };

/** The price of a change: degraded answers, time, work, instances, money, and what its settings cost that no run counts. */
export function priceWords(
  own: FixPrice,
  base: FixPrice,
  settings: readonly TunedSetting[],
): string {
  const instances = own.instances - base.instances;
  const cores = own.cores - base.cores;
  const parts = [
    own.degraded > base.degraded + 0.0005 ? `${formatShare(own.degraded)} degraded` : '',
    ...[
      moreWords(own.deadLetters, base.deadLetters, 'dead letter'),
      moreWords(own.lost, base.lost, 'message lost', 'messages lost'),
    ],
    isSlower(own.p99, base.p99) && isSlower(own.p99OfAll, base.p99OfAll) ? 'a longer p99' : '',
    own.attempts > MORE * Math.max(1, base.attempts)
      ? `${formatNumber(own.attempts)} attempts per call (now ${formatNumber(base.attempts)})`
      : '',
    instances > 0.05 ? `+${formatNumber(instances)} ${unitsOf(instances, 'instance')}` : '',
    // Instances come with their cores.
    cores > 0.05 && instances <= 0.05 ? `+${formatNumber(cores)} ${unitsOf(cores, 'core')}` : '',
    own.cost !== null && base.cost !== null && own.cost > MORE * base.cost
      ? `cost ${formatNumber(own.cost)} (now ${formatNumber(base.cost)})`
      : '',
    ...settings.map(costWords),
  ];
  const words = new Set(parts.filter((part) => part !== ''));
  return words.size === 0 ? 'none' : [...words].join(', ');
}

/** `859 dead letters (now 0)`, of more than now; empty of as many. */
function moreWords(own: number, base: number, one: string, several = `${one}s`): string {
  if (!losesMore(own, base)) return '';
  return `${formatCount(own)} ${several} (now ${formatCount(base)})`;
}

/** `instance`, `instances`: by the number as it is written. */
function unitsOf(mean: number, noun: string): string {
  return formatNumber(mean) === '1' ? noun : `${noun}s`;
}

function isSlower(own: number | null, base: number | null): boolean {
  if (own === null || base === null) return false;
  return own > SLOWER.times * base && own - base > SLOWER.seconds;
}

/** A table of the present settings and the changes, with its head. */
export function tableOf(fixed: OneLine<FixedVariant>): readonly (readonly string[])[] {
  const { base, answer, others } = fixed;
  const sets = [...(answer === null ? [] : [answer]), ...others];
  return [
    ['', 'budgets', 'fail', 'averted', 'outage', 'p99', 'price'],
    rowOf('now', base, base, []),
    ...sets.map((own, k) => rowOf(`${k + 1}`, own, base, own.settings)),
  ];
}

function rowOf(
  name: string,
  own: TunedRuns,
  base: TunedRuns,
  settings: readonly TunedSetting[],
): readonly string[] {
  const { arrived, failed, averted, failing, price } = own;
  const { held, of } = tallyOf(GOALS, own);
  const isNow = own === base;
  const range = averted.ci95 === null ? '' : ` [${averted.ci95.map(round).join(', ')}]`;
  return [
    name,
    `${held} of ${of}`,
    formatShare(arrived === 0 ? 0 : failed / arrived),
    isNow ? '–' : `${round(averted.value)}${range}`,
    failing.toEnd ? 'to the end' : formatSeconds(failing.seconds),
    price.p99 === null ? '–' : formatSeconds(price.p99),
    isNow ? '–' : priceWords(price, base.price, settings),
  ];
}

/** The settings of each change of the table, by its number. */
export function legendOf({ answer, others }: OneLine<FixedVariant>): readonly string[] {
  const sets: readonly TunedSet[] = [...(answer === null ? [] : [answer]), ...others];
  return sets.map(({ settings }, k) => `${k + 1}: ${settings.map(withPresent).join('; ')}`);
}

function withPresent(own: TunedSetting): string {
  return `${settingWords(own)} (${own.from === null ? 'not set now' : `now ${own.from}`})`;
}

function round(count: number): string {
  return formatCount(Math.round(count));
}

const HELD = { alone: 'which breaks another one', once: 'but not in all runs' } as const;

/** A budget that no change holds, with the value that comes closest, and why. */
export function unheldWords(own: UnheldBudget): string {
  const { name, text, unit, now, best, holdsCalm } = own;
  const settings = own.with === null ? '' : list(own.with.map(settingWords));
  const near =
    best === null || (own.isHeld === null && settings === '')
      ? 'no change improves it'
      : own.isHeld !== null
        ? settings === ''
          ? `${formatValue(best, unit)} with change 1, which breaks it`
          : `held with ${settings} (${formatValue(best, unit)}), ${HELD[own.isHeld]}`
        : `at best ${formatValue(best, unit)}, with ${settings}`;
  const calm =
    holdsCalm === null
      ? ''
      : holdsCalm
        ? '; without the faults it holds'
        : '; it breaks without the faults, too';
  return `${name ?? text}: now ${formatValue(now, unit)}, ${near}${calm}`;
}

/** What is left to do about a budget that no change holds: settings are all that the search changes. */
export function remedyWords(
  { best, unit, isHeld, holdsCalm }: UnheldBudget,
  { settings, untried, interrupted }: Pick<FixedVariant, 'settings' | 'untried' | 'interrupted'>,
): string {
  if (settings === 0)
    return 'no setting here has a number to change: write one, such as a time limit or a number of replicas';
  if (isHeld === 'alone') return 'loosen it, or the budget that breaks with it';
  if (untried > 0) {
    const how = interrupted === true ? 'a search that nothing interrupts' : 'a higher --max-runs';
    return `${how} tries ${plural(untried, 'more change')}`;
  }
  if (isHeld === 'once') return 'chance decides it: loosen it a little, or run more --replications';
  if (holdsCalm === true)
    return 'loosen it for the time of the fault, or add another way for these requests, such as a fallback or a second region';
  const limit = best === null ? 'loosen it' : `loosen it beyond ${formatValue(best, unit)}`;
  return `${limit}, or change the work of a step or the load, which fix leaves as they are`;
}

/** The command that runs a change beside the present settings. */
export function commandOf(
  { settings }: Pick<TunedSet, 'settings'>,
  { name }: Pick<FixedVariant, 'name'>,
  file: string,
): string {
  const set = settings.map(({ path, to }) => `${path}=${to ?? 'null'}`);
  return `faultline run ${shellWord(file)} --variant ${name} ${changesOf({ set, as: 'fixed' })}`;
}

/** How the answer was found, and what the search left out. */
export function notesOf(fixed: OneLine<FixedVariant>): readonly string[] {
  const { partOf, cut, settings, tried, untried, runs, leftOut, base, answer } = fixed;
  const by = capitalised(endOfSearch(fixed));
  return [
    cut === true
      ? `${by} ended the search before each of these settings was left out once: fewer may be enough.`
      : '',
    partOf === null || cut === true || partOf.of === answer?.settings.length
      ? ''
      : `The answer is a part of ${partOf.variant}, whose other changes (${partOf.of - (answer?.settings.length ?? 0)} of ${partOf.of}) are not needed for the budgets.`,
    base.holds
      ? ''
      : `Tried ${plural(tried, 'change')} of ${plural(settings, 'setting')} in ${plural(runs, 'run')}; no fault, no load and no budget is changed.`,
    untried === 0
      ? ''
      : `${by} left ${plural(untried, 'change')} untried, those farthest from the trouble.`,
    ...leftOut.map(({ text, why }) => `Left out: ${text}, because ${why}.`),
  ].filter((note) => note !== '');
}
