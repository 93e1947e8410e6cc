const WORDS = {
  clientError: 'client errors',
  throttled: 'throttled',
  rejectedRateLimit: 'over a rate limit',
};

/** Reads `refused (client errors and throttled)`. */
export const REFUSED = String.raw`refused \((?<refusals>[a-z ,]+)\)`;

/** What is wrong with the kinds of refusals of some requests, which are to be 95 % of those that fail; null if nothing is. */
export function refusedError(refusals, requests) {
  const count = (name) => requests.reduce((sum, { outcomes }) => sum + (outcomes[name] ?? 0), 0);
  const names = Object.keys(WORDS).filter((name) => count(name) > 0);
  const said = refusals.split(/, and | and |, /u);
  if (names.length !== said.length || !names.every((name) => said.includes(WORDS[name])))
    return `refused are ${names.join(', ')}`;
  const failed = [...new Set(requests.flatMap(({ outcomes }) => Object.keys(outcomes)))]
    .filter((name) => !['ok', 'degraded', 'unfinished'].includes(name))
    .reduce((sum, name) => sum + count(name), 0);
  return names.reduce((sum, name) => sum + count(name), 0) >= 0.95 * failed
    ? null
    : 'others fail too';
}

/** The kinds of requests of users with a name. */
export function requestsNamed(label, { components }) {
  return Object.entries(components).flatMap(([name, { kind, parts }]) =>
    Object.entries(kind === 'workload' ? parts : {})
      .filter(([part]) => [part, `${name}.${part}`].includes(label))
      .map(([, part]) => part),
  );
}
