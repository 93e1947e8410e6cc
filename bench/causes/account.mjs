// Reads from a result which causes the account of a variant names. Nothing here looks at the truth.

/**
 * Causes as `{ kind, subject }`, the strongest first: causes before what only amplifies them, by their part of the harm,
 * and of equal ones in the order of the account.
 */
export function namedCauses({ cascade: { causes } }) {
  const rank = ({ role, share }) => (role === 'amplifier' ? 0 : 2) + (share ?? 0);
  const ordered = [...causes].sort((a, b) => rank(b) - rank(a));
  return ordered.map(({ kind, subject }) => ({ kind, subject: withoutVersion(subject) }));
}

/**
 * Faults that runs without them prove to do harm, those that do most first; null if there were no such runs.
 */
export function provenFaults({ counterfactuals }) {
  if (counterfactuals === undefined || counterfactuals === null) return null;
  const harm = ({ share, averted }) => share ?? averted.value ?? 0;
  return counterfactuals.faults
    .filter(({ role }) => ['cause', 'amplifier', 'part'].includes(role))
    .sort((a, b) => Number(b.role === 'cause') - Number(a.role === 'cause') || harm(b) - harm(a))
    .map(({ fault }) => fault);
}

const withoutVersion = (subject) => subject.replace(/@.*/, '');

const DEGRADED = new Set(['degraded', 'failing', 'down']);

/** Time at which the account says that users are first hurt, from `from` s on; null if it does not. */
export function usersOnset({ cascade }, from) {
  const hit = cascade.events.find(
    ({ kind, subject, at }) => DEGRADED.has(kind) && subject.startsWith('users.') && at >= from - 1,
  );
  return hit?.at ?? null;
}

/** The times in which requests of users are degraded, in s. */
export function degradedUsers({ cascade: { events }, timeline }) {
  const begun = events.filter(
    ({ kind, subject }) => DEGRADED.has(kind) && subject.startsWith('users.'),
  );
  return begun.map(({ subject, at }) => {
    const end = events.find(
      (event) => event.kind === 'recovered' && event.subject === subject && event.at > at,
    );
    return { subject, from: at, until: end?.at ?? timeline.step * timeline.steps };
  });
}

/** Whether the account names any cause of harm, or says that users are hurt. */
export function saysHarm(variant) {
  return usersOnset(variant, 0) !== null && namedCauses(variant).length > 0;
}

/**
 * Mechanism by which trouble leaves a node towards one of its callers, the earliest; if none is listed, that of the
 * degradation that the account attributes to the fault; null without one.
 */
export function mechanismAt({ cascade }, { id, node: { name, callers } }) {
  const above = new Set(callers.map((caller) => caller.name));
  const found = cascade.influences.find(
    ({ from, to }) => from === name && (above.has(to) || to.startsWith('users')),
  );
  const direct = cascade.events.find(({ kind, cause }) => DEGRADED.has(kind) && cause === id);
  return found?.mechanism ?? direct?.mechanism ?? null;
}
