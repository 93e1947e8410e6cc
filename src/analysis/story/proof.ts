import type { CauseFact } from '../../spec/result/cause.js';
import type { CausalRole, Counterfactuals } from '../../spec/result/counterfactual.js';
import { headOf } from '../../spec/result/fault-text.js';
import type { Story } from '../measure/story.js';
import { provenConditions } from './proven-conditions.js';
import { UNSEEN } from './unseen-kinds.js';

/** By variant: its runs without each fault, if they were made. */
export type Proofs = ReadonlyMap<string, Counterfactuals>;

/**
 * The stories with the innocent faults that runs without them have shown. These runs count failed and slow requests, so
 * they prove nothing where something goes wrong that no request shows.
 */
export function proven(
  stories: readonly Story[],
  proof: Counterfactuals | undefined,
): readonly Story[] {
  if (proof === undefined) return stories;
  return stories.map((story) => {
    const isSeen = !story.events.some(({ kind }) => UNSEEN.has(kind));
    const innocent = proof.faults.flatMap(({ fault, role }) => {
      const known = story.innocent.filter((one) => one.fault === fault);
      if (role === 'undecided' || (role === 'none' && !isSeen)) return known;
      return role === 'none' ? [{ fault, reason: 'without it the same requests fail' }] : [];
    });
    return { ...story, innocent, causes: provenCauses(story, proof, isSeen) };
  });
}

/** The causes, with those that the runs have shown to be causes, and without those that they have cleared. */
function provenCauses(
  { causes, events }: Story,
  proof: Counterfactuals,
  isSeen: boolean,
): readonly CauseFact[] {
  const roleOf = (id: string | undefined): CausalRole | undefined =>
    proof.faults.find(({ fault }) => fault === id)?.role;
  const kept = causes
    .filter(({ fault }) => !(isSeen && roleOf(fault) === 'none'))
    .map((cause): CauseFact => {
      const role = roleOf(cause.fault);
      return role === 'cause' || role === 'amplifier' ? { ...cause, role } : cause;
    });
  const missing = proof.faults.filter(
    ({ fault, role }) => role === 'cause' && kept.every((cause) => cause.fault !== fault),
  );
  const added = missing.flatMap(({ fault }) => factOf(events, fault) ?? []);
  const all = provenConditions([...kept, ...added], proof.interventions, events, isSeen);
  return [...all].sort((a, b) => a.at - b.at);
}

/** The fact of a fault, from its events; null if it does not strike in this run. */
function factOf(events: Story['events'], id: string): CauseFact | null {
  const start = events.find(({ kind, subject }) => kind === 'fault' && subject === id);
  if (start === undefined) return null;
  const end = events.find(({ kind, subject }) => kind === 'faultEnd' && subject === id);
  const isRollout = start.mechanism === 'rollout';
  return {
    kind: isRollout ? 'rollout' : 'fault',
    subject: isRollout ? id.split('@')[0] : id,
    role: 'cause',
    fault: id,
    at: start.at,
    until: end?.at ?? null,
    text: headOf(start),
    value: null,
    unit: null,
    mechanism: start.mechanism,
    evidence: 'runs without it',
    share: null,
  };
}

/**
 * The fault that does most of the harm, in the variant that suffers most from its faults; null if none does, or if too
 * few runs were made to tell it from the others.
 */
export function provenCause(proofs: Proofs): string | null {
  let worst: Counterfactuals | null = null;
  for (const proof of proofs.values()) {
    if (worst === null || harmBy(proof) > harmBy(worst)) worst = proof;
  }
  if (worst?.faults.some(({ role }) => role === 'undecided') === true) return null;
  const causes = worst?.faults.filter(({ role }) => role === 'cause') ?? [];
  const [first] = [...causes].sort(
    (a, b) => weightOf(b) - weightOf(a) || (b.alone ?? 0) - (a.alone ?? 0),
  );
  return first?.fault ?? null;
}

function harmBy({ harm, background }: Counterfactuals): number {
  return harm - background;
}

function weightOf({ share, averted }: Counterfactuals['faults'][number]): number {
  return share ?? averted.value ?? 0;
}
