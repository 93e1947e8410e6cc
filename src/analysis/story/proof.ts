import type { CauseFact } from '../../spec/result/cause.js';
import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
} from '../../spec/result/counterfactual.js';
import { headOf } from '../../spec/result/fault-text.js';
import type { Story } from '../measure/story.js';
import { provenConditions } from './proven-conditions.js';
import { UNSEEN } from './unseen-kinds.js';

/** By variant: its runs without each fault, if they were made. */
export type Proofs = ReadonlyMap<string, Counterfactuals>;

/**
 * The stories with the innocent faults that runs without them have shown. They prove nothing where something goes wrong
 * that they have not counted.
 */
export function proven(
  stories: readonly Story[],
  proof: Counterfactuals | undefined,
): readonly Story[] {
  if (proof === undefined) return stories;
  const roles = rolesIn(proof);
  return stories.map((story) => {
    const isSeen = isMeasured(story, proof);
    const innocent = proof.faults.flatMap(({ fault }) => {
      const known = story.innocent.filter((one) => one.fault === fault);
      const role = roles.get(fault);
      const reason = REASONS.get(role);
      if (role === 'undecided' || (reason !== undefined && !isSeen)) return known;
      return reason === undefined ? [] : [{ fault, reason }];
    });
    return { ...story, innocent, causes: provenCauses(story, proof, roles, isSeen) };
  });
}

/** Whether the runs have counted all that goes wrong in a story and that no request shows. */
function isMeasured({ events }: Story, { unseen = [] }: Counterfactuals): boolean {
  return events.every(
    ({ kind, subject }) =>
      !UNSEEN.has(kind) || unseen.some((one) => one.kind === kind && one.subject === subject),
  );
}

/** A fault that does less than this share of the harm is not added to the causes, or only adds to that of others. */
const SOME = 0.05;

/** Roles from the one that counts most. */
const ROLES: readonly CausalRole[] = [
  'cause',
  'amplifier',
  'part',
  'undecided',
  'protection',
  'none',
];
/** Roles of faults that are not to blame. */
const REASONS: ReadonlyMap<CausalRole | undefined, string> = new Map([
  ['none', 'without it the same requests fail'],
  ['protection', 'without it more requests fail'],
]);

/** The roles of all faults. Of those that do harm only together each is a cause. */
function rolesIn(proof: Counterfactuals): ReadonlyMap<string, CausalRole> {
  const roles = proof.faults.map(({ fault }) => [fault, roleIn(proof, fault)] as const);
  const count = (wanted: CausalRole): number => roles.filter(([, role]) => role === wanted).length;
  const isJoint = count('cause') === 0 && count('amplifier') > 1;
  return new Map(
    roles.map(([fault, role]) => [fault, isJoint && role === 'amplifier' ? 'cause' : role]),
  );
}

/** What a fault does to requests, or to what no request shows, whichever is more. */
function roleIn({ faults, unseen = [] }: Counterfactuals, id: string): CausalRole {
  const all = [faults, ...unseen.map((one) => one.faults)];
  const own = all.flatMap((rows) => rows.flatMap(({ fault, role }) => (fault === id ? role : [])));
  return ROLES.find((role) => own.includes(role)) ?? 'undecided';
}

/** The causes, with those that the runs have shown to be causes, and without those that they have cleared. */
function provenCauses(
  { causes, events }: Story,
  proof: Counterfactuals,
  roles: ReadonlyMap<string, CausalRole>,
  isSeen: boolean,
): readonly CauseFact[] {
  const roleOf = (id: string | undefined): CausalRole | undefined =>
    id === undefined ? undefined : roles.get(id);
  const kept = causes
    .filter(({ fault }) => !(isSeen && REASONS.has(roleOf(fault))))
    .map((cause) => withRole(cause, proof, roleOf(cause.fault)));
  const missing = proof.faults.filter(({ fault }) => kept.every((cause) => cause.fault !== fault));
  const added = missing.flatMap((row): readonly CauseFact[] => {
    const role = roles.get(row.fault);
    const fact = factOf(events, row.fault, role === 'cause' ? 'cause' : 'amplifier');
    if (fact === null) return [];
    if (role === 'cause') return [fact];
    const isSome = weightOf(row) >= SOME * harmBy(proof);
    const isAdded = (role === 'part' || role === 'amplifier') && isSome;
    return isAdded ? [{ ...fact, share: partOf(proof, row) }] : [];
  });
  const changes = [proof, ...(proof.unseen ?? [])].flatMap((one) => one.interventions);
  const all = provenConditions([...kept, ...added], changes, events, isSeen);
  return [...all].sort((a, b) => a.at - b.at);
}

/** A cause with the role that the runs show, and the part of the harm that comes with it if it only adds to others. */
function withRole(
  cause: CauseFact,
  proof: Counterfactuals,
  role: CausalRole | undefined,
): CauseFact {
  const row = proof.faults.find(({ fault }) => fault === cause.fault);
  const isSmall = role === 'part' && row?.role === 'part' && weightOf(row) < SOME * harmBy(proof);
  if (row === undefined) return cause;
  if (isSmall || role === 'amplifier')
    return { ...cause, role: 'amplifier', share: partOf(proof, row) };
  const share = fairShareOf(proof, row) ?? cause.share;
  return role === 'cause' ? { ...cause, role, share } : { ...cause, share };
}

/** The measured part of the harm of a fault that does some to requests; null if these runs do not show it. */
function fairShareOf(proof: Counterfactuals, row: CounterfactualFault): number | null {
  if (row.role !== 'cause' && row.role !== 'part') return null;
  const all = harmBy(proof);
  if (row.share === null || !(all > 0)) return partOf(proof, row);
  return Math.max(0, Math.min(1, row.share / all));
}

/** The fact of a fault, from its events; null if it does not strike in this run. */
function factOf(events: Story['events'], id: string, role: CauseFact['role']): CauseFact | null {
  const start = events.find(({ kind, subject }) => kind === 'fault' && subject === id);
  if (start === undefined) return null;
  const end = events.find(({ kind, subject }) => kind === 'faultEnd' && subject === id);
  const isRollout = start.mechanism === 'rollout';
  return {
    kind: isRollout ? 'rollout' : 'fault',
    subject: isRollout ? id.split('@')[0] : id,
    role,
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
  const rows = [worst?.faults ?? [], ...(worst?.unseen ?? []).map(({ faults }) => faults)];
  const causes =
    rows.map((own) => own.filter(({ role }) => role === 'cause')).find((own) => own.length > 0) ??
    [];
  const [first] = [...(causes ?? [])].sort(
    (a, b) => weightOf(b) - weightOf(a) || (b.alone ?? 0) - (a.alone ?? 0),
  );
  return first?.fault ?? null;
}

function harmBy({ harm, background }: Counterfactuals): number {
  return harm - background;
}

/** The share of the harm that is not there without a fault; null if there is none. */
function partOf(proof: Counterfactuals, { averted }: CounterfactualFault): number | null {
  const all = harmBy(proof);
  return all > 0 && averted.value !== null ? Math.max(0, Math.min(1, averted.value / all)) : null;
}

function weightOf({ share, averted }: Counterfactuals['faults'][number]): number {
  return share ?? averted.value ?? 0;
}
