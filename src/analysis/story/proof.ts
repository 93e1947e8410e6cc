import type { CauseFact, KnownCause } from '../../contracts/result/cause.js';
import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import { headOf } from '../../contracts/result/fault-text.js';
import { worsensBudget } from '../../contracts/result/worsened.js';
import type { Story } from '../measure/story.js';
import { interventionOf, provenConditions } from './proven-conditions.js';
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
      return reason === undefined || worsensBudget(proof, fault) ? [] : [{ fault, reason }];
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

/** And one that does most of the harm. */
const MOST = 0.5;

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

type Row = Counterfactuals['faults'][number];

/**
 * The roles of all faults. Of those that do harm only together each is a cause; so is one without which most of the harm
 * is gone, beside others that have not run.
 */
function rolesIn(proof: Counterfactuals): ReadonlyMap<string, CausalRole> {
  const roles = proof.faults.map((row) => ({ row, role: roleIn(proof, row.fault) }));
  const count = (wanted: CausalRole): number => roles.filter(({ role }) => role === wanted).length;
  const isNeeded = (row: Row): boolean =>
    count('undecided') > 0 && weightOf(row) >= MOST * proof.harm;
  const isJoint = (row: Row, role: CausalRole): boolean =>
    role === 'amplifier' && count('cause') === 0 && (count('amplifier') > 1 || isNeeded(row));
  return new Map(roles.map(({ row, role }) => [row.fault, isJoint(row, role) ? 'cause' : role]));
}

/** What a fault does to requests, or to what no request shows, whichever is more. */
function roleIn({ faults, unseen = [] }: Counterfactuals, id: string): CausalRole {
  const all = [faults, ...unseen.map((one) => one.faults)];
  const own = all.flatMap((rows) => rows.flatMap(({ fault, role }) => (fault === id ? role : [])));
  return ROLES.find((role) => own.includes(role)) ?? 'undecided';
}

/**
 * The causes, with those that the runs have shown to be causes, and without those that they have cleared. Their parts of
 * the harm are those of the runs.
 */
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
    const measured = measuredOf(proof, row);
    if (role === 'cause') return [{ ...fact, ...measured }];
    const isAdded = (role === 'part' || role === 'amplifier') && weightOf(row) >= SOME * proof.harm;
    return isAdded ? [{ ...fact, ...measured }] : [];
  });
  const changes = [proof, ...(proof.unseen ?? [])].flatMap((one) => one.interventions);
  const all = provenConditions([...kept, ...added], changes, events, {
    isSeen,
    rest: restOf(proof),
  });
  return sharedOut(all, proof).sort((a, b) => a.at - b.at);
}

/** Fewer requests than these come to harm by chance, if others do so by faults. */
const FEW = 5;

/** The share of the harm that is there without any fault; null without harm to requests. */
function restOf({ harm, background }: Counterfactuals): number | null {
  if (!(harm > 0)) return null;
  return background < FEW && background < MOST * harm ? 0 : Math.min(1, background / harm);
}

/**
 * The causes with parts that add up to no more than the harm: those of faults to what the faults do together, those of
 * conditions to what is there without any fault.
 */
function sharedOut(causes: readonly CauseFact[], proof: Counterfactuals): CauseFact[] {
  const rest = restOf(proof);
  if (rest === null) return [...causes];
  const isFault = ({ fault }: CauseFact): boolean => fault !== undefined;
  const own = conditionShares(
    causes.filter((cause) => !isFault(cause) && cause.share !== null),
    proof,
  );
  const sum = [...own.values()].reduce((all, share) => all + share, 0);
  const parts = causes.filter(isFault).reduce((all, { share }) => all + (share ?? 0), 0);
  const most = 1 - rest;
  return causes.map((cause) => {
    if (cause.share === null) return cause;
    if (isFault(cause))
      return parts <= most ? cause : { ...cause, share: (cause.share * most) / parts };
    const share = sum > 0 ? (own.get(cause)! * rest) / sum : rest / own.size;
    return { ...cause, share };
  });
}

/**
 * How conditions share out what is there without any fault: those that runs have shown by what the runs avert, and
 * those that are only inferred by no more than these leave.
 */
function conditionShares(
  conditions: readonly CauseFact[],
  { harm, interventions }: Counterfactuals,
): ReadonlyMap<CauseFact, number> {
  const shown = new Map(
    conditions.flatMap((cause) => {
      const change = interventionOf(cause, interventions);
      const averts = SHOWN.has(change?.role) ? change!.averted.value : null;
      return averts === null ? [] : [[cause, Math.max(0, Math.min(1, averts / harm))] as const];
    }),
  );
  const left = 1 - Math.max(0, ...shown.values());
  return new Map(
    conditions.map((cause) => [cause, shown.get(cause) ?? Math.min(left, cause.share!)]),
  );
}

/** A cause with the role and the part of the harm that the runs show. */
function withRole(
  cause: CauseFact,
  proof: Counterfactuals,
  role: CausalRole | undefined,
): CauseFact {
  const row = proof.faults.find(({ fault }) => fault === cause.fault);
  if (row === undefined || row.role === 'undecided') return cause;
  const measured = measuredOf(proof, row);
  const isSmall = role === 'part' && row.role === 'part' && weightOf(row) < SOME * proof.harm;
  if (isSmall || role === 'amplifier') return { ...cause, role: 'amplifier', ...measured };
  return role === 'cause' ? { ...cause, role, ...measured } : { ...cause, ...measured };
}

/** The part of the harm of a fault in these runs, and what is not there without it. */
function measuredOf(
  { harm }: Counterfactuals,
  { role, share, averted }: CounterfactualFault,
): Pick<CauseFact, 'share' | 'averted'> {
  // Requests show nothing of a fault that does other harm.
  if (REASONS.has(role)) return { share: null };
  const within = (value: number): number => Math.max(0, Math.min(1, value / harm));
  if (!(harm > 0)) return { share: null };
  const gone = averted.value === null ? {} : { averted: within(averted.value) };
  const part = share ?? averted.value;
  return { share: part === null ? null : within(part), ...gone };
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

/** Roles of faults that do harm, from the one that counts most. */
const HARMFUL: readonly CausalRole[] = ['cause', 'amplifier', 'part'];

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
  for (const role of HARMFUL) {
    const own = rows.map((all) => all.filter((row) => row.role === role));
    const causes = own.find((all) => all.length > 0) ?? [];
    const [first] = [...causes].sort(
      (a, b) => weightOf(b) - weightOf(a) || (b.alone ?? 0) - (a.alone ?? 0),
    );
    if (first !== undefined) return first.fault;
  }
  return null;
}

function harmBy({ harm, background }: Counterfactuals): number {
  return harm - background;
}

function weightOf({ share, averted }: Row): number {
  return share ?? averted.value ?? 0;
}

/** The causes with how they are known: by runs, by the requests that lead to them, or by their time and place. */
export function withKnown(
  causes: readonly CauseFact[],
  proof: Counterfactuals | null,
): readonly KnownCause[] {
  const roles = proof === null ? null : rolesIn(proof);
  const changes = [proof, ...(proof?.unseen ?? [])].flatMap((one) => one?.interventions ?? []);
  return causes.map((cause) => {
    const isProved =
      cause.fault === undefined
        ? SHOWN.has(interventionOf(cause, changes)?.role)
        : SHOWN.has(roles?.get(cause.fault));
    return { ...cause, known: isProved ? 'proved' : isInferred(cause) ? 'likely' : 'guess' };
  });
}

/** Roles of faults and changes that runs show to do harm, or to keep it up. */
const SHOWN: ReadonlySet<CausalRole | InterventionRole | undefined> = new Set([
  'cause',
  'sustainer',
  'amplifier',
  'part',
]);

/** Whether measurements speak for a cause, not only its time and its place. */
function isInferred({ share, evidence }: CauseFact): boolean {
  return share !== null || evidence !== '';
}
