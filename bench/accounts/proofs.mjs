// Kinds of sentences about further runs, compared with those runs.
import { COUNT, countIn, isPrinted, TIME } from './figures.mjs';
import { kind, quotesIn } from './kind.mjs';

const HARMED = String.raw`(?:(?<failed>${COUNT}) failed(?: and (?<slow>${COUNT}) slow)?|(?<onlySlow>${COUNT}) slow|(?<either>${COUNT}) failed or slow) requests?`;
const INSTEAD = String.raw`(?<n>${COUNT}) requests? (?<verb>fail or are slow|fails or is slow|fails?|are slow|is slow) instead of (?<usual>${COUNT})(?:, and (?<slow>${COUNT}) (?:are|is) slow instead of (?<usualSlow>${COUNT}))?`;
const LEFT = String.raw`(?<left>${COUNT})(?: and (?<leftSlow>${COUNT}))?`;
const RUNS = String.raw`(?: \((?:run 1|means? of (?:runs 1 to \d+|both runs|all \d+ runs|the first \d+)) ?(?:of \d+)?\))?`;

const SHOWN = ['cause', 'amplifier', 'part', 'sustainer', 'remedy'];
export const HELPFUL = ['cause', 'sustainer', 'remedy', 'part'];

/** Whether the counts of `120 failed and 3 slow requests` are those of a harm. */
function isHarmed({ failed, slow, onlySlow, either }, one) {
  if (either !== undefined) return countIn(either) === Math.round(one.harm);
  if (onlySlow !== undefined) return isSlow(onlySlow, one) && Math.round(one.failed) === 0;
  return countIn(failed) === Math.round(one.failed) && (slow === undefined || isSlow(slow, one));
}

function isSlow(text, { harm, failed }) {
  return countIn(text) === Math.round(harm - failed);
}

/** Whether the counts of `72 requests fail instead of 29,900, and 0 are slow instead of 124` are those of two harms. */
function isInstead({ n, verb, usual, slow, usualSlow }, one, before) {
  const of = (text, harm) => {
    if (verb.includes(' or ')) return countIn(text) === Math.round(harm.harm);
    return verb.startsWith('fail') ? countIn(text) === Math.round(harm.failed) : isSlow(text, harm);
  };
  const isFirst = of(n, one) && of(usual, before);
  return isFirst && (slow === undefined || (isSlow(slow, one) && isSlow(usualSlow, before)));
}

const INSTEAD_ONLY = new RegExp(`^${INSTEAD}(?:; .+)?$`, 'u');
const CALM = /^(?:users no longer fail|no more than 5 % of the requests fail in any step): (.+)$/u;
const FAILING = new RegExp(
  String.raw`^users fail (?<after>to the end|for ${TIME}) instead of (?<before>to the end|for ${TIME}) \((?<counts>.+)\)$`,
  'u',
);

/** What is wrong in the words for the effect of a change; null = nothing, undefined = they are no such words. */
function effectError(text, one, own) {
  const calm = CALM.exec(text);
  if (calm !== null && one.failing.seconds > 0) return 'users fail with the change';
  const failing = FAILING.exec(text)?.groups;
  if (failing !== undefined) {
    const isSo = (words, { seconds, toEnd }) =>
      words === 'to the end' ? toEnd : isPrinted(words.slice(4), seconds);
    if (!isSo(failing.after, one.failing) || !isSo(failing.before, own.failing))
      return 'users fail for another time';
  }
  const counts = INSTEAD_ONLY.exec(calm?.[1] ?? failing?.counts ?? text)?.groups;
  if (counts === undefined) return undefined;
  return isInstead(counts, one, own) ? null : 'the runs have other numbers';
}

const firstLower = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);

/** Settings as sentences name them: `pool.maxOpen to 10 (now 5)`. */
function settingOf({ setting }) {
  if (setting === undefined) return null;
  const { path, from, to } = setting;
  return `set ${path} to ${to} (${from === null ? 'not set now' : `now ${from}`})`;
}

/** The changes that a text begins with, each with the rest of the text. */
function changesAt(text, all) {
  const own = firstLower(text);
  return all.flatMap((one) =>
    [one.words, settingOf(one)]
      .filter((words) => words !== null && own.startsWith(words))
      .map((words) => [one, own.slice(words.length).replace(/^:? ?/u, '')]),
  );
}

/** Reads `CHANGE EFFECT`; `roles`: those that the change may have. */
export function changeError(text, { own }, roles) {
  if (own === undefined) return undefined;
  let error;
  for (const [one, rest] of changesAt(text, own.interventions)) {
    const found = rest === '' ? null : effectError(rest, one, own);
    if (found === undefined) continue;
    if (found === null && roles.includes(one.role)) return null;
    error = found ?? `its role is ${one.role}`;
  }
  return error;
}

const HELD_OR_SAID = /^Cheapest change tried: (.+)$/u;

/** Faults of some words that have one of some roles by the runs. */
function faultsBy({ own, variant }, words, roles) {
  return (own?.faults ?? []).filter(
    ({ fault, role }) =>
      roles.includes(role) &&
      variant.faults.some(
        ({ id, words: said }) => id === fault && (said === words || `${said} (${id})` === words),
      ),
  );
}

/** Every quoted fault has one of some roles. */
function rolesError(text, facts, roles) {
  const missing = quotesIn(text).find((words) => faultsBy(facts, words, roles).length === 0);
  return missing === undefined ? null : `the runs have another role of “${missing}”`;
}

/** Reads `35 remain without the fault`, or `35 remain without “a” and 40 without “b”`. */
function leftError(text, facts, roles) {
  const { own } = facts;
  const isLeft = (words, left, leftSlow) =>
    faultsBy(facts, words, roles).some(({ without, withoutFailed }) => {
      const one = without === null ? own : { harm: without, failed: withoutFailed };
      return isLeftOf(one, own, left, leftSlow);
    });
  const each = [
    ...text.matchAll(
      new RegExp(String.raw`${LEFT}(?: remains?)? without (?:“(?<words>[^”]*)”|the fault)`, 'gu'),
    ),
  ];
  const single = facts.said;
  const wrong = each.find(
    ({ groups: { left, leftSlow, words } }) =>
      !(words === undefined ? single : [words]).some((own) => isLeft(own, left, leftSlow)),
  );
  if (each.length === 0) return undefined;
  return wrong === undefined ? null : `the runs have other numbers than ${wrong[0]}`;
}

/** `2 and 0`: of the failed and the slow ones; a single number is of the only kind that is there. */
function isLeftOf(one, usual, left, leftSlow) {
  const [failed, slow] = [Math.round(one.failed), Math.round(one.harm - one.failed)];
  if (leftSlow !== undefined) return countIn(left) === failed && countIn(leftSlow) === slow;
  const isFailed = Math.round(usual.failed) > 0 || failed > 0;
  return countIn(left) === (isFailed ? failed : slow) || countIn(left) === Math.round(one.harm);
}

const ALL_ROLES = ['cause', 'amplifier', 'part', 'protection', 'none', 'undecided'];

/** A fault sentence: what it begins with says the roles, and its counts are those of the runs. */
function byFaults(pattern, roles) {
  return kind('roles of faults', pattern, ({ 0: text }, facts) => {
    if (facts.own === undefined) return 'there is no proof';
    facts.said.splice(0, Infinity, ...quotesIn(text));
    return rolesError(text, facts, roles) ?? leftError(text, facts, ALL_ROLES) ?? null;
  });
}

const WITHOUT = (text) => new RegExp(`^${text}${RUNS}$`, 'u');

/** `Of N sagas ..., 0 remain without “a” and 3 with b`: the words of the counts are of one kind of unseen harm. */
function unseenError({ own, variant }, of, rest) {
  const count = countIn(/\d[\d,]*/u.exec(of)[0]);
  const all = (own?.unseen ?? []).filter(({ harm }) => Math.round(harm) === count);
  const isSo = (one) => {
    let left = rest;
    while (left !== '') {
      const next = [
        ...one.faults.map(({ fault, without }) => [
          `without “${variant.faults.find(({ id }) => id === fault)?.words}”`,
          without ?? one.harm,
        ]),
        ...one.faults.map(({ fault, without }) => [
          `without “${variant.faults.find(({ id }) => id === fault)?.words} (${fault})”`,
          without ?? one.harm,
        ]),
        ...one.interventions.map(({ words, harm }) => [words, harm]),
        ['without the faults', one.background],
        ['', null],
      ].find(([words, harm]) => {
        const read = /^(\d[\d,]*)(?: remains?)? ?/u.exec(left);
        if (read === null) return false;
        const isLast = words === '' && one.interventions.some((own) => isRound(own.harm, read[1]));
        return (
          left.slice(read[0].length).startsWith(words) &&
          (isLast ? left === read[0] : words !== '' && isRound(harm, read[1]))
        );
      });
      if (next === undefined) return false;
      const read = /^(\d[\d,]*)(?: remains?)? ?/u.exec(left);
      left = left.slice(read[0].length + next[0].length).replace(/^(?:, | and )/u, '');
    }
    return true;
  };
  return all.some(isSo) ? null : 'the runs have other numbers';
}

const isRound = (value, text) => Math.round(value) === countIn(text);

const VERDICTS = {
  untouched: 'untouched',
  recovered: 'recovered',
  'slow to recover': 'slowRecovery',
  metastable: 'metastable',
  overloaded: 'overloaded',
  'down for good': 'lost',
  undecided: 'undecided',
};

/** The clauses of the runs about a verdict. */
function rerunError(text, { own }) {
  const proof = own?.metastability;
  if (proof === undefined) return 'there is no proof of the verdict';
  const { withoutTrigger, loopCut, loadPaused } = proof;
  for (const clause of text.split('; ')) {
    if (clause === 'no run cuts the loop' && loopCut === null && loadPaused === null) continue;
    const run = [withoutTrigger, loopCut, loadPaused].find(
      (one) => one !== null && clause.startsWith(`${one.words} `),
    );
    if (run === undefined) return `no run of: ${clause}`;
    const isWell = /(?:do not fail|recover)$/u.test(clause);
    if (isWell !== ['healthy', 'recovers'].includes(run.users)) return `the run says: ${run.users}`;
  }
  return null;
}

/** `120 requests fail and 3 are slow`: the harm of the usual runs. */
function harmError(text, own) {
  const read = new RegExp(
    `^(?<failed>${COUNT}) requests? fails?(?: and (?<slow>${COUNT}) (?:are|is) slow)?$|^(?<onlySlow>${COUNT}) requests? (?:are|is) slow$|^(?<either>${COUNT}) requests? (?:fail or are|fails or is) slow$`,
    'u',
  ).exec(text);
  if (read === null || own === undefined) return undefined;
  return isHarmed(read.groups, own) ? null : 'the runs have other numbers';
}

/** All kinds of sentences about further runs. */
export const PROOFS = [
  kind(
    'harm without a cause',
    WITHOUT(`(?<words>.+); no run shows a cause`),
    ({ groups }, { own }) => {
      const error = harmError(groups.words, own);
      if (error !== null) return error;
      return own.interventions.some(({ role }) => role === 'cause') ? 'a run shows one' : null;
    },
  ),
  {
    name: 'harm',
    read: (text, { own }) => harmError(text, own),
  },
  byFaults(/^(?:A cause|Causes?(?: of about equal parts)?): “.+$/u, ['cause', 'part']),
  byFaults(/^“.+” are each enough(?: in .+)?$/u, ['cause']),
  byFaults(/^Only together “.+” do harm(?: in .+)?$/u, ['amplifier']),
  byFaults(/^“.+” makes? it worse, but alone (?:does|do) no harm: .+$/u, ['amplifier']),
  byFaults(/^A smaller part: “.+$/u, ['part']),
  byFaults(/^More harm without “.+$/u, ['protection']),
  byFaults(/^No difference: “.+”$/u, ['none']),
  byFaults(/^No start(?: in run 1)?: “.+”$/u, ['none']),
  byFaults(/^The runs do not decide about “.+”$/u, ['undecided']),
  byFaults(/^No run shows the part of “.+”; --explain does$/u, ['undecided']),
  kind(
    'left without a fault',
    WITHOUT(String.raw`Of ${HARMED}(?:${RUNS}), (?<rest>.+ without .+)`),
    ({ groups }, facts) => {
      if (facts.own === undefined) return 'there is no proof';
      if (!isHarmed(groups, facts.own)) return 'the runs have other numbers';
      return leftError(groups.rest, facts, ['cause', 'amplifier', 'part']);
    },
  ),
  kind(
    'the faults together',
    WITHOUT(
      String.raw`(?:The faults together are the cause: o|O)f ${HARMED}(?:${RUNS}), ${LEFT} remains? without them`,
    ),
    ({ groups }, { own }) => {
      const background = { harm: own.background, failed: own.backgroundFailed };
      const isSo = isHarmed(groups, own) && isLeftOf(background, own, groups.left, groups.leftSlow);
      return isSo ? null : 'the runs have other numbers';
    },
  ),
  kind(
    'the finding of the faults',
    /^(?:The faults together are the cause|No single fault does half of the harm)(?: in .+)?$/u,
    (_, { own }) => (own === undefined ? 'there is no proof' : null),
  ),
  kind(
    'a fault alone',
    /^Alone it does (?:more harm than with the others: )?(?<n>[\d,]+) (?:of the harm of|failed or slow requests instead of) (?<all>[\d,]+)(?: failed or slow requests)?$/u,
    ({ groups }, { own }) =>
      own !== undefined &&
      isRound(own.harm, groups.all) &&
      own.faults.some(({ alone }) => isRound(alone - own.background, groups.n))
        ? null
        : 'the runs have other numbers',
  ),
  kind('a title without a cause', /^No difference(?: in \S+)?$/u, (_, { own }) =>
    own?.faults.every(({ role }) => role !== 'cause') ? null : 'a fault is the cause',
  ),
  kind('no run shows which', /^No run shows which one; --explain does$/u),
  kind(
    'no single fault',
    WITHOUT(`(?:No single fault does half of the harm: )?${HARMED} in all`),
    ({ groups }, { own }) => {
      const large = own.faults.filter(
        ({ averted }) => (averted.value ?? Infinity) >= 0.5 * (own.harm - own.background),
      );
      if (large.length > 0) return `${large.length} are not run, or do half of it`;
      return isHarmed(groups, own) ? null : 'the runs have other numbers';
    },
  ),
  kind(
    'not by the faults',
    WITHOUT(`(?:The faults are not the cause: without them|Without (?:any fault|them)) ${INSTEAD}`),
    ({ groups }, { own }) => {
      if (own === undefined) return 'there is no proof';
      const background = { harm: own.background, failed: own.backgroundFailed };
      return isInstead(groups, background, own) ? null : 'the runs have other numbers';
    },
  ),
  kind('beside other harm', WITHOUT(`Without “(?<words>[^”]+)” ${INSTEAD}`), ({ groups }, facts) =>
    faultsBy(facts, groups.words, ALL_ROLES).some(({ without, withoutFailed }) =>
      isInstead(
        groups,
        without === null ? facts.own : { harm: without, failed: withoutFailed },
        facts.own,
      ),
    )
      ? null
      : 'the runs have other numbers',
  ),
  kind(
    'no harm by the faults',
    /^(?:The faults (?:leave|lose|repeat|make) .+, and cost no request of users|No request fails or is slow, with the faults or without them|The faults are not the cause|The runs without single faults show no cause|No run shows a cause)(?: in .+)?$/u,
    (_, { own }) =>
      own !== undefined && Math.abs(own.harm - own.background) <= Math.max(1, 0.02 * own.harm)
        ? null
        : 'the runs have harm by faults',
  ),
  kind(
    'no difference',
    /^No difference: (?<list>(?:with|without|set) .+)$/u,
    ({ groups }, { own }) => {
      let left = groups.list;
      while (left !== '') {
        const [one, rest] =
          changesAt(left, [
            ...(own?.interventions ?? []),
            ...(own?.unseen ?? []).flatMap(({ interventions }) => interventions),
          ]).find(([{ role }]) => role === 'none') ?? [];
        if (one === undefined) return `no run without an effect of: ${left}`;
        left = rest.replace(/^(?:, |and )/u, '');
      }
      return null;
    },
  ),
  kind('a change', /^(?!Worse )(?:with|without|set) .+$/iu, ({ 0: text }, facts) =>
    changeError(text, facts, SHOWN),
  ),
  kind('a worse change', /^Worse (?<words>.+)$/u, ({ groups }, facts) =>
    changeError(groups.words, facts, ['protection']),
  ),
  kind('the cheapest change', HELD_OR_SAID, ({ 1: words }, facts) =>
    changeError(words, facts, HELPFUL),
  ),
  kind(
    'the cause of what no request shows',
    /^(?<fault>.+) \(proved\): of (?<of>\d.*?), (?<rest>\d.+)$/u,
    ({ groups }, facts) => {
      const { fault, of, rest } = groups;
      const { causes } = facts.variant.cascade;
      const isProved = facts.variant.faults.some(
        ({ id, words }) =>
          [words, `${words} (${id})`].includes(fault) &&
          causes.some((one) => one.fault === id && one.known === 'proved'),
      );
      const isOther = (facts.own?.unseen ?? []).some(({ interventions }) =>
        interventions.some(({ role, cause }) => role === 'cause' && cause === fault),
      );
      if (!isProved && !isOther) return `“${fault}” is no proved cause`;
      return unseenError(facts, of, rest.replace(' without it', ` without “${fault}”`));
    },
  ),
  kind(
    'a change to take back',
    new RegExp(`^Take the change back: (?:without “(?<words>.+)” )?(?<effect>${INSTEAD})$`, 'u'),
    ({ groups }, { variant, own }) => {
      const { words, effect } = groups;
      const rows = (own?.faults ?? []).filter(({ fault, role }) => {
        const { kind: of, words: said } = variant.faults.find(({ id }) => id === fault);
        return role === 'cause' && of === 'change' && (words ?? said) === said;
      });
      const isSo = ({ without, withoutFailed }) =>
        effectError(effect, { harm: without, failed: withoutFailed }, own) === null;
      return rows.some(isSo) ? null : 'the runs without it have other numbers';
    },
  ),
  kind(
    'left of what no request shows',
    /^(?:Set (?<set>.+?): o|Let the consumers of \S+ give up a message that they cannot handle, with [^:]+: \w+ and a \w+ queue: o|Give the messages of \S+ another key than \S+: (?:more consumers do not help; )?spread evenly, o|O)f (?<of>\d.*?), (?<rest>\d.+)$/u,
    ({ groups }, facts) =>
      /failed|slow requests/u.test(groups.of)
        ? undefined
        : unseenError(facts, groups.of, groups.rest),
  ),
  kind(
    'a verdict by further runs',
    /^(?:(?<confirmed>.+), confirmed|(?<by>.+), by further runs|Not (?<not>.+) but (?<but>.+)|(?<open>.+), not confirmed): (?<why>.+)$/u,
    ({ groups }, facts) => {
      const proof = facts.own?.metastability;
      if (proof === undefined) return 'there is no proof of the verdict';
      const { confirmed, by, not, but, open, why } = groups;
      const verdict = VERDICTS[firstLower(confirmed ?? by ?? but ?? open)];
      const kindOf =
        confirmed !== undefined ? 'confirmed' : open !== undefined ? 'open' : 'changed';
      if (verdict === undefined) return undefined;
      const expected = kindOf === 'open' ? proof.usual : proof.verdict;
      if (kindOf !== proof.proof || verdict !== expected)
        return `the proof is ${proof.proof}: ${proof.verdict}`;
      if (not !== undefined && VERDICTS[not] !== proof.usual)
        return `the usual verdict is ${proof.usual}`;
      return rerunError(why, facts);
    },
  ),
  kind(
    'the runs of the counts',
    /^Counts are (?:those of run 1 of (?<all>\d+)|means of (?:runs 1 to (?<few>\d+) of (?<of>\d+)|(?<both>both) runs|all (?<each>\d+) runs))$/u,
    ({ groups }, { own, variant }) => {
      const all = variant.perReplication.length;
      const { all: first, few, of, both } = groups;
      const each = both === undefined ? groups.each : 2;
      const made = Number(few ?? each ?? 1);
      return own?.replications === made && Number(first ?? of ?? each) === all
        ? null
        : `the proof has ${own?.replications} of ${all} runs`;
    },
  ),
];
