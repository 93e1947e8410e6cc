import type { Middleware } from '../../spec/scenario/middleware.js';
import type { Layer, LimiterStore } from '../../spec/scenario/policies.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Condition } from '../../spec/scenario/steps.js';
import { formatSize } from '../../spec/quantities/size-text.js';
import { plainText, sorted } from './values.js';

/** Every middleware chain of a scenario, member by member, with the settings that have an effect. */
export function chainLines({ gateways, services }: Scenario): readonly string[] {
  const lines: string[] = [];
  const add = (owner: string, chain: readonly Middleware[]): void =>
    chain.forEach((member) => lines.push(`${owner} ${memberText(member)}`));
  for (const [name, gateway] of sorted(gateways)) {
    // Kong sorts the plugins of gateway and route into one chain.
    const isSorted = gateway.kind === 'kong';
    if (!isSorted) add(name, gateway.middleware);
    for (const route of gateway.routes) {
      add(`${name}.${route.name}`, isSorted ? route.chain : route.middleware);
    }
  }
  for (const [name, service] of sorted(services)) add(name, service.middleware);
  return lines;
}

/** Endpoints whose messages have a size. */
export function sizeLines({ services }: Scenario): readonly string[] {
  return sorted(services).flatMap(([name, { endpoints }]) =>
    sorted(endpoints)
      .filter(([, { requestBytes, responseBytes }]) => requestBytes > 0 || responseBytes > 0)
      .map(([endpoint, { requestBytes, responseBytes }]) => {
        const [there, back] = [formatSize(requestBytes), formatSize(responseBytes)];
        return `${name}.${endpoint}: request ${there}, response ${back}`;
      }),
  );
}

/** `authenticate(introspection): work 0.1ms, call auth.introspect, cacheTtl 30s by token, status 401`. */
function memberText(member: Middleware): string {
  const { name, kind, work, workPerKiB, reject, call, onError, cached, coalesce, maxBytes } =
    member;
  const free = (each: Middleware['work']): boolean =>
    each.kind === 'constant' && each.valueNs === 0;
  const words: string[] = [];
  if (!free(work)) words.push(`work ${plainText(work)}`);
  if (!free(workPerKiB)) words.push(`workPerKiB ${plainText(workPerKiB)}`);
  if (maxBytes !== null) words.push(`max ${formatSize(maxBytes)}`);
  if (reject > 0) words.push(`reject ${Math.round(reject * 1e6) / 1e4}%`);
  if (call !== null) words.push(`call ${call.component}.${call.part ?? ''}, onError ${onError}`);
  if (cached !== null) {
    words.push(`cacheTtl ${plainText(cached.ttlNs, 'ttlNs')} by ${cached.key}`);
    words.push(`cacheRefusals ${cached.refusals}`);
  }
  if (member.response !== null) {
    const { cache, methods, key, ttlNs } = member.response;
    words.push(`${cache} for ${methods.join(' ')}${key === null ? '' : ` by ${key}`}`);
    if (ttlNs !== null) words.push(`ttl ${plainText(ttlNs, 'ttlNs')}`);
  }
  if (coalesce !== null) words.push(plainText(coalesce).replace(/^\{ | \}$/g, ''));
  if (member.rateLimit !== null) {
    words.push(limitText(member.rateLimit));
    if (member.retryAfter !== 'none') words.push(`retryAfter ${member.retryAfter}`);
    if (member.store !== null) words.push(storeText(member.store));
  }
  if (member.admit !== null) words.push(limitText(member.admit));
  const limits = member.rateLimit !== null || member.admit !== null;
  const refuses = reject > 0 || call !== null || maxBytes !== null || limits;
  if (refuses) words.push(`status ${member.status}`);
  if (member.dryRun) words.push('dryRun');
  if (member.when !== null) words.push(`when ${whenText(member.when)}`);
  const title = kind === null || limits ? name : `${name}(${kind})`;
  return words.length === 0 ? title : `${title}: ${words.join(', ')}`;
}

function limitText({ kind, config, key }: Layer): string {
  return `${kind} ${plainText(config)}${key === null ? '' : ` by ${key}`}`;
}

function storeText({ latency, of, onError, cacheNs }: LimiterStore): string {
  const words = [`store ${plainText(latency)}`];
  if (of !== null) words.push(`call ${of.component}.${of.part ?? ''}`, `onError ${onError}`);
  if (cacheNs !== null) words.push(`cache ${plainText(cacheNs, 'cacheNs')}`);
  return words.join(', ');
}

function whenText({ class: name, workload, headers }: Condition): string {
  const words = [...headers].map(([header, value]) => `${header}: ${value}`);
  if (workload !== null) words.unshift(`workload ${workload}`);
  if (name !== null) words.unshift(`class ${name}`);
  return words.join(' and ');
}
