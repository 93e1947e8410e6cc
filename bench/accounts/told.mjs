// Kinds of sentences about the usual runs, compared with the events and figures of the document.
import { isDeepStrictEqual } from 'node:util';
import { listed } from '../../dist/report/base/format.js';
import { COUNT, countIn, isPrinted, NUMBER, RATE, SHARE, SINCE, TIME } from './figures.mjs';
import { kind, quotesIn } from './kind.mjs';
import { REFUSED, refusedError, requestsNamed } from './refused.mjs';

const DEGRADED = new Set(['degraded', 'failing', 'down']);
const STUCK = { overloaded: 'overloaded', 'down for good': 'lost', 'for good': 'lost' };
const END = String.raw`(?:the end of the run|${TIME})`;

/** Texts of the events of a subject, and of the influences on it: what a link of a chain may say. */
function textsOf({ cascade }, subject) {
  const own = cascade.events.filter((event) => event.subject === subject);
  const influences = cascade.influences.filter(({ to }) => to === subject);
  return [
    ...own.flatMap(({ text, head, detail }) => [text, head, detail]),
    ...influences.map(({ text }) => text),
  ].filter((text) => text !== undefined && text !== '');
}

const EFFECT =
  /^(?:timeouts waiting for|errors from|refused by the full queue of|waits in the queue of|broken connections to|waits for connections to|refused by the open breaker to|no instance of|refused by limits to|deadlines pass waiting for|slow answers of|cache misses load|rows locked during calls to|connections held by calls to|slow network to|messages to or from) /u;

/** The times in a text: ` at 63 s`, ` from 15 s on`. */
const AT = new RegExp(String.raw` (?:at|from) (${TIME})(?: on)?`, 'gu');
const SEEN = /^(.*) \(in (\d+) of (\d+) runs\)(.*)$/u;

/** A link of a chain, `subject: words, words at T`; an error, null, or undefined if it is no link. */
function linkError(link, { variant }) {
  const { cascade } = variant;
  const subjects = [...new Set(cascade.events.map(({ subject }) => subject))];
  const subject = subjects
    .filter((name) => link.startsWith(`${name}: `))
    .sort((a, b) => b.length - a.length)[0];
  if (subject === undefined) return undefined;
  let words = link.slice(subject.length + 2);
  const seen = SEEN.exec(words);
  if (seen !== null) words = `${seen[1]}${seen[4]}`;
  const own = cascade.events.filter((event) => event.subject === subject);
  const texts = textsOf(variant, subject).sort((a, b) => b.length - a.length);
  let left = words;
  while (left !== '') {
    const known = texts.find((text) => left.startsWith(text));
    const effect = EFFECT.exec(left);
    if (known !== undefined) left = left.slice(known.length);
    else if (effect !== null) {
      const end = left.indexOf(', ');
      const callee = /^(\S+)/u.exec(left.slice(effect[0].length))?.[1].replace(/,$/u, '');
      const isSo = [...own, ...cascade.influences.filter(({ to }) => to === subject)].some(
        ({ cause, from }) => cause === callee || from === callee,
      );
      if (!isSo) return `no effect of ${callee} on ${subject}`;
      left = end < 0 ? '' : left.slice(end);
    } else {
      const time = new RegExp(String.raw`^ (?:at|from) (${TIME})(?: on)?`, 'u').exec(left);
      const held = /^ \(connections held by calls to [^)]+\)/u.exec(left);
      if (time !== null) {
        if (
          !own.some(({ at }) => isPrinted(time[1], at)) &&
          !texts.some((text) => text.includes(time[0]))
        )
          return `nothing happens to ${subject} at ${time[1]}`;
        left = left.slice(time[0].length);
      } else if (held !== null) left = left.slice(held[0].length);
      else if (left.startsWith(', ')) left = left.slice(2);
      else return `no event of ${subject} says: ${left}`;
    }
  }
  return null;
}

/** Ends of a chain, each with its check. */
const ENDS = [
  kind(
    'goodput',
    new RegExp(`^(?<share>${SHARE}) of the goodput is lost$`, 'u'),
    ({ groups }, { variant }) =>
      isPrinted(groups.share, variant.cascade.goodputLost.value)
        ? null
        : `goodput lost is ${variant.cascade.goodputLost.value}`,
  ),
  kind(
    'user requests',
    new RegExp(
      `^(?<failed>${COUNT}) of (?<all>${COUNT}) user requests fail(?: \\((?<before>${SHARE}) before\\))?(?:, most of them by chance)?$|^no(?: more)? user requests? fails?(?: than before \\(${SHARE}\\))?$`,
      'u',
    ),
    ({ groups }, facts) =>
      groups.failed === undefined ? null : countsError(groups.failed, groups.all, facts),
  ),
  kind(
    'degraded responses',
    new RegExp(`^(?<some>${COUNT}) of (?<all>${COUNT}) responses are degraded$`, 'u'),
    ({ groups }, { variant }) =>
      countIn(groups.some) <= countIn(groups.all) && (variant.summary.degraded?.value ?? 0) > 0
        ? null
        : 'no response is degraded',
  ),
  kind(
    'no baseline',
    /^(?:the fault lasts for the entire run|no request before the fault shows what is usual)$/u,
    (_, { variant }) =>
      variant.cascade.endings.every(({ reason }) => ['noBaseline', 'background'].includes(reason))
        ? null
        : 'there is a baseline',
  ),
  kind(
    'success is back',
    new RegExp(
      `^success is back (?<when>at once|before the fault ends|after (?<time>${TIME})|while the fault lasts|after the fault|only after a later fault)(?<runs> in \\d+ of \\d+ runs)?(?: \\([^)]+\\))?(?:, latency after (?<late>${TIME})|, but requests are still slow when the run ends)?$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const { recovery, latencyRecovery } = variant.summary;
      const { when, time, late } = groups;
      if (time !== undefined && !isPrinted(time, recovery.value))
        return `recovery is ${recovery.value}`;
      if ((when === 'at once' || when === 'before the fault ends') && recovery.value !== 0)
        return `recovery is ${recovery.value}`;
      if (late !== undefined && !isPrinted(late, latencyRecovery.value))
        return `latency is back after ${latencyRecovery.value}`;
      const well = variant.cascade.verdicts.filter((one) =>
        ['untouched', 'recovered', 'slowRecovery'].includes(one),
      ).length;
      return well > 0 ? null : 'no run ends well';
    },
  ),
  kind(
    'does not recover',
    /^(?:after the fault )?(?:it|the backlog of .+) does not recover, although the load is feasible \(metastable(?: in (?<k>\d+) of (?<n>\d+) runs)?\): .+$/iu,
    ({ groups }, facts) => verdictError('metastable', groups, facts),
  ),
  kind(
    'stays',
    /^(?:it|the backlog of .+|users) stays? (?:(?<what>overloaded|down for good)|degraded (?<good>for good)|for good)(?: in (?<k>\d+) of (?<n>\d+) runs)?: .+$/iu,
    ({ groups }, facts) => verdictError(STUCK[groups.what ?? 'for good'], groups, facts),
  ),
  kind(
    'end not shown',
    /^the run does not show the end(?: in (?<k>\d+) of (?<n>\d+) runs)?: .+$/u,
    ({ groups }, facts) => verdictError('undecided', groups, facts),
  ),
  kind(
    'healthy again',
    new RegExp(`^users are healthy again at (?<at>${TIME})$`, 'u'),
    ({ groups }, { variant }) =>
      variant.cascade.events.some(
        ({ kind: own, at }) => own === 'recovered' && isPrinted(groups.at, at),
      )
        ? null
        : 'nobody recovers then',
  ),
];

function verdictError(verdict, { k, n }, { variant, own }) {
  const { verdicts } = variant.cascade;
  const proof = own?.metastability;
  const usual = proof?.proof === 'changed' && proof.verdict === verdict ? proof.usual : verdict;
  const count = verdicts.filter((one) => one === usual || one === verdict).length;
  if (count === 0) return `no run is ${verdict}`;
  return k === undefined ||
    (Number(k) === verdicts.filter((one) => one === usual).length && Number(n) === verdicts.length)
    ? null
    : `${count} of ${verdicts.length} runs are ${verdict}`;
}

/** Counts of the first run after its first fault: they are at most those of the whole run. */
function countsError(failed, all, { variant }) {
  const [first] = variant.perReplication;
  if (countIn(failed) > countIn(all)) return 'more fail than finish';
  return countIn(all) <= first.requests ? null : `run 1 has ${first.requests} requests`;
}

/** Reads parts that are joined by commas, semicolons and \`and\`: each of one of some kinds. */
function partsError(text, kinds, facts) {
  if (text === '') return null;
  for (const one of kinds) {
    const whole = one.read(text, facts);
    if (whole !== undefined) return whole;
  }
  for (const joint of ['; ', ' and ', ', and ', ', but ', ', ']) {
    for (let at = text.indexOf(joint); at > 0; at = text.indexOf(joint, at + 1)) {
      for (const one of kinds) {
        const head = one.read(text.slice(0, at), facts);
        if (head === undefined) continue;
        const rest = partsError(text.slice(at + joint.length), kinds, facts);
        if (rest !== undefined) return head ?? rest;
      }
    }
  }
  return undefined;
}

/** What is left of a start without the words that are known, times, evidence in parentheses and joints. */
function restOf(text, known) {
  const longest = [...known].sort((a, b) => b.length - a.length);
  const rest = longest.reduce((left, words) => left.replaceAll(words.toLowerCase(), ''), text);
  return rest
    .replaceAll(/\((?:[^()]|\([^()]*\))*\)/gu, '')
    .replaceAll(new RegExp(`(?: (?:at|from)|,| and) (?:${TIME})(?: on)?`, 'gu'), '')
    .replaceAll(/ and (?:once|\d+ times) more|, when |[“”]|\b(?:and|later)\b|[, ]/gu, '');
}

/** What begins a chain: faults and conditions with their times, and how they are known. */
function startError(text, facts) {
  const { variant } = facts;
  const { cascade, faults } = variant;
  const known = [
    ...faults.map(({ words }) => words),
    ...cascade.events
      .filter(({ kind: own }) => own === 'fault')
      .flatMap(({ text: own, head }) => [own, head]),
    ...cascade.causes.map(({ text: own }) => own),
  ].filter((words) => words !== undefined);
  const lower = text.toLowerCase();
  if (!known.some((words) => lower.includes(words.toLowerCase()))) return undefined;
  if (restOf(lower, known) !== '') return undefined;
  const ids = new Set(cascade.causes.map(({ fault }) => fault));
  const marks = [
    ...cascade.causes.filter((own) => lower.includes(own.text.toLowerCase())),
    // A fault that is no cause begins as a guess.
    ...faults
      .filter(({ id, words }) => !ids.has(id) && text.includes(words))
      .map(() => ({ known: 'guess' })),
  ].map(({ known: mark }) => mark);
  const marked = [...text.matchAll(/\b(proved|likely|guess)\)/gu)].map(([, mark]) => mark);
  const other = marked.find((mark) => !marks.includes(mark));
  if (other !== undefined) return `it is ${marks.join(', ') || 'no cause'}, and not ${other}`;
  const times = [...text.matchAll(AT)].map(([, time]) => time);
  const all = [...cascade.events, ...cascade.causes].map(({ at }) => at);
  const said = known.join(' ');
  const wrong = times.find(
    (time) => !all.some((at) => isPrinted(time, at)) && !said.includes(time),
  );
  return wrong === undefined ? null : `nothing begins at ${wrong}`;
}

/** `A hangs at 20 s (proved) -> b: ... -> users.go: ...; 20 % of the goodput is lost and success is back at once`. */
function chainError(text, facts) {
  const own = text.replace(/^Later, /u, '');
  const pieces = own.split(' -> ');
  if (pieces.length < 2) return undefined;
  const [first, ...links] = pieces;
  const last = links.pop();
  const isLink = linkError(first, facts) !== undefined && startError(first, facts) === undefined;
  const begin = isLink ? linkError(first, facts) : startError(first, facts);
  if (begin === undefined || begin !== null) return begin;
  for (const link of links) {
    const error = linkError(link, facts);
    if (error !== null) return error;
  }
  // The end of the last link is where its ends begin.
  let error;
  for (let at = last.length; at > 0; at = last.lastIndexOf('; ', at - 1)) {
    const link = linkError(last.slice(0, at), facts);
    const ends = partsError(last.slice(at + 2), ENDS, facts);
    if (link === null && ends !== undefined) return ends;
    error ??= link;
  }
  return error;
}

function hurtError({ subject, how, from, to, other, otherHow }, { variant }) {
  const { events } = variant.cascade;
  const degraded = events.filter((event) => DEGRADED.has(event.kind));
  const isOther = (event) => event.subject === other || event.subject.endsWith(`.${other}`);
  if (
    other !== undefined &&
    !degraded.some((one) => isOther(one) && (one.text === otherHow || one.head === otherHow))
  )
    return `no event of ${other} says: ${otherHow}`;
  // A component may have the name of a request.
  const ofUsers = degraded.filter((event) => event.subject.endsWith(`.${subject}`));
  const own = ofUsers.length > 0 ? ofUsers : degraded.filter((event) => event.subject === subject);
  if (own.length === 0) return `${subject} does not degrade`;
  if (!own.some(({ text, head }) => text === how || head === how))
    return `no event of ${subject} says: ${how}`;
  if (!own.some(({ at }) => isPrinted(from, at))) return `${subject} does not degrade at ${from}`;
  if (to === 'the end of the run') return null;
  const ends = [
    ...events.filter((event) => event.subject === own[0].subject).map(({ at }) => at),
    ...own.flatMap(({ figure }) => (figure?.until === undefined ? [] : [figure.until])),
  ];
  return ends.some((at) => isPrinted(to, at)) ? null : `nothing of ${subject} ends at ${to}`;
}

const HURT = String.raw`(?<subject>\S+?)(?<requests> requests)?: (?<how>.+?) from (?<from>${SINCE}) to (?<to>${END})(?:, ${COUNT} times|, healthy again at (?<healthy>${TIME})|, not healthy again|; degraded (?:${COUNT} times )?from ${SINCE} to ${END})?(?:; those that fail are ${REFUSED})?(?:; the first fail from (?<first>${TIME}))?(?:; (?:(?<other>\S+): (?<otherHow>.+)|(?:\S+ and \S+|\d+ other kinds?) too))?`;

/** Whether requests fail in the step that begins at the time of the first ones. */
function firstError({ first, subject }, { variant: { timeline } }) {
  if (first === undefined) return null;
  const isSo = Object.entries(timeline.series).some(
    ([name, { success = [] }]) =>
      (name === subject || name.endsWith(`.${subject}`)) &&
      success.some((share, k) => share < 1 && isPrinted(first, k * timeline.step)),
  );
  return isSo ? null : `no request fails from ${first}`;
}

/** Words of causes are those of the account. */
function causesError(text, { variant }) {
  const { causes } = variant.cascade;
  let left = text;
  while (left !== '') {
    // Of two faults with the same words, the one whose id follows.
    const isNamed = ({ text, fault }) => left.startsWith(`${text} (${fault})`);
    const one = causes
      .filter((own) => left.startsWith(own.text))
      .sort((a, b) => b.text.length - a.text.length || isNamed(b) - isNamed(a))[0];
    if (one === undefined) return `no cause: ${left}`;
    left = left.slice(one.text.length);
    // Two faults with the same words have their ids.
    if (one.fault !== undefined && left.startsWith(` (${one.fault})`))
      left = left.slice(one.fault.length + 3);
    const known = /^ \((proved|likely|guess)\)/u.exec(left);
    if (known !== null) {
      if (!causes.some((own) => own.text === one.text && own.known === known[1]))
        return `${one.text} is ${one.known}`;
      left = left.slice(known[0].length);
    }
    left = left.replace(/^(?:, and | and |, )(?:\d+ more$)?/u, '');
  }
  return null;
}

function eventError({ variant }, subject, kinds, at) {
  const found = variant.cascade.events.some(
    (event) =>
      event.subject === subject &&
      kinds.includes(event.kind) &&
      (at === undefined || isPrinted(at, event.at)),
  );
  return found ? null : `no such event of ${subject}`;
}

const UNSEEN = {
  'falls behind at': 'backlog',
  'answers with old values from': 'stale',
  'does not end well from': 'unsettled',
  'is undone more often from': 'cancelled',
  'loses messages from': 'lost',
  'loses commits from': 'lostCommits',
  'repeats effects from': 'repeated',
  'gives messages up from': 'deadLettered',
  'repeats work from': 'doneTwice',
  'is reset at': 'replay',
  'blocks publishers from': 'blocked',
};

/** From this multiple of the load on no component is near a limit. */
const FAR = 100;

/** All kinds of sentences about the usual runs. */
export const TOLD = [
  kind(
    'nothing happens',
    /^(?:Nothing degrades|Nothing broke|No fault(?: strikes)?(?: in run 1 \(one strikes in \d+ of \d+ runs\))?, and nothing degrades(?: in run 1)?)$/u,
    (_, { variant }) =>
      variant.cascade.events.some((event) => DEGRADED.has(event.kind))
        ? 'something degrades'
        : null,
  ),
  kind(
    'no request fails',
    /^No fault(?: strikes)?(?: in run 1 \(one strikes in \d+ of \d+ runs\))?, and (?<few>no|hardly any) user request fails$/u,
    ({ groups }, { variant }) => {
      const success = variant.summary.success.value ?? 1;
      return success >= (groups.few === 'no' && variant.perReplication.length === 1 ? 1 : 0.99)
        ? null
        : `success is ${success}`;
    },
  ),
  kind('a chain', /^.+ -> .+$/u, ({ 0: text }, facts) => chainError(text, facts)),
  kind('ends alone', /^.+$/u, ({ 0: text }, facts) =>
    partsError(text.slice(0, 1).toLowerCase() + text.slice(1), ENDS, facts),
  ),
  kind(
    'in all',
    /^(?:In all, |In other runs users lose goodput: )(?<ends>.+)$/u,
    ({ groups }, facts) => partsError(groups.ends, ENDS, facts),
  ),
  kind('a short chain', /^.+; .+$/u, ({ 0: text }, facts) => {
    // Words in parentheses may have semicolons too.
    for (let at = text.indexOf('; '); at > 0; at = text.indexOf('; ', at + 1)) {
      const begin = text.slice(0, at);
      const own = startError(begin, facts);
      const start = own === undefined ? linkError(begin, facts) : own;
      const ends = partsError(text.slice(at + 2), ENDS, facts);
      if (start !== undefined && ends !== undefined) return start ?? ends;
    }
    return undefined;
  }),
  kind(
    'a cause that refuses',
    new RegExp(
      `^(?<start>.+) \\((?:.+ )?${SHARE} of (?:its|the) (?:requests|messages) are (?:throttled|refused)\\)$`,
      'u',
    ),
    ({ groups }, facts) => startError(groups.start, facts),
  ),
  kind(
    'mild',
    new RegExp(`^(?<start>.+?): (?<ends>(?:no|users|${COUNT} of).+)$`, 'u'),
    ({ groups }, facts) => {
      const start = startError(groups.start, facts);
      if (start === undefined) return undefined;
      const ends = groups.ends
        .replace(/ \((?<subject>\S+): [^()]+(?:\([^()]*\)[^()]*)?\)/u, '')
        .replace(/users wait$/u, 'users wait');
      const known = [
        ...ENDS,
        kind(
          'notice',
          new RegExp(
            `^users notice nothing(?:: no more of their requests fail than before \\(${SHARE}\\))?$|^users wait$`,
            'u',
          ),
        ),
      ];
      return start ?? partsError(ends, known, facts);
    },
  ),
  kind('a cause without a fault', /^.+ \(.*(?:proved|likely|guess)\)$/u, ({ 0: text }, facts) =>
    startError(text, facts),
  ),
  kind(
    'without a fault',
    new RegExp(
      `^(?<start>.+): (?<what>(?<share>${SHARE}) of the user requests fail(?: \\(.+?\\))?|no user request fails|hardly any user request fails)(?<fault>, without a fault)?$`,
      'u',
    ),
    ({ groups }, facts) => {
      const { events } = facts.variant.cascade;
      if (groups.fault !== undefined && events.some((event) => event.kind === 'fault'))
        return 'a fault strikes';
      return startError(groups.start, facts);
    },
  ),
  kind(
    'no fault, yet',
    new RegExp(
      `^No fault(?: strikes)?(?: in run 1 \\(.+?\\))?, yet ${SHARE} of the user requests fail.*$`,
      'u',
    ),
  ),
  kind(
    'from the start',
    new RegExp(`^From the start .+: (?<share>${SHARE}) of the requests fail \\(.+\\)$`, 'u'),
    ({ 0: text }, { variant }) =>
      variant.cascade.causes.some((cause) =>
        text.startsWith(cause.text[0].toUpperCase() + cause.text.slice(1)),
      )
        ? null
        : 'no such cause',
  ),
  kind(
    'refused by design',
    new RegExp(
      `^Refused(?: by design)?, without a fault: (?<some>${COUNT}) of (?<all>${COUNT}) user requests \\(.+\\): .+$`,
      'u',
    ),
    ({ groups }, facts) => countsError(groups.some, groups.all, facts),
  ),
  kind(
    'a rule that refuses',
    new RegExp(
      `^(?<subject>\\S+) (?:refuses|uses up) .+ \\((?:.+ )?(?<share>${SHARE}) of its requests are throttled\\)$|^(?<name>\\S+) refuses (?<some>${SHARE}) of its requests$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const own = variant.components[groups.subject ?? groups.name];
      if (own === undefined) return 'there is no such component';
      return (own.success ?? 1) < 1 ? null : 'it refuses none';
    },
  ),
  kind('others fail', new RegExp(`^${COUNT} others? fails?$`, 'u')),
  kind(
    'first in trouble',
    new RegExp(
      `^(?<subject>\\S+) is the first in trouble(?:, at (?<at>${TIME}))? \\((?<text>.+)\\)$`,
      'u',
    ),
    ({ groups }, { variant }) =>
      variant.cascade.events.some(
        ({ subject, text, at }) =>
          subject === groups.subject &&
          text === groups.text &&
          (groups.at === undefined || isPrinted(groups.at, at)),
      )
        ? null
        : `no such event of ${groups.subject}`,
  ),
  kind(
    'in trouble',
    /^(?:In trouble|Short of connections|At the limit): (?<list>.+)$/u,
    ({ groups }, { variant }) =>
      variant.cascade.events.some(({ subject, text }) =>
        groups.list.startsWith(`${subject} (${text}`),
      )
        ? null
        : 'no such event',
  ),
  kind(
    'degraded for a time',
    /^Degraded for a time: (?<list>.+)$/u,
    ({ groups }, facts) =>
      groups.list
        .split(/, | and /u)
        .map((name) => eventError(facts, name, [...DEGRADED]))
        .find((error) => error !== null) ?? null,
  ),
  kind(
    'degraded elsewhere',
    /^Degraded in other runs only: (?<list>.+)$/u,
    ({ groups }, { variant }) =>
      variant.cascade.elsewhere.every(
        ({ subject, runs }, k) => k > 3 || groups.list.includes(`${subject} (${runs} of `),
      )
        ? null
        : 'other subjects degrade',
  ),
  kind(
    'what no request shows',
    new RegExp(
      `^(?<subject>.+?) (?<verb>${Object.keys(UNSEEN).join('|')}) (?<at>${TIME}): .+$`,
      'u',
    ),
    ({ groups }, facts) => eventError(facts, groups.subject, [UNSEEN[groups.verb]], groups.at),
  ),
  kind(
    'an autoscaler',
    new RegExp(
      `^Meanwhile, from (?<at>${TIME}) on, the autoscaler takes (?<subject>\\S+) .+$`,
      'u',
    ),
    ({ groups }, facts) => eventError(facts, groups.subject, ['scaledDown'], groups.at),
  ),
  kind(
    'repeated load',
    /^(?:Feedback loops?|(?<adds>(?:Retries|Hedges|Retries and hedges|Hedges and retries) add load)): (?<list>.+)$/u,
    ({ groups }, { variant }) =>
      variant.cascade.loops
        .filter(
          ({ mechanism }) =>
            groups.adds === undefined || ['retryLoad', 'hedgeLoad'].includes(mechanism),
        )
        .every(({ through }) => groups.list.includes(through.join(' -> ')))
        ? null
        : 'other loops are known',
  ),
  kind('restarts', /^(?<subject>\S+) dies again when it is back$/u, ({ groups }, { variant }) =>
    variant.cascade.loops.some(
      ({ through, mechanism }) => mechanism === 'restarts' && through.includes(groups.subject),
    )
      ? null
      : 'no such loop',
  ),
  kind(
    'deaths',
    /^(?<subject>\S+): (?<text>.+ (?:deaths?|instances?|processes) .+)$/u,
    ({ groups }, { variant }) =>
      variant.cascade.events.some(
        ({ subject, text, kind: own }) =>
          own === 'killed' && subject === groups.subject && groups.text.startsWith(text),
      )
        ? null
        : undefined,
  ),
  kind(
    'unanswered',
    new RegExp(
      `^(?<subject>\\S+): (?<text>${COUNT} of ${COUNT} requests are not answered before the run ends)$`,
      'u',
    ),
    ({ groups }, { variant }) =>
      variant.cascade.events.some(
        ({ subject, text }) => subject === groups.subject && text === groups.text,
      )
        ? null
        : 'no such event',
  ),
  kind(
    'a small part',
    new RegExp(
      `^.+ at ${TIME} (?:makes it worse|has a small part)(?:: (?<share>${SHARE}) of the failed and slow requests come with it)? \\((?:proved|likely|guess)\\)$`,
      'u',
    ),
    ({ groups }, { variant }) =>
      groups.share === undefined ||
      variant.cascade.causes.some(({ share, averted }) => isPrinted(groups.share, averted ?? share))
        ? null
        : 'no cause has this part',
  ),
  kind('a breaker', /^(?<text>.+breaker.+) \((?<evidence>.+)\)$/u, ({ groups }, { variant }) =>
    variant.cascade.causes.some(
      (one) => one.kind === 'breakers' && one.text.toLowerCase() === groups.text.toLowerCase(),
    )
      ? null
      : undefined,
  ),
  kind(
    'unknown part',
    /^The runs do not show whether .+ (?:has|have) a part$/u,
    ({ 0: text }, { variant }) => {
      const causes = new Set(variant.cascade.causes.map(({ fault }) => fault));
      const known = variant.faults.filter(({ id }) => causes.has(id)).map(({ words }) => words);
      const wrong = quotesIn(text).find(
        (words) =>
          known.includes(words) && variant.faults.filter((one) => one.words === words).length === 1,
      );
      return wrong === undefined ? null : `“${wrong}” is a cause`;
    },
  ),
  kind(
    'cleared',
    /^(?:“(?<words>.+?)” is not the cause|The faults are not the cause)$/u,
    ({ groups }, { variant }) => {
      const causes = new Set(variant.cascade.causes.map(({ fault }) => fault));
      const of = variant.faults.filter(
        ({ words }) => groups.words === undefined || words === groups.words,
      );
      return of.every(({ id }) => !causes.has(id)) ? null : 'it is a cause';
    },
  ),
  kind(
    'a rollback',
    new RegExp(
      `^“(?<words>.+?)” (?<blame>is not to blame, but )?is rolled back at (?<at>${TIME}): .+$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const fault = variant.faults.find(({ words }) => words === groups.words);
      if (
        groups.blame !== undefined &&
        !variant.cascade.innocent.some((one) => one.fault === fault?.id)
      )
        return 'it is to blame';
      return variant.cascade.events.some(
        ({ kind: own, at }) => own === 'faultEnd' && isPrinted(groups.at, at),
      )
        ? null
        : 'no such event';
    },
  ),
  kind(
    'who is hurt',
    new RegExp(`^${HURT}$`, 'u'),
    ({ groups }, facts) =>
      hurtError(groups, facts) ??
      firstError(groups, facts) ??
      (groups.refusals === undefined
        ? null
        : refusedError(groups.refusals, requestsNamed(groups.subject, facts.variant))),
  ),
  kind('others are hurt', /^(?<n>\d+) other kinds? of requests degrades? too$/u),
  kind(
    'causes',
    /^Causes?(?: \((?<known>proved|likely|guess)\))?: (?<list>.+)$/u,
    ({ groups }, facts) =>
      groups.list.startsWith('“')
        ? undefined
        : causesError(
            groups.known === undefined ? groups.list : `${groups.list} (${groups.known})`,
            facts,
          ),
  ),
  kind(
    'success back',
    new RegExp(
      `^Success is back (?:(?<time>${TIME}) after|(?<when>before|with)) the end of “(?<fault>.+?)”(?:, up to .+?)?(?:; latency is (?:back (?<late>${TIME}) after it|not back before .+))?$`,
      'u',
    ),
    ({ groups }, facts) => {
      const { recovery, latencyRecovery } = facts.variant.summary;
      const { time, fault, late } = groups;
      if (!isFault(facts, recovery.fault, fault))
        return `the recovery is that of ${recovery.fault}`;
      if (time === undefined ? recovery.value !== 0 : !isPrinted(time, recovery.value))
        return `recovery is ${recovery.value}`;
      return late === undefined || isPrinted(late, latencyRecovery.value)
        ? null
        : `latency is back after ${latencyRecovery.value}`;
    },
  ),
  kind(
    'success not back',
    /^After the end of “(?<fault>.+?)” success is not back before .+?(?: in any replication| in (?<k>\d+) of (?<n>\d+) replications)?$/u,
    ({ groups }, facts) => {
      const { recovery } = facts.variant.summary;
      if (!isFault(facts, recovery.fault, groups.fault))
        return `the recovery is that of ${recovery.fault}`;
      return recovery.never === Number(groups.k ?? recovery.each.length)
        ? null
        : `${recovery.never} of ${recovery.each.length} do not recover`;
    },
  ),
  kind(
    'latency back',
    new RegExp(
      `^Latency is (?:back (?<late>${TIME}) after the end of “(?<fault>.+?)”|not back before .+)$`,
      'u',
    ),
    ({ groups }, { variant }) =>
      groups.late === undefined || isPrinted(groups.late, variant.summary.latencyRecovery.value)
        ? null
        : `latency is back after ${variant.summary.latencyRecovery.value}`,
  ),
  kind(
    'not caught up',
    /^(?<subject>\S+) has not caught up: (?<text>.+)$/u,
    ({ groups }, { variant }) =>
      variant.cascade.events.some(
        ({ subject, kind: own, text }) =>
          subject === groups.subject && own === 'notRecovered' && text === groups.text,
      )
        ? null
        : 'no such event',
  ),
  kind('none to blame', /^Not to blame: (?<names>.+?)\.?$/u, ({ groups }, { variant }) => {
    const { events, causes } = variant.cascade;
    const struck = new Set(events.filter((one) => one.kind === 'fault').map((one) => one.subject));
    const innocent = variant.cascade.innocent.filter(({ fault }) => struck.has(fault));
    const wordsOf = (fault) => {
      const words = variant.faults.find(({ id }) => id === fault)?.words ?? fault;
      const isShared = variant.faults.some((one) => one.id !== fault && one.words === words);
      return isShared ? `${words} (${fault})` : words;
    };
    if (groups.names !== listed(innocent.map(({ fault }) => wordsOf(fault))))
      return 'they are others';
    return innocent.some(({ fault }) => causes.some((one) => one.fault === fault))
      ? 'one of them is a cause'
      : null;
  }),
  kind('more not to blame', /^(?<n>[\d,]+) more faults$/u, ({ groups }, { variant }) =>
    countIn(groups.n) < variant.cascade.innocent.length ? null : 'there are fewer',
  ),
  kind('not to blame', /^(?<fault>.+): (?<reason>[^:]+)$/u, ({ groups }, { variant, own }) => {
    // A terminal names the variant, where there are several.
    const said = groups.fault.replace(`${variant.name}: `, '');
    const of = variant.faults.filter(
      ({ id, words }) => words === said || `${words} (${id})` === said,
    );
    const role = {
      'without it as much goes wrong': 'none',
      'alone it does none of this': 'undecided',
    }[groups.reason];
    if (role !== undefined && of.length > 0) {
      const all = own?.unseen?.[0]?.faults ?? [];
      const isSo = of.some(({ id }) => all.some((one) => one.fault === id && one.role === role));
      return isSo ? null : 'the runs show another part';
    }
    // A cause of other harm is cleared of the requests that fail by the runs alone.
    const isAlike = groups.reason === 'without it the same requests fail';
    const rows = (own?.faults ?? []).filter(({ fault }) => of.some(({ id }) => id === fault));
    if (isAlike && rows.length > 0)
      return rows.some((one) => one.role === 'none') ? null : 'the runs show another part';
    const innocent = variant.cascade.innocent.filter(
      ({ fault, reason }) => of.some(({ id }) => id === fault) && reason === groups.reason,
    );
    if (innocent.length === 0) return undefined;
    const causes = new Set(variant.cascade.causes.map((one) => one.fault));
    return innocent.some(({ fault }) => !causes.has(fault)) ? null : 'it is a cause';
  }),
  kind(
    'one replication',
    /^How often this happens: there is one replication \(--replications 5 makes five\)$/u,
    (_, { result }) => (result.replications === 1 ? null : `there are ${result.replications}`),
  ),
  kind(
    'few requests',
    new RegExp(
      `^The p99: (?<n>${COUNT}) requests? in all runs are few \\(a longer run\\.duration\\)$|^Everything about users: no request arrived in the measured time$`,
      'u',
    ),
    ({ groups }, { variant }) =>
      (groups.n === undefined ? 0 : countIn(groups.n)) === variant.summary.requests
        ? null
        : `there are ${variant.summary.requests}`,
  ),
  kind(
    'unstruck',
    /^The effect of “(?<words>.+)” \((?<id>.+)\): it (?<how>does not strike in the first replication, .+|starts .+ before the end of the run \(a longer run\.duration\))$/u,
    ({ groups }, { variant }) => {
      const struck = variant.cascade.events.some(
        ({ kind: own, subject }) => own === 'fault' && subject === groups.id,
      );
      return groups.how.startsWith('does') === !struck
        ? null
        : `it ${struck ? 'strikes' : 'does not strike'}`;
    },
  ),
  kind(
    'undecided end',
    /^Whether it recovers(?: in (?<k>\d+) of (?<n>\d+) runs)?; the run does not show it: .+$/u,
    ({ groups }, { variant }) => {
      const open = variant.cascade.endings.filter(({ verdict }) => verdict === 'undecided').length;
      return open >= Number(groups.k ?? 1) ? null : `${open} runs are undecided`;
    },
  ),
  kind(
    'undecided budget',
    /^The (?:budget|expectation) (?<text>.+): .+$/u,
    ({ groups }, { variant }) =>
      judged(variant).some(
        ({ name, text, verdict }) =>
          [name, text].includes(groups.text) && verdict === 'inconclusive',
      )
        ? null
        : undefined,
  ),
  kind('a broken budget', /^(?<warning>Warning: )?(?<rest>.+)$/u, ({ groups }, facts) =>
    budgetError(groups.rest, facts.variant),
  ),
  kind(
    'components without a limit',
    /^no load fills (?<names>.+), which (?:has|have) no limit in the file, such as cpu or concurrency$/u,
    ({ groups }, { variant }) => {
      const { components = [], unlimited = [] } = variant.headroom ?? {};
      if (components.length > 0) return 'there is a headroom';
      const all = groups.names.split(/, | and /u);
      const more = /^\d+ others?$/u.test(all.at(-1)) ? Number.parseInt(all.pop(), 10) : 0;
      const isSo = all.every((name) => unlimited.includes(name));
      return isSo && all.length + more === unlimited.length ? null : unlimited.join();
    },
  ),
  kind(
    'what is used by the misses of caches',
    /^(?:more load does not fill (?<bounded>\S+): a value of (?<values>.+) is loaded once in its time to live|not counted: (?<open>\S+), whose load depends on what (?<finding>.+) finds?)$/iu,
    ({ groups }, { variant, result }) => {
      const { bounded, values, open, finding } = groups;
      const names = (values ?? finding).split(/, | and /u);
      const own = { component: bounded ?? open, caches: names, isBounded: open === undefined };
      const all = [variant, ...result.variants].flatMap(({ headroom }) => headroom?.misses ?? []);
      return all.some((one) => isDeepStrictEqual(one, own)) ? null : 'it is not so';
    },
  ),
  kind(
    'limits that adapt',
    /^the concurrency limits? of (?<names>.+) (?:adapts, so that it has|adapt, so that they have) no fixed value and may refuse requests earlier$/iu,
    ({ groups }, { variant, result }) => {
      const names = groups.names.split(/, | and /u);
      // The page has one such sentence for each variant, below the title of another one.
      const all = [variant, ...result.variants].map(({ headroom }) => headroom?.adaptive ?? []);
      return all.some((adaptive) => isDeepStrictEqual(adaptive, names)) ? null : all[0].join();
    },
  ),
  kind(
    'a limit for each value of a key',
    new RegExp(
      `^the (?<by>.+?) of (?<name>\\S+)(?: on calls to (?<of>\\S+))? for each (?<key>\\S+) refuses the busiest \\S+, (?<share>${SHARE}) of its requests, from (?<factor>${NUMBER})x this load on$`,
      'iu',
    ),
    ({ groups }, { variant, result }) => {
      const { by, name, of = null, key } = groups;
      const all = [variant, ...result.variants].flatMap(({ headroom }) => headroom?.keyed ?? []);
      const isSo = all.some(
        (one) =>
          isDeepStrictEqual([one.by, one.component, one.of, one.key], [by, name, of, key]) &&
          isPrinted(groups.share, one.share) &&
          isPrinted(groups.factor, one.factor),
      );
      return isSo ? null : 'the headroom has no such limit';
    },
  ),
  kind(
    'a headroom',
    new RegExp(
      `^(?<name>\\S+) saturates first, at (?<factor>${NUMBER})x this load, (?<full>${RATE}) \\((?<used>${SHARE}) of .+? at (?<rate>${RATE})(?: from [^,)]+)?(?:, with ${NUMBER} replicas?(?:; with fewer it is full from (?<outgrown>[^,)]+))?)?(?:, refuses 1 % at ${SHARE})?(?:, a fault included)?\\)(?<faults>;.+)?$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const [first] = variant.headroom?.components ?? [];
      if (first === undefined) return 'there is no headroom';
      const { component, factor, used, limit } = first;
      const rate = first.when?.rate ?? variant.headroom.rate;
      if (component !== groups.name) return `${component} is the first`;
      const isSo =
        isPrinted(groups.factor, factor) &&
        isPrinted(groups.full, factor * rate) &&
        isPrinted(groups.used, used / limit) &&
        isPrinted(groups.rate, rate) &&
        (groups.outgrown === undefined) === (first.outgrown === undefined);
      return isSo ? null : `the factor is ${factor}, of ${rate}/s`;
    },
  ),
  kind(
    'a headroom title',
    new RegExp(
      `^(?<name>\\S+) (?:is saturated|saturates first, at (?<factor>${NUMBER})x this load)(?: in (?<where>.+))?$`,
      'u',
    ),
    ({ groups }, { variant, result }) => {
      const own =
        groups.where === undefined
          ? variant
          : result.variants.find(({ name }) => name === groups.where);
      const [first] = own?.headroom?.components ?? [];
      if (first?.component !== groups.name) return `${first?.component} is the first`;
      return groups.factor === undefined
        ? first.factor <= 1
          ? null
          : `the factor is ${first.factor}`
        : isPrinted(groups.factor, first.factor)
          ? null
          : `the factor is ${first.factor}`;
    },
  ),
  kind(
    'how headroom is measured',
    /^(?:Share of the tightest resource in use .+|Requests that wait for another component are not in use|With an autoscaler, .+)$/u,
  ),
  kind('without a limit', /^No limit: (?<list>.+)$/u, ({ groups }, { result }) =>
    result.variants.some(
      ({ headroom }) =>
        headroom !== undefined &&
        !headroom.components.some(({ component }) =>
          groups.list.split(/, | and /u).includes(component),
        ),
    )
      ? null
      : 'it has one',
  ),
  kind(
    'less headroom under faults',
    /^Under faults less is left: (?:none|[\d.,]+x)(?: for \S+)? while “.+$/u,
    (_, { result }) =>
      result.variants.some(({ headroom }) => (headroom?.faults.length ?? 0) > 0)
        ? null
        : 'no fault has one',
  ),
  kind(
    'room everywhere',
    new RegExp(
      `^(?:(?<name>\\S+?)(?: and \\S+)*: )?(?:Headroom(?: without faults)?: )?no component is near a limit(?:(?: in \\S+)?|: (?<nearest>\\S+), the nearest, uses (?<used>${SHARE}) of .+)(?<faults>;.+)?$`,
      'iu',
    ),
    ({ groups }, { variant, result }) => {
      const own = result.variants.find(({ name }) => name === groups.name) ?? variant;
      const [first] = own.headroom?.components ?? [];
      if (first === undefined || first.factor <= FAR) return `the factor is ${first?.factor}`;
      if (groups.nearest === undefined) return null;
      if (first.component !== groups.nearest) return `${first.component} is the nearest`;
      return isPrinted(groups.used, first.used / first.limit) ? null : 'it uses another part';
    },
  ),
  kind(
    'a load that headroom does not count',
    new RegExp(
      `^Not counted: (?<name>\\S+) sends (?<rate>${RATE}) instead of (?<before>${RATE}) from .+$`,
      'u',
    ),
    ({ groups }, { result }) =>
      result.variants.some(
        ({ headroom: { later } = {} }) =>
          later?.workload === groups.name &&
          isPrinted(groups.rate, later.rate) &&
          isPrinted(groups.before, later.before),
      )
        ? null
        : 'no load is higher later',
  ),
  kind(
    'no headroom',
    new RegExp(
      `^(?:(?<name>\\S+) is saturated: )?(?:its?|the) .+ holds? (?<of>${RATE}) of (?<rate>${RATE})(?: from [^,;]+)?(?:, a fault included)?(?<faults>;.+)?$`,
      'iu',
    ),
    ({ groups }, { variant }) => {
      const [first] = variant.headroom?.components ?? [];
      if (first?.component !== (groups.name ?? first?.component))
        return `${first?.component} is the first`;
      if (first === undefined) return 'there is no headroom';
      const rate = first.when?.rate ?? variant.headroom.rate;
      return isPrinted(groups.of, first.factor * rate) && isPrinted(groups.rate, rate)
        ? null
        : `the factor is ${first.factor}, of ${rate}/s`;
    },
  ),
];

const judged = ({ budgets, expectations = [] }) => [...budgets, ...expectations];

const isFault = ({ variant }, id, words) =>
  variant.faults.some(
    (one) => one.id === id && (one.words === words || `${one.words} (${id})` === words),
  );

/** Reads `NAME (TEXT): FIGURE` of a budget; its first figure is its value. */
function budgetError(line, variant) {
  const all = judged(variant);
  const own = all.filter(({ name, text }) =>
    line.startsWith(`${name === null ? text : `${name} (${text})`}: `),
  );
  if (own.length === 0) return undefined;
  const [{ name, text, value, steps, note }] = own;
  const figure = line.slice((name === null ? text : `${name} (${text})`).length + 2);
  return figureError(figure, { value, steps, note });
}

/** Whether the figure of a budget is its value. */
export function figureError(figure, { value, steps, note }) {
  if (value === null)
    return figure.startsWith(note ?? 'no samples') ? null : `there is no value: ${note}`;
  if (steps !== undefined)
    return figure.startsWith(`${steps.held} of ${steps.of} steps`)
      ? null
      : `${steps.held} of ${steps.of} steps hold it`;
  const first = new RegExp(
    `^[−-]?(?<figure>(?:[<>]?${NUMBER})(?: (?:%|ns|µs|ms|s|min|h)|/s)?)`,
    'u',
  ).exec(figure)?.groups.figure;
  if (first === undefined)
    return /^(?:never|–)/u.test(figure) && !Number.isFinite(value) ? null : undefined;
  return isPrinted(first, Math.abs(value)) ? null : `the value is ${value}`;
}

export { causesError, linkError };
