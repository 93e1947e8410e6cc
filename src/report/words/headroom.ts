import type {
  ComponentHeadroom,
  Headroom,
  KeyedLimit,
  LoadedResource,
  MissHeadroom,
} from '../../contracts/result/headroom.js';
import type { FaultInfo, VariantResult } from '../../contracts/result/result.js';
import { formatSize } from '../../contracts/quantities/size-text.js';
import {
  formatBytes,
  formatNumber,
  formatRate,
  formatShare,
  formatSpan,
} from '../../text/figures.js';
import { capitalised, list, plural } from '../../text/words.js';

/** Words for a limit: `of its 64 workers`. */
const LIMIT_WORDS: Readonly<Record<LoadedResource, (one: ComponentHeadroom) => string>> = {
  workers: ({ limit }) => `its ${formatNumber(limit)} ${limit === 1 ? 'worker' : 'workers'}`,
  cores: ({ limit, node }) => {
    const cores = `${formatNumber(limit)} ${limit === 1 ? 'core' : 'cores'}`;
    return node === undefined ? `its ${cores}` : `the ${cores} of ${node}`;
  },
  connections: ({ limit, of }) =>
    `its ${formatNumber(limit)} ${limit === 1 ? 'connection' : 'connections'}` +
    (of === null ? '' : ` to ${of}`),
  consumers: consumerWords,
  relay: ({ limit }) => `its outbox of ${formatNumber(limit)} rows/s`,
  segments: segmentWords,
  bandwidth: ({ limit, of, direction = 'to' }) =>
    `the ${sizeWords(limit)}/s ${direction} ${of ?? ''}`,
  memory: ({ limit }) => `its ${sizeWords(limit)} of memory`,
  concurrency: ({ limit, of }) =>
    `${of === null ? 'its' : 'the account’s'} concurrency of ${formatNumber(limit)}`,
  readUnits: (one) => unitWords(one, 'read unit'),
  writeUnits: (one) => unitWords(one, 'write unit'),
  lock: ({ of }) => `the lock of its busiest ${of ?? 'row'}`,
  permits: (one) => `its ${one.by!} of ${formatNumber(one.limit)}${onCalls(one)}`,
  rate: (one) => `its ${one.by!} of ${formatRate(one.limit)}${onCalls(one)}`,
};

/** `its 4 segments`, `its 4 segments of orders`, `its segment with the busiest streams by account`. */
function segmentWords({ limit, of, busiest }: ComponentHeadroom): string {
  const whose = of === null ? '' : ` of ${of}`;
  if (busiest?.key === undefined) return `its ${plural(limit, 'segment')}${whose}`;
  return `its segment${whose} with the busiest streams by ${busiest.key}`;
}

/** `its 4 consumers of mails`, `its consumer of the busiest partition of posts by account`. */
function consumerWords({ limit, of, busiest }: ComponentHeadroom): string {
  if (busiest === undefined)
    return `its ${formatNumber(limit)} ${limit === 1 ? 'consumer' : 'consumers'} of ${of ?? ''}`;
  const { key, partitions } = busiest;
  if (key !== undefined) return `its consumer of the busiest partition of ${of ?? ''} by ${key}`;
  return `its consumers with ${partitions} of the ${busiest.of} partitions of ${of ?? ''}`;
}

/** `its 5,000 write units per second`, `the 1,000 write units per second of its busiest partition by candidate`. */
function unitWords({ limit, of }: ComponentHeadroom, unit: string): string {
  const units = `${plural(limit, unit)} per second`;
  return of === null ? `its ${units}` : `the ${units} of its busiest partition by ${of}`;
}

/** Whether it is the limit of one consumer of a hot partition. */
function isHot({ busiest }: ComponentHeadroom): boolean {
  return busiest?.key !== undefined;
}

/** Resources whose words are singular, whatever their amount. */
const ONE: ReadonlySet<LoadedResource> = new Set([
  'bandwidth',
  'memory',
  'concurrency',
  'permits',
  'rate',
  'lock',
  'relay',
]);

/** `on its calls to psp`, of a limit on calls. */
function onCalls({ of }: ComponentHeadroom): string {
  return of === null ? '' : ` on calls to ${of}`;
}

/** A size as it was written, such as 10MB, unless it is a mean. */
function sizeWords(bytes: number): string {
  return Number.isInteger(bytes) ? formatSize(bytes) : formatBytes(bytes);
}

/** An amount of a resource in its unit. */
export function amountWords({ resource }: ComponentHeadroom, amount: number): string {
  if (resource === 'bandwidth') return `${formatBytes(amount)}/s`;
  return resource === 'memory' ? formatBytes(amount) : formatNumber(amount);
}

/** From this share of a limit on, the difference to all of it is not worth a mention. */
const EARLY = 0.98;
/** Headroom up to this factor is none: the limit is reached. */
const USED_UP = 1;
/** Below this share of the calm headroom that during a fault is worth a mention. */
const LESS = 0.95;
/** Most components in a sentence. */
const NAMED = 3;
/** Most faults in a sentence. */
const FAULTS = 2;

/** `62 % of its 4 cores at 120/s`. */
export function useWords(one: ComponentHeadroom): string {
  const grown = grownWords(one);
  return `${formatShare(shareUsed(one))} of ${LIMIT_WORDS[one.resource](one)} at ${formatRate(one.rate)}${whenWords(one)}${grown}${refusesWords(one)}`;
}

/** `, with 20 replicas; with fewer it is full from 126 to 305 s`, of an autoscaler. */
function grownWords({ replicas, outgrown }: ComponentHeadroom): string {
  if (replicas === undefined) return '';
  const fewer =
    outgrown === undefined
      ? ''
      : `; with fewer it is full from ${formatSpan(outgrown.from, outgrown.until)}`;
  return `, with ${formatNumber(replicas)} replicas${fewer}`;
}

/** `, refuses 1 % at 45 %`, of a limit that refuses before all of it is in use on average. */
function refusesWords({ usable, limit }: ComponentHeadroom): string {
  return usable === undefined || usable > EARLY * limit
    ? ''
    : `, refuses 1 % at ${formatShare(usable / limit)}`;
}

/** Used part of a limit; more than 1 = its autoscaler could not hold the load either. */
export function shareUsed({ used, limit }: ComponentHeadroom): number {
  return used / limit;
}

/** A resource and its component: `its 64 workers`. */
function limitWords(one: ComponentHeadroom): string {
  return LIMIT_WORDS[one.resource](one);
}

/** `its 64 workers hold`, `its 10 cores, with 5 replicas, hold`. */
export function holdWords(one: ComponentHeadroom): string {
  const { replicas, limit, resource } = one;
  const grown = replicas === undefined ? '' : `, with ${formatNumber(replicas)} replicas,`;
  const isOne = limit === 1 || ONE.has(resource) || isHot(one);
  return `${limitWords(one)}${grown} ${isOne ? 'holds' : 'hold'}`;
}

/** `its 1 consumer of mails handles 20/s of 60/s`. */
export function handleWords(one: ComponentHeadroom): string {
  const isOne = one.limit === 1 || ONE.has(one.resource) || isHot(one);
  const verb = isOne ? 'handles' : 'handle';
  return `${limitWords(one)} ${verb} ${formatRate(one.saturatesAt)} of ${formatRate(one.rate)}`;
}

/** `no load fills api and pay, which have no limit in the file, such as cpu or concurrency`. */
export function unlimitedWords(components: readonly string[]): string {
  const have = components.length === 1 ? 'has' : 'have';
  return `no load fills ${limited(components)}, which ${have} no limit in the file, such as cpu or concurrency`;
}

/** What a heading that names the component does not say: the load that it holds, and less room under faults; or empty. */
export function besideTitle(headroom: Headroom, faults: readonly FaultInfo[]): string {
  const { components, rate } = headroom;
  const [first] = components;
  if (first === undefined) return '';
  const under = faultWords(headroom, first, faults);
  const later = laterWords(headroom);
  if (first.factor > USED_UP) {
    const less = under === '' ? '' : `; under faults less is left: ${under.slice(2)}`;
    return capitalised(`${less}${later}`.slice(2));
  }
  const present = first.when?.rate ?? rate;
  const held = `${formatRate(present * first.factor)} of ${formatRate(present)}${whenWords(first)}`;
  return capitalised(`${holdWords(first)} ${held}${under}${later}`);
}

/** The component that saturates first, in a sentence, with its headroom under faults; null where nothing was used. */
export function tightestWords(headroom: Headroom, faults: readonly FaultInfo[]): string | null {
  const { components, underFault, rate, unlimited } = headroom;
  const others = otherLimits(headroom);
  const [first] = components;
  if (first === undefined) {
    if (others.length > 0) return others.join('; ');
    return unlimited.length === 0 ? null : unlimitedWords(unlimited);
  }
  const { factor } = first;
  const grown = grownWords(first);
  const included = underFault ? ', a fault included' : '';
  const present = first.when?.rate ?? rate;
  const load = `${formatRate(present)}${whenWords(first)}`;
  const use = `${formatShare(shareUsed(first))} of ${limitWords(first)} at ${load}${grown}${refusesWords(first)}${included}`;
  const held = formatRate(present * factor);
  const calm = isFar(first)
    ? `no component is near a limit: ${first.component}, the nearest, uses ${use}`
    : factor <= USED_UP
      ? `${first.component} is saturated: ${holdWords(first)} ${held} of ${load}${included}`
      : `${first.component} saturates first, at ${formatNumber(factor)}x this load, ${held} (${use})`;
  const more = others.map((words) => `; ${words}`).join('');
  return `${calm}${faultWords(headroom, first, faults)}${more}${laterWords(headroom)}`;
}

/** `; not counted: users sends 300/s instead of 20/s from 81 to 140 s`, of a load that is higher near the faults. */
function laterWords({ later }: Headroom): string {
  if (later === undefined) return '';
  const { workload, rate, before, from, until } = later;
  return `; not counted: ${workload} sends ${formatRate(rate)} instead of ${formatRate(before)} from ${formatSpan(from, until)}`;
}

/** From this multiple of the load on, the figure says no more than that the limit is far. */
const FAR = 100;

/** Whether a limit is so far that no load of use comes near it. */
export function isFar({ factor }: ComponentHeadroom): boolean {
  return factor > FAR;
}

/** A multiple of the load: `3.2`, or `over 100`. */
export function factorWords(one: ComponentHeadroom): string {
  return isFar(one) ? `over ${FAR}` : formatNumber(one.factor);
}

/** ` from 60 to 90 s`, of the busiest time where the load changes; else empty. */
export function whenWords({ when }: ComponentHeadroom): string {
  return when === undefined ? '' : ` from ${formatSpan(when.from, when.until)}`;
}

/** Limits for which no load can be stated, each in a sentence. */
export function otherLimits(headroom: Headroom): readonly string[] {
  const { adaptive = [], keyed = [], misses = [] } = headroom;
  return [
    ...misses.map(missWords),
    ...(adaptive.length === 0 ? [] : [adaptiveWords(adaptive)]),
    ...(keyed.length === 0 ? [] : [keyedWords(keyed)]),
  ];
}

/** `more load does not fill idp: a value of tokens is loaded once in its time to live`, or that its load is not known. */
function missWords({ component, caches, isBounded }: MissHeadroom): string {
  return isBounded
    ? `more load does not fill ${component}: a value of ${list(caches)} is loaded once in its time to live`
    : `not counted: ${component}, whose load depends on what ${list(caches)} ${caches.length === 1 ? 'finds' : 'find'}`;
}

/**
 * `the rate limit of api for each tenant refuses the busiest tenant, 22 % of its requests, from 0.9x this load on`; without
 * figures `not counted: the rate limit of api for each tenant, which may refuse the busiest tenant earlier`.
 */
function keyedWords(keyed: readonly KeyedLimit[]): string {
  const known = keyed.flatMap((one) => {
    const { share, factor, key } = one;
    if (share === undefined || factor === undefined) return [];
    const users = `the busiest ${key}, ${formatShare(share)} of its requests`;
    return [`${eachWords(one)} refuses ${users}, from ${formatNumber(factor)}x this load on`];
  });
  const others = keyed.filter(({ factor }) => factor === undefined);
  const which = others.length === 1 ? others[0]!.key : 'ones';
  const open = `not counted: ${limited(others.map(eachWords))}, which may refuse the busiest ${which} earlier`;
  return [
    ...(known.length === 0 ? [] : [limited(known)]),
    ...(others.length === 0 ? [] : [open]),
  ].join('; ');
}

function eachWords({ component, by, key, of }: KeyedLimit): string {
  return `the ${by!} of ${component}${of === null ? '' : ` on calls to ${of}`} for each ${key}`;
}

/** The first of some texts, and how many there are besides. */
function limited(texts: readonly string[]): string {
  const more = texts.length - NAMED;
  return list(more > 0 ? [...texts.slice(0, NAMED), plural(more, 'other')] : texts);
}

/** `the concurrency limit of shop adapts, so that it has no fixed value and may refuse requests earlier`. */
function adaptiveWords(names: readonly string[]): string {
  const [limits, adapt, it] =
    names.length === 1 ? ['limit', 'adapts', 'it has'] : ['limits', 'adapt', 'they have'];
  return `the concurrency ${limits} of ${list(names)} ${adapt}, so that ${it} no fixed value and may refuse requests earlier`;
}

/**
 * `; 1.17x while “provider 20x slower”`, for the faults that leave less headroom, the worst first. Where calls do not
 * return, no factor means anything: `; none while “psp hangs”: calls of shop to psp do not return`.
 */
function faultWords(
  headroom: Headroom,
  calm: ComponentHeadroom,
  faults: readonly FaultInfo[],
): string {
  const less = headroom.faults
    .map(({ fault, stuckOn, components: [first] }) => ({ fault, stuckOn, first: first! }))
    .filter(({ first }) => first.factor < LESS * calm.factor)
    .sort((a, b) => a.first.factor - b.first.factor);
  const words = less.slice(0, FAULTS).map((one) => {
    const { fault, first } = one;
    const { component, factor } = first;
    const name = faults.find(({ id }) => id === fault)?.words ?? fault;
    const whose = component === calm.component ? '' : ` for ${component}`;
    if (one.stuckOn !== undefined)
      return `; none while “${name}”: ${stuckWords(component, one.stuckOn)}`;
    return `; ${formatNumber(factor)}x${whose}${whenWords(first)} while “${name}”`;
  });
  const more = less.length - words.length;
  return `${words.join('')}${more > 0 ? ` and less than now during ${more} more` : ''}`;
}

/** Why no multiple of the load means anything: `calls of shop to psp do not return`. */
export function stuckWords(component: string, stuckOn: string): string {
  return component === stuckOn
    ? `requests of ${component} do not end`
    : `calls of ${component} to ${stuckOn} do not return`;
}

/** `before the first fault, 0 to 60 s`. */
export function healthyWords({ from, until, underFault }: Headroom, faults: number): string {
  const span = formatSpan(from, until);
  if (underFault) return `the entire run, ${span}; a fault begins with it`;
  return faults > 0 ? `before the first fault, ${span}` : `the entire run, ${span}`;
}

/** The headroom of a variant in one line, with its name among several; null without one. */
export function headroomLine(variant: VariantResult, several: boolean): string | null {
  const words =
    variant.headroom === undefined ? null : tightestWords(variant.headroom, variant.faults);
  return words === null ? null : `${several ? `${variant.name}: ` : ''}${words}`;
}
