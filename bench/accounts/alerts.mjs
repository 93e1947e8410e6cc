// Kinds of sentences about alerts, error budgets and responders, compared with the alerts of the document.
import { COUNT, countIn, isPrinted, NUMBER, SHARE, TIME } from './figures.mjs';
import { kind } from './kind.mjs';

const WAIT = String.raw`(?:\d+ min(?: \d+ s)?|${TIME})`;
/** The row of a terminal begins with its label, and with the variant if there are several. */
const LABEL = String.raw`(?:alerts +(?:(?<variant>[^:]+): )?)?`;

/** Whether a wait such as `2 min 15 s` stands for some seconds. */
function isWait(text, seconds) {
  const read = /^(\d+) min(?: (\d+) s)?$/u.exec(text);
  if (read === null) return isPrinted(text, seconds);
  return Math.round(seconds) === Number(read[1]) * 60 + Number(read[2] ?? 0);
}

const namesIn = (text) => text.split(/, | and /u);

/** What the words after the first alert say: `ShopFails after 2 min 15 s`. */
function laterError(text, rules) {
  for (const one of namesIn(text)) {
    const [, name, wait] = new RegExp(`^(.+) after (${WAIT})$`, 'u').exec(one) ?? [];
    const rule = rules.find((own) => own.name === name);
    if (rule === undefined) return `no alert is called ${one}`;
    if (!isWait(wait, rule.after.value)) return `${name} fires after ${rule.after.value}`;
  }
  return null;
}

function silentError({ silent, hurt }, { rules, failed }) {
  const more = /^(.*?)(?:,? and )(\d+) more$/u.exec(silent);
  const names = namesIn(more === null ? silent : more[1]);
  const own = rules.filter(({ after }) => after.value === null).map(({ name }) => name);
  if (
    names.length + Number(more?.[2] ?? 0) !== own.length ||
    names.some((one) => !own.includes(one))
  )
    return `silent are ${own.join(', ')}`;
  return hurt === undefined || isPrinted(hurt, failed) ? null : `${failed} of requests fail`;
}

export const ALERTS = [
  kind(
    'first alert',
    new RegExp(
      `^${LABEL}(?<first>\\S+) fires first, (?<wait>${WAIT}) after the (?<from>fault|start)(?: \\(in (?<k>\\d+) of (?<n>\\d+) runs\\))?(?:, (?<later>[^;]+?))?(?:; (?<silent>.+?) stays? silent(?: although (?<hurt>${SHARE}) of requests fail)?)?(?:, although (?<alone>${SHARE}) of requests fail)?$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const { alerts, name } = variant;
      if (alerts === undefined || (groups.variant ?? name) !== name) return undefined;
      const firing = alerts.rules.filter(({ after }) => after.value !== null);
      const soonest = Math.min(...firing.map(({ after }) => after.value));
      const first = firing.find((rule) => rule.name === groups.first);
      if (first?.after.value !== soonest) return 'another alert fires first';
      if (!isWait(groups.wait, soonest)) return `it fires after ${soonest}`;
      if ((groups.from === 'fault') !== (alerts.faultAt !== null)) return 'there is no such start';
      const ran = first.after.each.filter((one) => one !== null).length;
      if (Number(groups.k ?? first.after.each.length) !== ran) return `it fires in ${ran} runs`;
      const isComplete =
        groups.later === undefined
          ? firing.length === 1
          : namesIn(groups.later).length === firing.length - 1;
      if (!isComplete) return `${firing.length} alerts fire`;
      const later = groups.later === undefined ? null : laterError(groups.later, alerts.rules);
      if (later !== null) return later;
      const silent = groups.silent === undefined ? null : silentError(groups, alerts);
      return (
        silent ?? (groups.alone && !isPrinted(groups.alone, alerts.failed) ? 'wrong share' : null)
      );
    },
  ),
  kind(
    'no alert',
    new RegExp(
      `^${LABEL}(?:(?<one>\\S+) never fires|no alert fires)(?:, although (?<hurt>${SHARE}) of requests fail)?$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const { alerts, name } = variant;
      if (alerts === undefined || (groups.variant ?? name) !== name) return undefined;
      const fired = alerts.rules.filter(({ after }) => after.value !== null);
      if (fired.length > 0) return `${fired[0].name} fires`;
      return groups.hurt === undefined || isPrinted(groups.hurt, alerts.failed)
        ? null
        : `${alerts.failed} of requests fail`;
    },
  ),
  kind(
    'error budget',
    new RegExp(
      `^Error budget(?: of (?<whose>\\S+))?: (?<spent>${NUMBER}) of the (?<minutes>${NUMBER}) minutes that (?<promise>[\\d.]+)% leaves in (?<period>.+) \\((?<share>${SHARE})\\)$`,
      'u',
    ),
    ({ groups }, { variant }) => {
      const own = (variant.alerts?.budgets ?? []).filter(
        ({ workload }) => (groups.whose ?? workload) === workload,
      );
      const isSo = own.some(
        ({ spent, minutes, objective }) =>
          isPrinted(groups.spent, spent) &&
          isPrinted(groups.minutes, minutes) &&
          isPrinted(`${groups.promise} %`, objective) &&
          isPrinted(groups.share, spent / minutes),
      );
      return isSo ? null : 'no budget has these figures';
    },
  ),
  kind(
    'false alarms',
    /^(?<when>Before the fault|Without any fault|Calm day(?:, false alarms)?): (?<what>.+)$/u,
    ({ groups }, { variant }) => {
      const { alerts, counterfactuals, faults } = variant;
      if (alerts === undefined) return undefined;
      const calm = counterfactuals?.calmAlerts ?? null;
      if (groups.when === 'Calm day')
        return groups.what === 'not run'
          ? calm === null
            ? null
            : 'it was run'
          : calm?.alarms.length === 0 && groups.what === 'no false alarm'
            ? null
            : 'there are alarms';
      const isCalm = groups.when === 'Calm day, false alarms';
      const early = isCalm
        ? (calm?.alarms ?? [])
        : alerts.rules.filter(({ falseAlarms }) => falseAlarms > 0);
      if (!isCalm && (groups.when === 'Without any fault') !== (faults.length === 0))
        return 'faults are told otherwise';
      const said = namesIn(groups.what).map((one) => one.replace(/ in \d+ runs? of \d+$/u, ''));
      return said.length === early.length && early.every(({ name }) => said.includes(name))
        ? null
        : `alarms are ${early.map(({ name }) => name).join(', ')}`;
    },
  ),
  kind(
    'delays of responders',
    /^Responders at another time(?:, in run 1)?: (?<what>.+)$/u,
    (match, facts) => delaysError(match.groups.what, facts.variant),
  ),
];

function delaysError(text, { counterfactuals }) {
  const delays = counterfactuals?.delays ?? [];
  const said = namesIn(text);
  if (said.length !== delays.length) return `${delays.length} other times were run`;
  for (const [index, { later, more }] of delays.entries()) {
    const read = new RegExp(
      `^(?<wait>${WAIT}) (?<when>later|earlier) (?:as many|(?<count>${COUNT}) (?<way>more|fewer))(?: requests fail)?$`,
      'u',
    ).exec(said[index])?.groups;
    if (read === undefined) return `no such words: ${said[index]}`;
    const isSo =
      isWait(read.wait, Math.abs(later)) &&
      later > 0 === (read.when === 'later') &&
      (read.count === undefined
        ? more === 0
        : countIn(read.count) === Math.abs(more) && more > 0 === (read.way === 'more'));
    if (!isSo) return `the run ${later} s later has ${more} more`;
  }
  return null;
}
