// Confirms a draft by runs without its causes, on seeds that are not used for scoring: users are hurt, without a true
// cause most of the harm is gone, and without a decoy hardly any of it.
import { harmOf, slowLimits } from '../../dist/analysis/verdicts/harm.js';
import { degradedUsers, namedCauses } from './account.mjs';
import {
  harmIn,
  recordsOf,
  usersOf,
  usersOfRuns,
  variantOf,
  withFaults,
  withLimit,
} from './simulate.mjs';
import { DURATION } from './topology.mjs';

const OTHER_SEEDS = 500_000_000;
/** A twin in which more than this share fails is not calm. */
const CALM = 0.005;
/** A request is slow above this multiple of the calm p99. */
const SLOW = 2;
/** Share of the requests that arrive while a cause acts, and fail or are slow. */
const HURT = 0.05;
const HARMLESS = 0.005;
const NECESSARY = 0.8;
/** Two true causes: the share of the harm that each does alone, and that is gone without it. */
const SHARED = 0.15;
/** Change of the harm by a decoy, as a share of the harm, and in requests per run. */
const NO_DIFFERENCE = 0.02;
const FEW = 2;
/** Harm may outlast its fault by this. Unit: s. */
const AFTER = 3;

/** Facts about a draft that is kept; `{ refused }` for any other. */
export function confirm(draft) {
  const run = { seed: draft.seed + OTHER_SEEDS, replications: 1 };
  const { success, latency } = variantOf(draft.twin, run).components.users;
  if (!(success >= 1 - CALM)) return { refused: 'the twin is not calm' };
  const within = SLOW * latency.p99;
  const limited = (scenario) => usersOf(withLimit(scenario, within), run);
  const all = limited(draft.scenario);
  const facts = { within, events: all.events };
  const until = endOf(draft);
  const shareOf = (users) => {
    const { harm, arrived } = harmIn(users, draft.from, until);
    return harm / arrived;
  };
  if (draft.isUnseen) return facts;
  if (draft.category !== 'harmless' && shareOf(all) < HURT)
    return { refused: 'users are not hurt' };
  const twin = limited(draft.twin);
  const share = shareOf(all) - shareOf(twin);
  if (draft.category === 'harmless') {
    return share <= HARMLESS ? facts : { refused: 'users are hurt' };
  }
  if (share < HURT) return { refused: 'users are not hurt' };
  if (draft.category === 'condition') return facts;
  return byRemoval(draft, facts, limited, harmIn(all).harm, harmIn(twin).harm);
}

/** Of the requests of a calm run, hardly 1 % take longer than twice the p99 of another calm run. */
const BUSY = 0.02;
/** An entry is slower if its p99 is this multiple of the p99 in the run without the causes. */
const SLOWER = 1.5;

/**
 * Whether an alarm in a harmless draft is true: in the runs that are scored, users come to harm by the draft's faults, by
 * chance, or by the causes that the account names. The confirmation has other random numbers.
 */
export function isHarmed(draft, within, variant) {
  const { run } = draft.scenario;
  const own = usersOfRuns(withLimit(draft.scenario, within), run);
  const twins = usersOfRuns(withLimit(draft.twin, within), run);
  const isByChance = own.some((users, i) => {
    const { harm, arrived } = harmIn(users);
    const byFaults = harm - harmIn(twins[i]).harm;
    return byFaults > HARMLESS * arrived || harm > BUSY * arrived;
  });
  const spared = withoutCauses(draft.scenario, namedCauses(variant));
  return isByChance || isWorse(draft.scenario, spared);
}

/**
 * What the faults of a draft do in the runs that are scored, which have other random numbers than those that confirmed it:
 * whether all of them together harm hardly any request, and which of the harmless ones do harm. A request is harmed if it
 * fails, or takes twice the p99 of its kind in the runs without faults. The truth is what happens when these runs are
 * repeated without a fault: a crash may hit hardly anyone with one seed, and 3 % more load add 6 % to an overload.
 */
export function inScoredRuns({ scenario, faults }) {
  const none = recordsOf(withFaults(scenario, () => false));
  const limits = slowLimits(none.plans[0], none.records[0]);
  const harmed = ({ plans, records }) =>
    mean(records[0].map((record) => harmOf(plans[0], record, limits)));
  const harmWith = (isKept) => harmed(recordsOf(withFaults(scenario, isKept)));
  const [all, background] = [recordsOf(scenario), none].map(harmed);
  const arrived = mean(usersOfRuns(scenario, scenario.run).map((users) => harmIn(users).arrived));
  const harmful = faults
    .filter(({ isTrue }) => !isTrue)
    .filter(({ id }) => {
      const averted = all - harmWith((other) => other !== id);
      return averted >= NO_DIFFERENCE * all && averted > FEW;
    });
  return {
    isCalm: all - background <= HARMLESS * arrived,
    harmful: harmful.map(({ id }) => id),
  };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The scenario without a fault, without a bulkhead, or with twice the capacity of a full component. */
function withoutCauses(scenario, causes) {
  const spared = structuredClone(scenario);
  const { services, databases = {}, policies = {} } = spared;
  for (const { kind, subject } of causes) {
    if (kind === 'limit') delete policies[subject.replace('->', '-')]?.bulkhead;
    if (kind !== 'capacity') continue;
    if (subject in services) services[subject].concurrency *= 2;
    const database = databases[subject];
    if (database === undefined) continue;
    database.cpu *= 2;
    database.pool.maxOpen *= 2;
  }
  const ids = new Set(causes.filter(({ kind }) => kind === 'fault').map(({ subject }) => subject));
  return withFaults(spared, (id) => !ids.has(id));
}

/** Whether far more requests fail than in another scenario, or an entry that degrades is slower, on the same numbers. */
function isWorse(scenario, spared) {
  const run = { ...scenario.run, replications: 1 };
  const own = variantOf(scenario, run);
  const other = variantOf(spared, run);
  const lost = other.components.users.success - own.components.users.success;
  if (lost > HARMLESS) return true;
  return degradedUsers(own).some(({ subject, from, until }) => {
    const [slow, usual] = [own, other].map((variant) => p99In(variant, subject, from, until));
    return slow >= SLOWER * usual;
  });
}

/** Mean p99 of an entry by steps of the timeline, from `from` s to `until` s. */
function p99In({ timeline: { series, step } }, subject, from, until) {
  const values = series[subject].p99.slice(Math.floor(from / step), Math.ceil(until / step));
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** End of the time in which the causes act. */
function endOf({ faults }) {
  const ends = faults.filter(({ isTrue }) => isTrue).map(({ start, length }) => start + length);
  return ends.length === 0 ? DURATION : Math.min(DURATION, Math.max(...ends) + AFTER);
}

function byRemoval(draft, facts, limited, all, none) {
  const { category, faults } = draft;
  const total = all - none;
  if (faults.length === 1) return facts;
  const harmOf = (isKept) => harmIn(limited(withFaults(draft.scenario, isKept))).harm;
  const noise = Math.max(NO_DIFFERENCE * total, FEW);
  for (const { id, isTrue } of faults) {
    const averted = all - harmOf((other) => other !== id);
    if (isTrue && category === 'single') {
      if (averted < NECESSARY * total) return { refused: 'the fault is not necessary' };
      continue;
    }
    const alone = harmOf((other) => other === id) - none;
    if (isTrue) {
      const isEnough = Math.min(averted, alone) >= SHARED * total;
      if (!isEnough) return { refused: 'one of two faults does little' };
    } else if (Math.max(Math.abs(averted), Math.abs(alone)) > noise) {
      return { refused: 'a decoy does harm' };
    }
  }
  return facts;
}

/**
 * First step of `length` s in which users of replication 0 are worse off than in the twin with the same random numbers,
 * and still are in the next one; null if there is none.
 */
export function onsetOf(draft, within, length) {
  const run = { seed: draft.scenario.run.seed, replications: 1 };
  const users = usersOf(withLimit(draft.scenario, within), run);
  const twin = usersOf(withLimit(draft.twin, within), run);
  const isWorse = (from) => {
    const own = harmIn(users, from, from + length);
    const lost = own.harm - harmIn(twin, from, from + length).harm;
    return own.arrived > 0 && lost >= 1 && lost / own.arrived >= 0.02;
  };
  for (let i = Math.floor(draft.from / length); (i + 2) * length <= DURATION; i++) {
    if (isWorse(i * length) && isWorse((i + 1) * length)) return i * length;
  }
  return null;
}
