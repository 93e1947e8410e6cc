import type {
  AgainstResult,
  AgainstRow,
  AgainstVariant,
  AgainstVerdict,
  AgainstRowVerdict,
} from '../../contracts/result/against.js';
import { FIGURES, SUCCESS } from '../../analysis/against/figures.js';
import { isSmallGain } from '../../analysis/against/verdict.js';
import { mostUnseen } from '../../stats/interval.js';
import {
  formatCount,
  formatDifference,
  formatInterval,
  formatShare,
  formatValue,
} from '../../text/figures.js';
import { flow } from '../../text/flow.js';
import { list, plural, verb } from '../../text/words.js';

/** A verdict in a table. */
export const VERDICT_WORDS: Readonly<Record<AgainstRowVerdict, string>> = {
  better: 'better',
  worse: 'worse',
  same: 'the same',
  unknown: 'not decided',
  apart: '–',
};

/** Most effects that the sentence names, of each kind. */
const NAMED = 3;

/** The first sentences: the verdict, with what it is about. */
export function sentenceOf(result: AgainstResult): string {
  const { verdict, against, variants } = result;
  if (variants.length === 0)
    return `No variant is in both: nothing is compared with ${against.name}.`;
  const worse = effectsOf(result, 'worse');
  const better = [
    ...effectsOf(result, 'better'),
    ...(verdict === 'trade' ? smallGainsOf(result) : []),
  ];
  const part = (head: string, effects: readonly string[]): string =>
    effects.length === 0 ? '' : ` ${head}: ${some(effects)}.`;
  const [gains, losses] = [part('Better', better), part('Worse', worse)];
  const named: Readonly<Record<AgainstVerdict, () => string>> = {
    worse: () => `Worse than ${against.name}: ${some(worse)}.${gains}`,
    trade: () => `A trade against ${against.name}.${gains}${losses}`,
    better: () => `Better than ${against.name}: ${some(better)}.`,
    same: () => `The same as ${against.name}: ${sameWords(result)}.`,
    unknown: () => `Not decided against ${against.name}: ${openWords(result)}.${gains}${losses}`,
  };
  const fresh = freshOf(result);
  const broken = fresh.length === 0 ? '' : ` Broken here: ${some(fresh)}.`;
  return `${named[verdict]()}${broken}`;
}

/** What is broken here without having been held or broken there. */
export function freshOf({ variants, addedBroken }: AgainstResult): readonly string[] {
  const own = variants.flatMap(({ budgets }) => budgets.fresh);
  return [...new Set([...own, ...addedBroken])].map((text) => `“${text}”`);
}

/** What a change makes better or worse, lost and won budgets first. */
function effectsOf(result: AgainstResult, verdict: 'better' | 'worse'): readonly string[] {
  const { variants } = result;
  return variants.flatMap((variant) => {
    const { budgets, rows } = variant;
    const [texts, ends] = verdict === 'worse' ? [budgets.lost, 'breaks'] : [budgets.won, 'holds'];
    return [
      ...texts.map((text) => `“${text}” ${ends}${whereOf(variant, variants)}`),
      ...rows
        .filter((row) => row.verdict === verdict)
        .map((row) => `${moveWords(row)}${whereOf(variant, variants)}`),
    ];
  });
}

/** Certain gains that are within the margin of their figure: together with others they may outweigh a loss. */
function smallGainsOf({ variants }: AgainstResult): readonly string[] {
  return variants.flatMap((variant) =>
    variant.verdict !== 'trade'
      ? []
      : variant.rows
          .filter(isSmallGain)
          .map((row) => `${moveWords(row)} (within its margin)${whereOf(variant, variants)}`),
  );
}

/** ` in NAME`, where there are several variants. */
function whereOf({ name }: AgainstVariant, variants: readonly AgainstVariant[]): string {
  return variants.length > 1 ? ` in ${name}` : '';
}

function moveWords({ figure, unit, there, here, difference }: AgainstRow): string {
  const verb = difference! > 0 ? 'rises' : 'falls';
  return `${figure} ${verb} from ${formatValue(there, unit)} to ${formatValue(here, unit)}`;
}

function some(effects: readonly string[]): string {
  const more = effects.length - NAMED;
  return list([...effects.slice(0, NAMED), ...(more > 0 ? [`${formatCount(more)} more`] : [])]);
}

function sameWords({ variants }: AgainstResult): string {
  return variants.every(({ identical }) => identical)
    ? 'every event of every run is the same'
    : 'no figure differs by more than its margin';
}

function openWords(result: AgainstResult): string {
  const { variants, more } = result;
  const open = variants.flatMap(({ name, rows }) =>
    rows
      .filter(({ verdict }) => verdict === 'unknown')
      .map(({ figure }) => (variants.length > 1 ? `${figure} in ${name}` : figure)),
  );
  return `${some(open)}; ${moreWords(more)}`;
}

/** How many replications would decide. */
function moreWords(more: number | null): string {
  return more === null
    ? 'more replications do not help'
    : `about ${formatCount(more)} replications would decide, and --max-runs allows them`;
}

/** A row of the table: figure, there, here, difference with its interval, verdict. */
export function cellsOf(row: AgainstRow): readonly string[] {
  const { figure, unit, there, here, difference, interval, verdict, equalPairs } = row;
  const beside = interval === null ? '' : ` ${formatInterval(difference!, interval, unit)}`;
  const moved =
    difference === null
      ? '–'
      : equalPairs !== undefined
        ? `0 in ${pairsWords(equalPairs)}`
        : `${formatDifference(difference, unit, interval)}${beside}`;
  return [figure, formatValue(there, unit), formatValue(here, unit), moved, VERDICT_WORDS[verdict]];
}

/** `all 10 pairs`. */
function pairsWords(pairs: number): string {
  return pairs === 1 ? 'the only pair' : `all ${plural(pairs, 'pair')}`;
}

/** The row of the budgets of a variant; null if it has none. */
export function budgetCells({ budgets }: AgainstVariant): readonly string[] | null {
  const { there, here, lost, won, fresh } = budgets;
  if (there.of + here.of === 0) return null;
  const held = ({ held: own, of }: typeof here): string => `${own} of ${of}`;
  const moved = [
    ...lost.map((text) => `lost: ${text}`),
    ...won.map((text) => `won: ${text}`),
    ...fresh.map((text) => `broken: ${text}`),
  ];
  const verdict = lost.length > 0 ? 'worse' : won.length > 0 ? 'better' : 'same';
  const words = moved.length === 0 ? '–' : moved.join('; ');
  return ['budgets held', held(there), held(here), words, VERDICT_WORDS[verdict]];
}

/** The heads of the table. */
export function headsOf({ against }: AgainstResult): readonly string[] {
  const there = against.name.length > 24 ? 'there' : against.name;
  return ['figure', there, 'this change', 'difference', 'verdict'];
}

/** The variants with a table: of those that are the same event by event a line is enough. */
export function tabledOf({ variants }: AgainstResult): readonly AgainstVariant[] {
  return variants.filter(({ identical, verdict }) => !identical || verdict !== 'same');
}

/** Variants without a table, those on one side only, and what makes the two hard to compare. */
export function notesOf(result: AgainstResult): readonly string[] {
  const { variants, added, removed, notes, against, interrupted } = result;
  const alike = variants.filter((variant) => !tabledOf(result).includes(variant));
  const isShown = alike.length > 0 && alike.length < variants.length;
  const both = variants.reduce((sum, { budgets }) => sum + budgets.both, 0);
  return [
    isShown ? `Every event is the same in ${list(alike.map(({ name }) => name))}.` : '',
    ...new Set(variants.flatMap(idleNotes)),
    ...variants.flatMap(({ name, was }) =>
      was === undefined ? [] : [`${name} was ${was} there.`],
    ),
    added.length === 0 ? '' : `Only here: ${list(added)}.`,
    removed.length === 0 ? '' : `Only in ${against.name}: ${list(removed)}.`,
    ...new Set(variants.flatMap((variant) => apartNotes(variant, against.name))),
    ...new Set(tabledOf(result).flatMap(equalNotes)),
    both === 0
      ? ''
      : `${plural(both, 'budget')} broken there ${verb(both, 'are', 'is')} broken here too. This is no difference: faultline check without --against ends with 1.`,
    ...notes.map((note) => `Compare with care: ${note}.`),
    interrupted === true ? 'An interrupt ended the runs before the next look.' : '',
  ].filter((note) => note !== '');
}

/** `policies.psp.retry.attempts: 5 (was 3) has no effect in these runs.` */
function idleNotes({ idle = [] }: AgainstVariant): readonly string[] {
  if (idle.length === 0) return [];
  const changes = idle.map(
    ({ path, from, to }) =>
      `${path}: ${to === null ? 'nothing' : flow(to)} (was ${from === null ? 'nothing' : flow(from)})`,
  );
  return [`${some(changes)} ${verb(idle.length, 'have', 'has')} no effect in these runs.`];
}

/** Whether a figure has no verdict because calls were never sent. */
function isUnsent(figure: string): boolean {
  return FIGURES.find(({ name }) => name === figure)?.isOfCalls === true;
}

/** How often a share may differ where all pairs of runs are equal. */
function equalNotes({ rows }: AgainstVariant): readonly string[] {
  const pairs = rows.flatMap(({ unit, equalPairs = [] }) => (unit === 'share' ? equalPairs : []));
  if (pairs.length === 0) return [];
  const fewest = Math.min(...pairs);
  const most = formatShare(mostUnseen(fewest));
  return [
    `0 in ${pairsWords(fewest)}: of further pairs of runs up to ${most} may differ (95 % confidence).`,
  ];
}

/** Why figures have no verdict. */
function apartNotes({ rows }: AgainstVariant, there: string): readonly string[] {
  const moved = rows.find(({ figure }) => figure === SUCCESS)?.difference ?? 0;
  const others =
    moved > 0
      ? `requests that fail in ${there} succeed here, and these may be the slow ones`
      : `requests that succeed in ${there} fail here, and these may have been the slow ones`;
  return [true, false].map((isOfCalls) => {
    const apart = rows
      .filter(({ verdict, figure }) => verdict === 'apart' && isUnsent(figure) === isOfCalls)
      .map(({ figure }) => figure);
    const why = isOfCalls ? 'calls are refused unsent' : others;
    return apart.length === 0 ? '' : `No verdict on ${list(apart)}: ${why}.`;
  });
}

/** `10 replications each, at most 5 % of comparisons of equal systems find a difference`. */
export function factsOf({ replications, seed, against }: AgainstResult): string {
  const commit = against.commit === null ? '' : ` (${against.commit.slice(0, 10)})`;
  return `against ${against.name}${commit}, ${plural(replications, 'replication')} of each, seed ${seed}`;
}
