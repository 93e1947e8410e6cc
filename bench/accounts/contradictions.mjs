// Reads the sentences of an account back into facts, and compares them with the runs of the same document.
import { UNSEEN } from '../../dist/analysis/story/unseen-kinds.js';

/** Each contradiction in the account of a variant, as a sentence; `blocks`: its story. */
export function contradictionsIn(variant, blocks) {
  return [
    ...ofCauses(variant),
    ...ofHeadline(variant),
    ...ofRecovery(variant, blocks),
    ...ofProof(variant, blocks),
    ...ofTimes(variant, blocks),
    ...ofMarkup(blocks),
  ];
}

const CLEARED = new Set(['none', 'protection']);
const SHOWN = new Set(['cause', 'sustainer', 'amplifier', 'part']);
const ROUNDED = 1e-6;

/** The role of a fault by the runs, to requests or to what no request shows, whichever is more. */
function roleOf({ counterfactuals: own }, id) {
  if (own === undefined) return null;
  const rows = [own, ...(own.unseen ?? [])].flatMap(({ faults }) =>
    faults.filter(({ fault }) => fault === id),
  );
  const ranks = ['cause', 'amplifier', 'part', 'undecided', 'protection', 'none'];
  return ranks.find((role) => rows.some((row) => row.role === role)) ?? null;
}

function ofCauses(variant) {
  const { cascade, counterfactuals: own } = variant;
  const { causes, innocent } = cascade;
  const found = [];
  const sum = causes.reduce((all, { share }) => all + (share ?? 0), 0);
  if (sum > 1 + ROUNDED) found.push(`the shares of the causes add up to ${sum.toFixed(3)}`);
  const cleared = new Set(innocent.map(({ fault }) => fault));
  for (const { fault, known, kind, subject, text, share } of causes) {
    if (fault !== undefined && cleared.has(fault))
      found.push(`“${text}” is a cause, and not to blame`);
    if (known !== 'proved') continue;
    const roles =
      fault === undefined
        ? (own?.interventions ?? [])
            .concat(...(own?.unseen ?? []).map((one) => one.interventions))
            .filter((one) => one.kind === kind && one.subject === subject)
            .map(({ role }) => role)
        : [roleOf(variant, fault)];
    if (!roles.some((role) => SHOWN.has(role)))
      found.push(`“${text}” is called proved, and the runs say ${roles.join(', ') || 'nothing'}`);
    if (share !== null && share > 1 + ROUNDED) found.push(`the share of “${text}” is ${share}`);
  }
  return found;
}

/** A fault that the runs clear is in the headline, unless it is said to be not to blame. */
function ofHeadline(variant) {
  const { sentence, causes } = variant.cascade;
  const found = [];
  const told = sentence.replaceAll(
    /“[^”]*” (?:is not to blame|is not the cause|is rolled back)[^.]*\./gu,
    '',
  );
  for (const { id, words } of variant.faults) {
    if (!CLEARED.has(roleOf(variant, id)) || !told.includes(words)) continue;
    // Another fault with the same words may be a cause.
    const twins = variant.faults.filter((one) => one.words === words);
    if (twins.some((one) => !CLEARED.has(roleOf(variant, one.id)))) continue;
    const isMild = !told.includes(' -> ') && causes.length === 0;
    if (!isMild && !isUncounted(variant))
      found.push(`the headline names “${words}”, which the runs clear: ${sentence}`);
  }
  const isProved = /[(;] ?(?:both |all )?proved\)/u.test(sentence);
  if (isProved && causes.every(({ known }) => known !== 'proved'))
    found.push(`the headline says proved, and no cause is: ${sentence}`);
  return found;
}

/** Whether something goes wrong that the runs have not counted, such as sagas that are undone: they clear no fault then. */
function isUncounted({ cascade, counterfactuals: own }) {
  return cascade.events.some(
    ({ kind, subject }) =>
      UNSEEN.has(kind) &&
      !(own.unseen ?? []).some((one) => one.kind === kind && one.subject === subject),
  );
}

/** The recovery that is reported is that of a cause. */
function ofRecovery(variant, blocks) {
  const found = [];
  const { causes, innocent } = variant.cascade;
  const { fault } = variant.summary.recovery;
  const says = textsOf(blocks).filter((text) => /(?:Success|Latency) is (?:not )?back/u.test(text));
  if (says.length === 0 || fault === null) return found;
  const isCause = causes.some((one) => one.fault === fault);
  if (innocent.some((one) => one.fault === fault))
    found.push(`the recovery is that of “${fault}”, which is not to blame`);
  if (!isCause && causes.some((one) => one.fault !== undefined && one.role === 'cause'))
    found.push(`the recovery is that of “${fault}”, and the causes are others`);
  return found;
}

/** The sentences about the runs without faults have the numbers of the document. */
function ofProof(variant, blocks) {
  const own = variant.counterfactuals;
  if (own === undefined) return [];
  const found = [];
  const total = own.harm - own.background;
  for (const text of textsOf(blocks)) {
    if (text.includes('No single fault does half')) {
      const open = own.faults.filter(({ averted }) => averted.value === null);
      const large = own.faults.filter(({ averted }) => (averted.value ?? 0) >= 0.5 * total);
      if (open.length + large.length > 0)
        found.push(
          `“No single fault does half” with ${open.length} not run, ${large.length} of half`,
        );
    }
    const cause =
      /\bCause: “([^”]*)”\. Of ([\d,]+) failed(?: and ([\d,]+) slow)? requests, ([\d,]+)(?: and ([\d,]+))? remains? without the fault/u.exec(
        text,
      );
    if (cause !== null) {
      const [, words, failed, slow, left, leftSlow] = cause;
      const rows = own.faults.filter(({ fault }) =>
        variant.faults.some(({ id, words: own }) => id === fault && own === words),
      );
      const isSo = ({ role, without, withoutFailed }) =>
        role === 'cause' &&
        numberOf(failed) === Math.round(own.failed) &&
        (slow === undefined || numberOf(slow) === Math.round(own.harm - own.failed)) &&
        numberOf(left) === Math.round(withoutFailed) &&
        (leftSlow === undefined || numberOf(leftSlow) === Math.round(without - withoutFailed));
      if (!rows.some(isSo)) found.push(`the document has other numbers than: ${text}`);
    }
  }
  return found;
}

/** The chain is in the order of time, and no event is after the end of the run. */
function ofTimes({ cascade, timeline }, blocks) {
  const found = [];
  const end = timeline.step * timeline.steps;
  for (const { at, text } of cascade.events)
    if (at > end + timeline.step) found.push(`an event at ${at} s, after the end: ${text}`);
  // Events less than a microsecond apart count as simultaneous.
  const ordered = cascade.events.every(
    ({ at }, k) => k === 0 || Math.round(at * 1e6) >= Math.round(cascade.events[k - 1].at * 1e6),
  );
  if (!ordered) found.push('the events are not in the order of time');
  const steps = blocks.filter(({ kind }) => kind === 'steps').flatMap(({ items }) => items);
  const recovered = steps.filter(({ what }) => what.includes('is healthy again'));
  for (const { what } of recovered) {
    const name = what.split(' ')[0];
    const last = cascade.events.findLast(({ subject }) => subject === name);
    if (last?.kind === 'notRecovered') found.push(`healthy again, and not recovered: ${what}`);
  }
  return found;
}

function ofMarkup(blocks) {
  return textsOf(blocks)
    .filter((text) => /undefined|NaN|Infinity|\[object/u.test(text))
    .map((text) => `unfinished words: ${text}`);
}

function textsOf(blocks) {
  return blocks.flatMap((block) => {
    if (block.kind === 'list') return block.items;
    return block.kind === 'steps' ? block.items.map(({ what }) => what) : [block.text];
  });
}

function numberOf(text) {
  return Number(text.replaceAll(',', ''));
}
