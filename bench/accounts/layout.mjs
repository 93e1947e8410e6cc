// Kinds of texts by their place in a report, where they are no sentences.
import { judgedError, NOTES, tally } from './answers.mjs';
import { countIn, isPrinted } from './figures.mjs';
import { kind } from './kind.mjs';

const HEADINGS =
  /^(?:Proof by runs without single faults|Not to blame|Recovery|Not met|Not as expected|Not decided|Next step)$/u;

/** `fails 1 of 2 budgets, recovers`. */
function verdictError(text, { variant }) {
  const { of, held, broken } = tally(variant);
  const read =
    /^(?:fails (?<broken>\d+) of (?<of>\d+) budgets?|holds (?:its budget|(?<both>both) budgets|all (?<all>[\d,]+) budgets)|(?<open>\d+) of (?<n>\d+) budgets? undecided|(?<none>no budgets|no budget applies))(?<rest>, .+)?$/u.exec(
      text,
    );
  if (read === null) return undefined;
  const { groups } = read;
  const isSo =
    groups.broken !== undefined
      ? Number(groups.broken) === broken && Number(groups.of) === of
      : groups.open !== undefined
        ? Number(groups.open) === of - held
        : groups.none !== undefined
          ? of === 0
          : held === of && of === (groups.both === undefined ? countIn(groups.all ?? '1') : 2);
  if (!isSo) return `it holds ${held} of ${of}, and breaks ${broken}`;
  const runs = /(?<word>metastable|overloaded|for good) (?<k>\d+)\/(?<all>\d+)/u.exec(
    groups.rest ?? '',
  )?.groups;
  if (runs === undefined) return null;
  const verdict = runs.word === 'for good' ? 'lost' : runs.word;
  const count = variant.cascade.verdicts.filter((one) => one === verdict).length;
  return Number(runs.k) === count ? null : `${count} runs are ${verdict}`;
}

/** `64 of 64 workers wait for psp` at a time: an event of that time has the words. */
function stepError(text, { variant }) {
  const [when, ...rest] = text.split(' | ');
  const what = rest.join(' | ');
  const { events, verdicts } = variant.cascade;
  if (when === 'until the end' || when === 'to end') {
    const left = events.filter(({ kind: own }) => own === 'notRecovered');
    if (left.length === 0) return 'everything recovers';
    const stuck = /^Metastable, (?<k>\d+) of (?<n>\d+) runs/u.exec(what)?.groups;
    const count = verdicts.filter((one) => one === 'metastable').length;
    if (stuck !== undefined && (Number(stuck.k) !== count || Number(stuck.n) !== verdicts.length))
      return `${count} runs are metastable`;
    if (/sustained by /u.test(what)) {
      const cut = variant.counterfactuals?.metastability?.loopCut?.users;
      return count > 0 && cut !== 'stays' ? null : `the loop does not sustain it (${cut})`;
    }
    return left.some(({ text: own }) => what.includes(own)) ? null : 'no event says so';
  }
  const at = events.filter((event) => isPrinted(when, event.at));
  if (at.length === 0) return `nothing happens at ${when}`;
  if (/^(?:The faults? ends?|[^:]+ ends)$/u.test(what))
    return at.some(({ kind: own }) => own === 'faultEnd') ? null : 'no fault ends then';
  const innocent = new Set(variant.cascade.innocent.map(({ fault }) => fault));
  if (/^\d+ faults at once: /u.test(what)) {
    // The heading "Not to blame" lists the faults that are cleared of harm to users.
    const begin = at.filter(({ kind: own, subject }) => own === 'fault' && !innocent.has(subject));
    return begin.length === Number.parseInt(what, 10) ? null : 'another number of faults begins';
  }
  const isSaid = at.some(({ subject, text: own, head, detail, kind: of, cause }) => {
    // A fault that is cleared of harm to users may still slow the component that it strikes.
    const other = variant.faults.find(
      ({ id, target }) => id === cause && (!innocent.has(id) || target.includes(subject)),
    );
    if (other !== undefined && what.startsWith(`${other.words}: ${subject} `)) return true;
    const texts = [own, head, detail].filter((words) => words !== undefined && words !== '');
    if (of === 'fault' || of === 'faultEnd')
      return (
        texts.some((words) => what.startsWith(words)) ||
        variant.faults.some(({ id, words }) => id === subject && what.startsWith(words))
      );
    if (!what.startsWith(subject)) return false;
    if (
      / (?:is healthy again|works as before, and its backlog is left): was unhealthy | recovers: /u.test(
        what,
      )
    )
      return true;
    // The words after the verb are its text, and the runs that have it.
    const said = what.replace(/, in \d+ of \d+ runs$/u, '');
    const verb = said.slice(0, subject.length + 1 + (head ?? '').length);
    return (
      said.endsWith(`: ${own}`) ||
      (head !== undefined &&
        verb === `${subject} ${head}` &&
        [verb, `${verb}: ${detail}`].includes(said))
    );
  });
  return isSaid ? null : 'no event of this time says so';
}

/** Places whose texts are several sentences. */
export const SPLIT = new Set(['note']);

/** Kinds by place; the texts of other places are sentences. */
export const LAYOUT = {
  title: [kind('a title', /^.*$/su)],
  facts: [
    kind(
      'facts',
      /^.+: (?<n>[\d,]+) replications? of .+, seed (?<seed>\d+), digest (?<digest>[\da-f]+)$/u,
      ({ groups }, { result }) =>
        countIn(groups.n) === result.replications &&
        Number(groups.seed) === result.seed &&
        groups.digest === result.digest
          ? null
          : 'another run',
    ),
  ],
  verdict: [{ name: 'a verdict', read: verdictError }],
  heading: [
    kind('a heading', HEADINGS),
    kind(
      'the timeline',
      /^Timeline(?: of run 1 of (?<n>\d+)(?:, which .+)?)?$/u,
      ({ groups }, { variant }) =>
        Number(groups.n ?? 1) === variant.cascade.verdicts.length || groups.n === undefined
          ? null
          : `there are ${variant.cascade.verdicts.length}`,
    ),
  ],
  expected: [kind('expectations', /^.+ of .+ as expected.*$/u)],
  note: NOTES,
  hypothesis: [
    kind(
      'a hypothesis',
      /^(?:Hypothesis )?(?<verdict>confirmed|refuted|undecided|invalid)(?:: .+)?$/u,
      ({ groups }, { result }) =>
        result.hypothesis?.verdict === groups.verdict
          ? null
          : `it is ${result.hypothesis?.verdict}`,
    ),
  ],
  step: [{ name: 'a step', read: stepError }],
  unfinished: [kind('unfinished', /^(?<name>.+): \d+ of \d+ replications? finished.+$/u)],
  judged: [{ name: 'a budget', read: judgedError }],
};
