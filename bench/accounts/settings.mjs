// Kinds of sentences about the settings in which two variants differ, compared with the changes of the document.
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { COUNT, countIn, isPrinted, NUMBER, SHARE, TIME } from './figures.mjs';
import { kind } from './kind.mjs';

/** The parts of a list with joints outside of brackets and quotation marks. */
export function partsOf(text, joints = [', ', ' and ']) {
  const found = [];
  let [depth, from, isQuoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"' && text[i - 1] !== '\\') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if ('[{('.includes(text[i])) depth++;
    if (']})'.includes(text[i])) depth--;
    const joint = depth > 0 ? undefined : joints.find((one) => text.startsWith(one, i));
    if (joint === undefined) continue;
    found.push(text.slice(from, i));
    from = i + joint.length;
  }
  return [...found, text.slice(from)];
}

/**
 * The values of a path in both sides of a change, null where it has none. A step that has no name on one side is the one at
 * the place of that with the name on the other.
 */
function valuesAt(sides, keys) {
  let left = sides;
  for (const key of keys) {
    const places = left.map((one) =>
      Array.isArray(one) ? one.findIndex((entry) => entry?.name === key) : -1,
    );
    const place = places.find((one) => one >= 0) ?? Number(key);
    left = left.map((one, side) =>
      Array.isArray(one) ? one[places[side] >= 0 ? places[side] : place] : one?.[key],
    );
  }
  return left.map((one) => one ?? null);
}

/** The keys of a path such as `steps[pay].after`, below that of a change; null if it is not below it. */
function keysBelow(path, above) {
  if (path === above) return [];
  if (!path.startsWith(above) || !/^[.[]/u.test(path.slice(above.length))) return null;
  return [...path.slice(above.length).matchAll(/\.([^.[]+)|\[([^\]]+)\]/gu)].map(
    ([, name, index]) => name ?? index,
  );
}

/** Both values of a path by the changes; null if none of them reaches it. */
function valuesOf(path, changes) {
  const all = changes
    .map((change) => ({ change, keys: keysBelow(path, change.path) }))
    .filter(({ keys }) => keys !== null)
    .sort((a, b) => a.keys.length - b.keys.length);
  if (all.length === 0) return null;
  const [{ change, keys }] = all;
  const [from, to] = valuesAt([change.from, change.to], keys);
  return { from, to };
}

const isMap = (one) => typeof one === 'object' && one !== null && !Array.isArray(one);

/** How many single values differ between two: maps and lists of one length are compared part by part. */
function differencesIn(from, to) {
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return from.reduce((sum, one, k) => sum + differencesIn(one, to[k]), 0);
  if (isMap(from) && isMap(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].reduce(
      (sum, key) => sum + differencesIn(from[key] ?? null, to[key] ?? null),
      0,
    );
  return isDeepStrictEqual(from, to) ? 0 : 1;
}

/** Compared as the document has them: a map of the program has no prototype. */
const isValue = (text, value) =>
  isDeepStrictEqual(
    text === 'unset' ? null : (parse(text) ?? null),
    JSON.parse(JSON.stringify(value ?? null)),
  );

/** What is wrong in one setting of a list, `path: from → to` or `path`. */
function settingError(text, changes) {
  const path = /^\S+?(?=: |$)/u.exec(text)?.[0];
  const values = path === undefined ? null : valuesOf(path, changes);
  if (values === null) return `no change of ${path ?? text}`;
  const { from, to } = values;
  if (isDeepStrictEqual(from, to)) return `${path} is the same in both`;
  if (text === path) return null;
  const sides = text.slice(path.length + 2).split(' → ');
  const isSo = sides.length === 2 && isValue(sides[0], from) && isValue(sides[1], to);
  return isSo ? null : `${path} is ${JSON.stringify(from)} and ${JSON.stringify(to)}`;
}

/** The settings of `parent: { a: 1 → 2, b: 3 → 4 }`, each with its whole path. */
function ungrouped(text) {
  const group = /^(?<parent>\S+): \{ (?<list>.+) \}$/u.exec(text)?.groups;
  const parts = group === undefined ? [] : partsOf(group.list, [', ']);
  if (parts.length < 2 || !parts.every((one) => /^[^\s:]+: .* → /u.test(one))) return [text];
  return parts.map((one) => `${group.parent}.${one}`);
}

/** What is wrong in a list of settings, with `and 4 more` at its end, or the list of all of them, or of a part. */
export function settingsError(list, changes, isPart = false) {
  const below = /^(?<count>\d+) settings?, below$/u.exec(list)?.groups;
  if (below !== undefined)
    return Number(below.count) === changes.length ? null : `${changes.length} settings differ`;
  const more = /^(?<some>.+) and (?<left>\d+) more in the patch of Do$/u.exec(list)?.groups;
  const all = partsOf(more?.some ?? list).flatMap(ungrouped);
  const error = all.map((one) => settingError(one, changes)).find((one) => one !== null);
  if (error !== undefined) return error;
  if (isPart) return null;
  const count = changes.reduce((sum, { from, to }) => sum + differencesIn(from, to), 0);
  const arePaths = all.length === changes.length && changes.every(({ path }) => all.includes(path));
  return arePaths || all.length + Number(more?.left ?? 0) === count
    ? null
    : `${count} settings differ`;
}

/** The changes that make `name` of `other`; what both change from the variant of which all are made is none. */
function changesBetween({ result }, name, other) {
  const of = (one) => result.variants.find((variant) => variant.name === one);
  const [to, from] = [of(name), of(other)];
  if (to === undefined || from === undefined) return undefined;
  const [old, own] = [from, to].map(({ changes = [] }) => changes);
  const paths = [...new Set([...old, ...own].map(({ path }) => path))];
  return paths.flatMap((path) => {
    const [before, after] = [old, own].map((all) => all.find((one) => one.path === path));
    const usual = (before ?? after).from;
    const sides = [before, after].map((one) => (one === undefined ? usual : one.to));
    return isDeepStrictEqual(sides[0], sides[1]) ? [] : [{ path, from: sides[0], to: sides[1] }];
  });
}

/** The changes that a list in brackets is about: from the variant that it begins with, as in `base with a: 1 → 2`. */
function changesOf(facts, list, better, worse) {
  const from = /^(\S+) with /u.exec(list ?? '')?.[1] ?? worse.name;
  return changesBetween(facts, better.name, from) ?? [];
}

/** A meter of all subjects of a variant that have it. */
const meters = ({ metered }, name) =>
  Object.values(metered).flatMap(({ meters: own }) => (own[name] === undefined ? [] : [own[name]]));

function isDrained(text, variant) {
  const all = Object.values(variant.metered).flatMap(({ drain }) => Object.values(drain ?? {}));
  const runs = variant.perReplication.map((_, k) => all.map(({ each }) => each[k] ?? null));
  const known = runs.filter((own) => !own.includes(null)).map((own) => Math.max(0, ...own));
  const mean = known.reduce((sum, one) => sum + one, 0) / Math.max(1, known.length);
  return (
    known.length * 2 > runs.length && (text === undefined ? mean === 0 : isPrinted(text, mean))
  );
}

const BROKEN = ['stuck', 'inconsistent', 'lost'];

/** The mean count of a run, over all subjects of some kinds. */
const countsOf = (variant, names) =>
  names.reduce(
    (sum, name) => sum + meters(variant, name).reduce((all, { total }) => all + (total ?? 0), 0),
    0,
  );

/** Effects that no request shows, each with the check of its figure in a variant; without a figure it is 0. */
const EFFECTS = [
  [`(?:the backlog is gone after (${TIME})|the backlog is gone at once)`, isDrained],
  [`(?:at most (${COUNT}) waits?|nothing waits)`, isMost],
  [`(?:(${COUNT}) still waits? at the end|nothing waits at the end)`, isLeft],
  [
    `(?:(${SHARE}) of sagas break|no saga breaks)`,
    (text, variant) => isShare(text, variant, BROKEN, 'accepted'),
  ],
  [
    `(?:(${SHARE}) of reads are stale|no read is stale)`,
    (text, variant) => isShare(text, variant, ['staleReads'], 'reads'),
  ],
  [
    `(?:messages lost: (${NUMBER})|no message is lost)`,
    (text, variant) => isPrinted(text ?? '0', countsOf(variant, ['lostEffects'])),
  ],
  [
    `(?:commits lost: (${NUMBER})|no commit is lost)`,
    (text, variant) => isPrinted(text ?? '0', countsOf(variant, ['lostCommits'])),
  ],
  [
    `(?:repeated effects: (${NUMBER})|no effect happens again)`,
    (text, variant) => isPrinted(text ?? '0', countsOf(variant, ['duplicateEffects'])),
  ],
];

function isMost(text, { metered }) {
  const all = Object.values(metered).flatMap(({ meters: own }) => Object.values(own));
  return all.some(({ form, max }) => form === 'gauge' && Math.round(max) === countIn(text ?? '0'));
}

function isLeft(text, { metered }) {
  const all = Object.values(metered).flatMap(({ meters: own }) => Object.values(own));
  return all.some(
    ({ form, steps }) => form === 'gauge' && Math.round(steps.at(-1)) === countIn(text ?? '0'),
  );
}

function isShare(text, variant, parts, of) {
  const all = countsOf(variant, [of]);
  const share = all === 0 ? 0 : countsOf(variant, parts) / all;
  return text === undefined ? share === 0 : isPrinted(text, share);
}

/** What is wrong in the words for an effect that no request shows in a variant. */
export function effectError(words, variant) {
  for (const [pattern, isSo] of EFFECTS) {
    const effect = new RegExp(`^${pattern}$`, 'u').exec(words);
    if (effect === null) continue;
    return isSo(effect[1], variant) ? null : `the runs of ${variant.name} have another figure`;
  }
  return `no such effect: ${words}`;
}

/** The effects among the prices of a variant, `; messages lost: 399; 4 % of reads are stale`. */
export function pricesError(text, variant) {
  const all = [
    ...text.matchAll(
      /; ((?:messages lost|commits lost|repeated effects): [^;(]+|\S+ % of (?:sagas break|reads are stale))/gu,
    ),
  ];
  return (
    all.map(([, words]) => effectError(words.trim(), variant)).find((one) => one !== null) ?? null
  );
}

/** All kinds of sentences about settings. */
export const SETTINGS = [
  kind(
    'settings against',
    /^Settings of (?<name>.+?)(?<part> that are enough)? against (?<other>.+?): (?<list>.+)$/u,
    (match, facts) => {
      const { name, part, other, list } = match.groups;
      const changes = changesBetween(facts, name, other);
      if (changes === undefined) return undefined;
      return settingsError(list, changes, part !== undefined);
    },
  ),
  kind(
    'what differs',
    /^The difference from (?<other>.+?) \(proved\): (?<list>.+); in (?<same>.+?) (?<effect>(?:the |there |nothing |no |at most |messages |repeated |\S+ % of ).+)$/u,
    ({ groups }, { result, variant }) => {
      const base = result.variants.find(({ name }) => name === groups.other);
      if (base === undefined || groups.same !== groups.other) return undefined;
      if (!base.baseline) return `${base.name} is not what the others are made of`;
      const error = settingsError(groups.list, variant.changes ?? []);
      if (error !== null) return error;
      return effectError(groups.effect, base);
    },
  ),
  kind(
    'safer',
    /^(?<name>.+?) is safer: (?<less>.+?), in (?<other>.+?) (?<more>(?:messages lost|commits lost|repeated effects|[<>]?[\d.,]+ % of (?:sagas|reads)).*?)(?: \((?<list>.+)\))?$/u,
    ({ groups }, facts) => {
      const [better, worse] = [groups.name, groups.other].map((name) =>
        facts.result.variants.find((one) => one.name === name),
      );
      if (better === undefined || worse === undefined) return undefined;
      const changes = changesOf(facts, groups.list, better, worse);
      const error = effectError(groups.less, better) ?? effectError(groups.more, worse);
      if (error !== null) return error;
      const list = groups.list?.replace(/^\S+ with /u, '');
      return list === undefined ? null : settingsError(list, changes);
    },
  ),
  kind(
    'another fault',
    new RegExp(
      `^In (?<name>[^,(]+?)(?<question>, with (?:another fault|other users))?(?: \\((?<list>.+)\\))?,? (?<share>${SHARE}) of requests succeed, in (?<other>.+?) (?<less>${SHARE})$`,
      'u',
    ),
    ({ groups }, facts) => {
      const [better, worse] = [groups.name, groups.other].map((name) =>
        facts.result.variants.find((one) => one.name === name),
      );
      if (better === undefined || worse === undefined) return undefined;
      const [own, other] = [better, worse].map(({ changes = [] }) =>
        changes.filter(({ isQuestion }) => isQuestion),
      );
      const hasOther = !isDeepStrictEqual(own, other);
      if (hasOther !== (groups.question !== undefined)) return 'whether it has the same faults';
      const isSo =
        isPrinted(groups.share, better.summary.success.value) &&
        isPrinted(groups.less, worse.summary.success.value);
      if (!isSo) return 'the runs have other figures';
      const changes = changesOf(facts, groups.list, better, worse);
      return groups.list === undefined ? null : settingsError(groups.list, changes);
    },
  ),
];
