// Confirms a draft by runs without its causes, on seeds that are not used for scoring: users are hurt, without a true
// cause most of the harm is gone, and without a decoy hardly any of it.
import { harmIn, resultOf, withFaults, withLimit } from './simulate.mjs';
import { DURATION } from './topology.mjs';

const OTHER_SEEDS = 500_000_000;
const REPLICATIONS = 1;
/** A twin in which more than this share fails is not calm. */
const CALM = 0.005;
/** Share of the requests that arrive while a cause acts. */
const HURT = 0.05;
const NECESSARY = 0.8;
/** Two true causes: the share of the harm that each does alone, and that is gone without it. */
const SHARED = 0.15;
/** Change of the harm by a decoy, as a share of the harm, and in requests per run. */
const NO_DIFFERENCE = 0.02;
const FEW = 2;

/** Facts about a draft that is kept; `{ refused }` for any other. */
export function confirm(draft) {
  const run = { seed: draft.seed + OTHER_SEEDS, replications: REPLICATIONS };
  const calm = resultOf(draft.twin, run).variant;
  const { success, latency } = calm.components.users;
  if (!(success >= 1 - CALM)) return { refused: 'the twin is not calm' };
  const within = 2 * latency.p99;
  const limited = (scenario) => resultOf(withLimit(scenario, within), run);
  const until = Math.min(
    DURATION,
    Math.max(
      ...draft.faults.filter(({ isTrue }) => isTrue).map(({ start, length }) => start + length + 3),
      0,
    ) || DURATION,
  );
  const twin = limited(draft.twin).variant;
  const all = limited(draft.scenario);
  const facts = { within, until, events: all.events };
  const during = harmIn(all.variant, draft.from, until);
  const share =
    during.harm / during.arrived -
    harmIn(twin, draft.from, until).harm / harmIn(twin, draft.from, until).arrived;
  if (draft.category === 'harmless') return share <= 0.005 ? facts : { refused: 'users are hurt' };
  if (draft.isUnseen) return facts;
  if (share < HURT) return { refused: 'users are not hurt' };
  if (draft.category === 'condition') return facts;
  return byRemoval(draft, facts, limited, harmIn(all.variant).harm, harmIn(twin).harm);
}

function byRemoval(draft, facts, limited, all, none) {
  const total = all - none;
  const harmOf = (isKept) => harmIn(limited(withFaults(draft.scenario, isKept)).variant).harm;
  const { category, faults } = draft;
  const noise = Math.max(NO_DIFFERENCE * total, FEW);
  for (const { id, isTrue } of faults) {
    if (faults.length === 1) break;
    const averted = all - harmOf((other) => other !== id);
    const alone = harmOf((other) => other === id) - none;
    if (!isTrue && (Math.abs(averted) > noise || Math.abs(alone) > noise))
      return { refused: 'a decoy does harm' };
    if (isTrue && category === 'single' && averted < NECESSARY * total)
      return { refused: 'the fault is not necessary' };
    if (isTrue && category === 'two' && Math.min(averted, alone) < SHARED * total)
      return { refused: 'one of two faults does little' };
  }
  return facts;
}

/**
 * First step in which users of replication 0 are worse off than in the twin with the same random numbers; null if
 * none is.
 */
export function onsetOf(draft, { within }) {
  const run = { seed: draft.scenario.run.seed, replications: 1 };
  const { timeline } = resultOf(withLimit(draft.scenario, within), run).variant;
  const twin = resultOf(withLimit(draft.twin, within), run).variant.timeline;
  const lost = (i) => {
    const { rate, goodRate } = timeline.series.users;
    const calm = twin.series.users;
    const bad = rate[i] - goodRate[i] - (calm.rate[i] - calm.goodRate[i]);
    return rate[i] > 0 && bad / rate[i] >= 0.02 && bad * timeline.step >= 1;
  };
  const first = Math.floor(draft.from / timeline.step);
  for (let i = first; i + 1 < timeline.steps; i++) {
    if (lost(i) && lost(i + 1)) return i * timeline.step;
  }
  return null;
}
