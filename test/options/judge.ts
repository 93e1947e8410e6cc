import type { Spot } from './edit.js';
import { spotsOf, withValue } from './edit.js';
import type { Refusal, Tree, Tried } from './figures.js';
import { tried } from './figures.js';
import type { Option } from './schema.js';
import { pathOf, resolved } from './schema.js';
import { baseNamed } from './corpus.js';
import { asVersion, ofComponent } from './in-version.js';
import { hintsFor } from './hints/index.js';
import type { Hint } from './hints/hint.js';
import { candidates, namesIn } from './values.js';

/** A scenario in which options are tried. */
export interface Host {
  readonly name: string;
  readonly tree: Tree;
  readonly files: (path: string) => string | null;
  /** Final change of the scenario, after all fields are set. */
  readonly finish?: (tree: Tree) => Tree;
}

export type Verdict = 'acts' | 'refused' | 'reported' | 'nothing' | 'no host';

export interface Judged {
  readonly verdict: Verdict;
  /** Where the effect was seen, or the values tried. */
  readonly proof: string;
}

/**
 * Where the effect of an option is looked for: in the figures, the page of the report, the traces, or the results of
 * a sweep.
 */
export type Shows = 'figures' | 'page' | 'traces' | 'sweep';

/** Scenarios in which an option is tried, places in each, and values at each place. */
export interface Effort {
  readonly hosts: number;
  readonly spots: number;
  readonly values: number;
}

/** Errors that do not show an effect of an option: the value is invalid, or refers to a missing name. */
const ABOUT_VALUES: ReadonlySet<string> = new Set([
  'FL104',
  'FL105',
  'FL201',
  'FL203',
  'FL204',
  'FL205',
  'FL206',
  'FL401',
  'FL404',
  'FL406',
  'FL501',
  'FL502',
]);

/** Tries one option on hosts until one shows its effect. */
export function judge(
  option: Option,
  hosts: readonly Host[],
  effort: Effort,
  shows: Shows = 'figures',
): Judged {
  const places = [
    ...hintsFor(option.path).flatMap((hint) => hinted(option, hint, hosts, effort)),
    ...placesIn(option, hosts, effort, {}),
  ];
  const judged = judgeIn(option, places, effort, shows);
  const own = judged.verdict === 'acts' ? null : ofComponent(option);
  const other = own === null ? judged : judgeAsVersion(own, hosts, effort, shows);
  return judged.verdict === 'nothing' || other.verdict === 'acts' ? other : judged;
}

/** Tries an option of a version as that of its component, which is then written in a version. */
function judgeAsVersion(own: Option, hosts: readonly Host[], effort: Effort, shows: Shows): Judged {
  const wrapped = (some: readonly Host[]): readonly Host[] =>
    some.map((host) => asVersion(host, own)).filter((host) => host !== null);
  const places = [
    ...hintsFor(own.path).flatMap((hint) =>
      placesIn(
        own,
        wrapped(hint.base === undefined ? hosts : [baseNamed(hint.base)]),
        effort,
        hint,
      ),
    ),
    ...placesIn(own, wrapped(hosts), effort, {}),
  ];
  return judgeIn(own, places, effort, shows);
}

/** Defaults of the resolver that the schema does not contain. */
const USUAL: Readonly<Record<string, unknown>> = { per: 'callee', scope: 'instance' };

/** Tries an option of a bundle in the one scenario of a place, as the hints for bundles say. `usual` takes every bundle. */
export function judgeAt(
  option: Option,
  host: Host,
  usual: Host,
  effort: Effort,
  shows: Shows,
): Judged {
  const at = ['policies', 'guard'];
  const own = { segments: option.segments, leaves: option.leaves, path: pathOf(option.segments) };
  const places = [
    ...hintsFor(own.path)
      .filter(({ base }) => base === 'calls.yaml')
      .flatMap((hint) => placesIn(own, [host], effort, hint)),
    ...placesIn(own, [host], effort, { at }),
  ];
  const judged = judgeIn(own, places, effort, shows);
  if (judged.verdict !== 'nothing') return judged;
  for (const place of places) {
    const refusal = refusedHere(own, place, usual, effort);
    if (refusal === null) continue;
    const { code, path, message } = refusal;
    return { verdict: 'refused', proof: `only here, ${code} ${path}: ${message}` };
  }
  return judged;
}

/** Why a place takes no value but the default, of those that the usual place takes in the same bundle. */
function refusedHere(
  { segments, leaves }: Option,
  { host, spot, hint }: Place,
  usual: Host,
  { values }: Effort,
): Refusal | null {
  const names = namesIn(host.tree);
  const key = String(spot.keys.at(-1));
  const standard = [USUAL[key], ...leaves.map((leaf) => resolved(leaf).default)];
  const own = hint.values ?? candidates(leaves, spot.present, names);
  const taken = own.filter((value) => {
    if (standard.includes(value)) return false;
    return trying(usual, segments, spot, hint, names)(value).refusals === null;
  });
  let found: Refusal | null = null;
  for (const value of taken.slice(0, values)) {
    const { refusals } = trying(host, segments, spot, hint, names)(value);
    const right = refusals?.find(({ code }) => !ABOUT_VALUES.has(code)) ?? null;
    if (right === null) return null;
    found ??= right;
  }
  return found;
}

/** Sets a value at a spot, with the additions of a hint. */
function trying(
  host: Host,
  segments: Option['segments'],
  spot: Spot,
  hint: Omit<Hint, 'option'>,
  names: readonly string[],
): (value: unknown) => Tried {
  return (value) => {
    const tree = withValue(host.tree, segments, spot, value, names);
    hint.beside?.(tree);
    return tried(host.finish?.(tree) ?? tree, host.files);
  };
}

function judgeIn(option: Option, places: readonly Place[], effort: Effort, shows: Shows): Judged {
  let refused: Refusal | null = null;
  let reported = '';
  let ran = false;
  let isClosed = false;
  const told: string[] = [];
  for (const place of places) {
    const one = atSpot(option, place, effort, shows);
    const { host } = place;
    if (one.verdict === 'acts') return one;
    refused ??= one.refusal;
    // A hint says which values are not the default: where all of them are refused, that one alone is taken.
    if (place.hint.values !== undefined && !one.hasRun) isClosed ||= one.refusal !== null;
    else ran ||= one.hasRun;
    if (one.verdict === 'reported') reported = one.proof;
    told.push(`${host.name} ${one.proof}`);
  }
  if (reported !== '') return { verdict: 'reported', proof: reported };
  // Refused with some values and inert with others is not refused.
  if (refused !== null && (isClosed || !ran)) {
    return { verdict: 'refused', proof: `${refused.code} ${refused.path}: ${refused.message}` };
  }
  if (places.length === 0) return { verdict: 'no host', proof: '' };
  return { verdict: 'nothing', proof: told.slice(0, 2).join('; ') };
}

/** A place in a scenario, and how it is tried there. */
interface Place {
  readonly host: Host;
  readonly spot: Spot;
  readonly hint: Omit<Hint, 'option'>;
}

function hinted(
  option: Option,
  hint: Hint,
  hosts: readonly Host[],
  effort: Effort,
): readonly Place[] {
  if (hint.base === undefined) return placesIn(option, hosts, effort, hint);
  return placesIn(option, [baseNamed(hint.base)], effort, hint);
}

/** The places of an option in some scenarios, those that have most of its path first. */
function placesIn(
  { segments }: Option,
  hosts: readonly Host[],
  effort: Effort,
  hint: Omit<Hint, 'option'>,
): readonly Place[] {
  const places = hosts.flatMap((host) => {
    const all = spotsOf(host.tree, segments);
    const { at } = hint;
    const spots =
      at === undefined ? all : all.filter(({ keys }) => at.every((key, k) => keys[k] === key));
    return spots.slice(0, effort.spots).map((spot) => ({ host, spot, hint }));
  });
  return places.sort((a, b) => b.spot.depth - a.spot.depth).slice(0, effort.hosts);
}

type AtSpot = Judged & { readonly refusal: Refusal | null; readonly hasRun: boolean };

function atSpot(option: Option, { host, spot, hint }: Place, effort: Effort, shows: Shows): AtSpot {
  const { segments, leaves } = option;
  const names = namesIn(host.tree);
  const own = hint.values ?? candidates(leaves, spot.present, names);
  const set = trying(host, segments, spot, hint, names);
  const seen = new Map<string, string>();
  const without = set(undefined);
  // Where it may not be left out, nothing says which remarks are about it.
  const known = without.refusals === null ? new Set(without.run.remarks()) : null;
  if (without.refusals === null) seen.set(without.run[shows](), 'left out');
  let refusal: Refusal | null = null;
  const said: string[] = [];
  let runs = 0;
  const key = String(spot.keys.filter((one) => typeof one === 'string').at(-1));
  const isGiven = hint.values !== undefined;
  const list: unknown[] = spot.present === undefined || isGiven ? [] : [spot.present];
  for (const value of [...list, ...own]) {
    if (runs >= effort.values) break;
    const one = set(value);
    if (one.refusals !== null) {
      const right = one.refusals.find((each) => isAbout(each, key, spot, isGiven));
      if (right !== undefined) refusal ??= right;
      said.push(`${JSON.stringify(value)} ${one.refusals[0]?.code} ${one.refusals[0]?.message}`);
      continue;
    }
    runs += 1;
    if (hint.admits === true && without.refusals !== null) {
      const { code, message } = without.refusals[0]!;
      const proof = `${host.name}: refused without it, ${code} ${message}`;
      return { verdict: 'acts', proof, refusal, hasRun: true };
    }
    const figures = one.run[shows]();
    seen.set(figures, JSON.stringify(value));
    if (seen.size > 1) {
      const proof = `${host.name}: ${[...seen.values()].join(' | ')}`;
      return { verdict: 'acts', proof, refusal, hasRun: true };
    }
    const remark = one.run
      .remarks()
      .find((text) => known?.has(text) === false && isNamed(text, key));
    if (remark !== undefined) return { verdict: 'reported', proof: remark, refusal, hasRun: true };
  }
  const proof = `${spot.keys.join('.')} (${runs} runs) ${said.slice(0, 1).join('')}`;
  return { verdict: 'nothing', proof, refusal, hasRun: runs > 0 };
}

/** Whether a text names an option: `order`, and not `order-created`. */
function isNamed(text: string, key: string): boolean {
  return new RegExp(`(?<![\\w-])${key.replace(/[^\w]/g, '.')}(?![\\w-])`).test(text);
}

function isAbout(
  { code, path, message }: Refusal,
  key: string,
  spot: Spot,
  isGiven: boolean,
): boolean {
  if (ABOUT_VALUES.has(code) && !isGiven) return false;
  return path.includes(key) || isNamed(message, key) || path === spot.keys.join('.');
}
