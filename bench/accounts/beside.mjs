// Kinds of the lines below the answers: the price of an advice, how a cause is known, and what is cleared.
import { mostUnseen } from '../../dist/stats/interval.js';
import { isPrinted, RATE, SHARE, TIME } from './figures.mjs';
import { kind, quotesIn } from './kind.mjs';
import { PROOFS } from './proofs.mjs';
import { effectError, partsOf } from './settings.mjs';

const named = ({ result }, name) => result.variants.find((variant) => variant.name === name);

/** Resources that are full with messages, events or rows waiting before them, and those that their handlers use. */
const HANDLERS = /^(?:consumers|relay|segments|concurrency)$/u;
const USED = /^(?!consumers$|relay$|segments$)/u;

/** Figures that a price may name, each with its value in a variant. */
const PRICED = [
  [/^(.+?) of requests degraded$/u, ({ summary }) => summary.degraded?.value ?? 0],
  [/^(.+?) of work wasted$/u, ({ summary }) => summary.wasted.value],
  // Fewer than one are calls that were refused before their first attempt.
  [
    /^attempts per call (.+)$/u,
    ({ summary }) => summary.attemptsPerCall.value,
    ({ summary }) => Math.max(1, summary.attemptsPerCall.value ?? 1),
  ],
  [/^p99 of all (.+)$/u, ({ summary }) => summary.latency.p99.value],
  [/^success whole run (.+)$/u, ({ summary }) => summary.success.value],
  [/^cost per million (.+)$/u, ({ summary }) => summary.costPerMillion?.value],
];

/** From this multiple on a figure is worse without a doubt. */
const CLEARLY = 1.5;

function priceError(list, variant, other) {
  if (/^(?:no figure is worse in these runs|less than half a point)/u.test(list)) {
    const wrong = PRICED.filter(([pattern]) => !pattern.source.includes('success')).find(
      ([, of, usual = of]) =>
        (of(variant) ?? 0) > Math.max(0.02, CLEARLY * (usual(other) ?? Infinity)),
    );
    return wrong === undefined ? null : `${wrong[0].source} is worse`;
  }
  const figures = list.replace(/^perhaps (?<open>.+); these runs do not decide it$/u, '$<open>');
  for (const part of figures.split(/, | and (?=\S+ \S+ .*instead of|\d+ other)/u)) {
    const [now, then] = part.split(' instead of ');
    for (const [pattern, of] of PRICED) {
      const figure = pattern.exec(now)?.[1];
      if (figure === undefined) continue;
      if (!isPrinted(figure, of(variant)) || !isPrinted(then, of(other)))
        return `the runs have other figures for ${part}`;
    }
  }
  return null;
}

/** Reads a sentence by the kinds about further runs. */
function proofError(text, facts) {
  const sentence = text.slice(0, 1).toUpperCase() + text.slice(1);
  let error;
  for (const { read } of PROOFS) {
    const found = read(sentence, facts);
    if (found === null) return null;
    error ??= found;
  }
  return error;
}

const INFERRED = /^(?<head>no run leaves out|the runs do not decide about) “.+$/u;

/** Whether runs without the faults that a text quotes were made exactly where it says so. */
function inferredError(text, { own, variant }) {
  const isSaid = INFERRED.exec(text).groups.head.startsWith('the runs');
  for (const words of quotesIn(text)) {
    const fault = variant.faults.find((one) => one.words === words);
    const row = own?.faults.find((one) => one.fault === fault?.id);
    if (row !== undefined && (row.without !== null) !== isSaid) return `“${words}” was left out`;
  }
  return null;
}

/** All kinds of these lines. */
export const BESIDE = [
  kind(
    'shares that are the same in all runs',
    new RegExp(
      `^(?:0 %|100 %|0 % or 100 %) in all (?<runs>\\d+) runs: up to (?<most>${SHARE}) of further runs may differ \\(95 % confidence\\)$`,
      'u',
    ),
    ({ groups: { runs, most } }, { result }) =>
      Number(runs) === result.replications && isPrinted(most, mostUnseen(result.replications))
        ? null
        : `there are ${result.replications} runs`,
  ),
  kind(
    'the price of a variant',
    /^Price of (?<name>.+?) against (?<other>.+?): (?<list>.+)$/u,
    ({ groups }, facts) => {
      const [variant, other] = [groups.name, groups.other].map((name) => named(facts, name));
      if (variant === undefined || other === undefined) return undefined;
      return priceError(groups.list, variant, other);
    },
  ),
  kind(
    'a difference over several runs',
    /^Difference in success of (?<name>.+?) from (?<base>.+?): (?<sign>[+−-])(?<points>[\d.]+) (?<unit>pt|%) .*$/u,
    ({ groups }, facts) => {
      const [variant, base] = [groups.name, groups.base].map((name) => named(facts, name));
      if (variant === undefined || base === undefined) return undefined;
      const own = variant.summary.success.value - base.summary.success.value;
      const isUp = groups.sign === '+';
      return isPrinted(`${groups.points} %`, Math.abs(own)) && own >= 0 === isUp
        ? null
        : `it is ${own}`;
    },
  ),
  kind(
    'a difference of harm that no request shows',
    /^Difference of (?<name>.+?) from .+?: (?<less>.+?) instead of .+, in one pair of runs with the same random draws, .+$/u,
    ({ groups }, facts) => {
      const variant = named(facts, groups.name);
      return variant === undefined ? undefined : effectError(groups.less, variant);
    },
  ),
  kind(
    'an objective that no variant keeps',
    new RegExp(
      `^(?:No variant keeps the SLO of (?<aim>${SHARE}) over this run: (?<best>.+?), the best, has|Success over this run is) (?<success>${SHARE})(?:, less than its SLO of (?<own>${SHARE}))?$`,
      'u',
    ),
    ({ groups }, { result }) => {
      const { aim, own, best, success } = groups;
      const most = Math.max(...result.variants.map(({ summary }) => summary.success.value ?? 0));
      const value =
        best === undefined ? most : (named({ result }, best)?.summary.success.value ?? 0);
      return isPrinted(aim ?? own, result.report.slo?.success) &&
        isPrinted(success, value) &&
        value === most
        ? null
        : 'a variant keeps it, or another one is the best';
    },
  ),
  kind(
    'a variant that changes nothing',
    /^(?<names>.+?) changes? nothing in these runs$/u,
    ({ groups }, { result }) => {
      const names = groups.names.split(/, | and /u);
      const digests = ({ perReplication }) => perReplication.map(({ digest }) => digest).join(' ');
      const base = result.variants.find(({ baseline }) => baseline) ?? result.variants[0];
      const all = names.map((name) => named({ result }, name));
      if (all.includes(undefined)) return undefined;
      return all.every((one) => digests(one) === digests(base)) ? null : 'its runs are others';
    },
  ),
  kind('the price of a change', /^Price of this change: .+$/u),
  kind(
    'wasted work',
    new RegExp(
      `^Beside the requests: (?:no work is wasted|(?:up to )?(?<share>${SHARE}) of the work is wasted(?:, in .+)?)$`,
      'u',
    ),
    ({ groups: { share } }, { result }) => {
      const most = Math.max(...result.variants.map(({ summary }) => summary.wasted.value ?? 0));
      const isSo = share === undefined ? most === 0 : isPrinted(share, most);
      return isSo ? null : `it is ${most}`;
    },
  ),
  kind(
    'a harm without a budget',
    /^No budget of (?<name>.+?) is about (?<subject>.+?); it holds (?:its only budget|both budgets|all \d+ budgets)$/u,
    ({ groups }, facts) => {
      const variant = named(facts, groups.name);
      if (variant === undefined) return undefined;
      const about = variant.budgets.find(({ metric }) => metric.includes(`.${groups.subject}.`));
      return about === undefined ? null : `“${about.text}” is`;
    },
  ),
  kind(
    'a variant without budgets',
    new RegExp(
      `^(?<name>.+?) has no budgets and serves more: (?<share>${SHARE}) of requests succeed, with (?<other>.+?) (?<less>${SHARE})$`,
      'u',
    ),
    ({ groups }, facts) => {
      const [variant, other] = [groups.name, groups.other].map((name) => named(facts, name));
      if (variant === undefined || other === undefined) return undefined;
      if (variant.budgets.some(({ severity }) => severity === 'error')) return 'it has budgets';
      const isSo =
        isPrinted(groups.share, variant.summary.success.value) &&
        isPrinted(groups.less, other.summary.success.value);
      return isSo ? null : 'the runs have other figures';
    },
  ),
  kind(
    'how it is known, by another variant',
    /^Known by: \d+ runs? of (?<name>.+?), alike but for (?:these settings|.+ → .+): (?<list>.+)$/u,
    ({ groups }, facts) => {
      const base = named(facts, groups.name);
      if (base?.baseline !== true) return 'it is not what the others are made of';
      const [first] = groups.list.split(' instead of ');
      return effectError(first, base);
    },
  ),
  kind(
    'how it is known',
    /^Known by: (?:the same run again, from start to end: )?(?<list>.+)$/u,
    ({ groups }, facts) => {
      const list = groups.list.replace(/ \((?:\d+ runs?|run 1 of \d+|runs 1 to \d+ of \d+)\)/u, '');
      const parts = partsOf(list, ['; ']);
      for (const part of parts) {
        if (INFERRED.test(part)) {
          const error = inferredError(part, facts);
          if (error !== null) return error;
          continue;
        }
        if (/^“.+” alone does .+$/u.test(part)) continue;
        if (part === `${facts.own?.metastability?.loopCut?.words} users recover`) {
          if (facts.own.metastability.loopCut.users !== 'recovers') return 'they do not';
          continue;
        }
        const error = proofError(part, facts);
        if (error !== null) return error ?? `no such proof: ${part}`;
      }
      return null;
    },
  ),
  kind(
    'not to blame',
    /^Not to blame(?: for (?:\d[\d,]* .+?|the difference))?: (?<list>.+)$/u,
    ({ groups: { list } }, { variant, own }) => {
      const { events, innocent, causes } = variant.cascade;
      const struck = new Set(
        events.filter((one) => one.kind === 'fault').map((one) => one.subject),
      );
      const blamed = causes.flatMap(({ fault }) => fault ?? []);
      const isAll = [...struck].every((id) => blamed.includes(id));
      const of =
        /^(?:nothing; the only fault is|none of the \d+ faults; each is) a (?<how>likely |possible |)cause of it$/u;
      const how = of.exec(list)?.groups.how;
      const known = { '': ['proved'], 'likely ': ['proved', 'likely'] }[how];
      if (how !== undefined) {
        if (!isAll) return 'one of them is no cause';
        const own = causes.filter(({ fault }) => struck.has(fault));
        const isSo = known === undefined || own.every((one) => known.includes(one.known));
        return isSo ? null : 'less is known';
      }
      if (/^the faults?, which .+ has too$/u.test(list)) return null;
      if (/\((?:without it as much goes wrong|alone it does none of this)\)/u.test(list))
        return null;
      const wrong = innocent
        .filter(({ fault }) => struck.has(fault))
        .slice(0, 3)
        .find(({ reason }) => !list.includes(`(${reason})`));
      // A fault that does other harm is cleared by the runs alone.
      const cleared = (own?.faults ?? []).filter(({ role }) => role === 'none');
      return innocent.length + cleared.length > 0 && wrong === undefined
        ? null
        : 'a reason is missing';
    },
  ),
  kind(
    'optional and background calls',
    new RegExp(
      `^(?<share>${SHARE}) of the (?<are>optional|background) calls of (?<from>\\S+) to (?<to>\\S+) fail(?: in (?<in>.+?))?(?:; no request fails by that)?$`,
      'u',
    ),
    ({ groups }, facts) => {
      const variant = groups.in === undefined ? facts.variant : named(facts, groups.in);
      const handled = variant?.edges[`${groups.from}->${groups.to}`]?.handled;
      if ((handled?.isBackground === true) !== (groups.are === 'background'))
        return 'they are of another kind';
      return isPrinted(groups.share, handled && handled.failed / handled.finished)
        ? null
        : 'another share fails';
    },
  ),
  kind(
    'a trigger',
    new RegExp(
      `^Trigger: (?<words>.+) at (?<at>${TIME}) \\((?<known>proved|likely|guess)\\)$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const isSo = ({ text, at, known }) =>
        text === groups.words && known === groups.known && isPrinted(groups.at, at);
      return variant.cascade.causes.some(isSo) ? null : 'no such cause';
    },
  ),
  kind(
    'what is full where work waits',
    /^(?<of>\S+) is saturated: (?<text>\d.+) \(measured\)$/u,
    ({ groups }, { variant }) => {
      const isSo = ({ kind: own, subject, text }) =>
        own === 'saturated' && subject === groups.of && text === groups.text;
      return variant.cascade.events.some(isSo) ? null : 'no such event';
    },
  ),
  kind(
    'consumers that are full where messages wait, or what they use',
    new RegExp(
      `^(?<of>\\S+) is saturated: its .+ (?<verb>handle|hold)s? (?<held>${RATE}) of (?<rate>${RATE}) \\(measured\\)$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const isHandled = groups.verb === 'handle';
      const isSo = ({ component, resource, saturatesAt, rate, factor, when }) => {
        const load = when?.rate ?? variant.headroom.rate;
        const [held, of] = isHandled ? [saturatesAt, rate] : [load * factor, load];
        return (
          component === groups.of &&
          (isHandled ? HANDLERS : USED).test(resource) &&
          isPrinted(groups.held, held) &&
          isPrinted(groups.rate, of)
        );
      };
      return variant.headroom.components.some(isSo) ? null : 'nothing is as full';
    },
  ),
  kind('no faults', /^Faults: none in this scenario$/u, (_, { variant }) =>
    variant.faults.length === 0 ? null : 'there are some',
  ),
  kind(
    'a rollout that does not end',
    /^(?:\S+: )?(?<of>\S+) does not get from (?<from>\S+) to (?<to>\S+) in this run$/u,
    ({ groups }, { variant }) => {
      const rollout = variant.metered[groups.of]?.rollout;
      const isSo = rollout?.from === groups.from && rollout.to === groups.to && rollout.running > 0;
      return isSo ? null : 'it does';
    },
  ),
  kind('not decided', /^Not decided: the part of (?<list>.+)$/u, ({ groups }, { variant }) => {
    const { innocent, causes } = variant.cascade;
    const known = [...innocent, ...causes].flatMap(({ fault }) => fault ?? []);
    const open = variant.faults.filter(({ id }) => !known.includes(id));
    return open.some(({ words }) => groups.list.includes(words)) ? null : 'all are decided';
  }),
];
