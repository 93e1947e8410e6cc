import { OUTCOME } from '../contracts/outcome.js';
import type { Endpoint } from '../contracts/scenario/services.js';
import type { Call } from './calls.js';
import { layerOf, retryOf } from './layers.js';
import { isStore } from './stores.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

/**
 * The part that has its effect twice if a call is executed twice: the callee, or one below it. A callee that is declared
 * idempotent answers for its own data, but it makes its calls again. null = none: each part below can run twice, or is
 * executed once by a key.
 */
export function harmedBy(call: Call, subject: Subject): string | null {
  const isCovered = isStore(subject.scenario, call.callee) && answersForData(call.from, subject);
  return call.hasKey || isCovered ? null : harmedPart(call.to, subject, new Set());
}

function endpointOf(part: string, { scenario }: Subject): Endpoint | undefined {
  const [component, ...rest] = part.split('.');
  return scenario.services.get(component)?.endpoints.get(rest.join('.'));
}

function answersForData(part: string, subject: Subject): boolean {
  const endpoint = endpointOf(part, subject);
  return endpoint !== undefined && endpoint.idempotent && endpoint.once === null;
}

/** The same for a part that is executed twice. */
export function harmedPart(part: string, subject: Subject, seen: Set<string>): string | null {
  const { graph, repeatable, scenario } = subject;
  if (seen.has(part)) return null;
  seen.add(part);
  if (!repeatable.has(part)) return part;
  const endpoint = endpointOf(part, subject);
  // A route can run twice if its targets can.
  if (endpoint === undefined || endpoint.once !== null || endpoint.readOnly) return null;
  for (const call of graph.from(part)) {
    if (isStore(scenario, call.callee) || call.hasKey) continue;
    const harmed = harmedPart(call.to, subject, seen);
    if (harmed !== null) return harmed;
  }
  return null;
}

/**
 * Whether the retry of a call ends with its first timeout: without a list it repeats them only where the callee executes
 * a call once.
 */
export function leavesTimeouts({ layers, to, hasKey }: Call, { repeatable }: Subject): boolean {
  const retry = retryOf(layers);
  if (retry === null || retry.on.has(OUTCOME.timeout)) return false;
  return retry.isListed || !(repeatable.has(to) || hasKey);
}

/** A call as it is while its callee does not respond: a retry that leaves timeouts alone makes one try. */
export function whileSilent(call: Call, subject: Subject): Call {
  if (!leavesTimeouts(call, subject)) return call;
  const retry = layerOf(call.layers, 'retry');
  return { ...call, layers: call.layers.filter((layer) => layer !== retry) };
}

/** Says why the call must not be executed twice. */
export function harmedText(call: Call, harmed: string): string {
  if (harmed === call.to) return `${harmed} is not idempotent`;
  return `${call.to} then calls ${harmed} again, which is not idempotent`;
}

/**
 * The YAML with which the callee executes a call once. An endpoint that calls nothing may say so; else a key stops the
 * calls that it makes.
 */
export function onceYaml(call: Call, harmed: string, subject: Subject): string | null {
  const { scenario, graph } = subject;
  if (!scenario.services.has(call.callee)) return null;
  const part = call.to.slice(call.callee.length + 1);
  const isLeaf = harmed === call.to && graph.from(call.to).length === 0;
  const value = isLeaf ? 'true' : 'request';
  return yamlAt(['services', call.callee, 'endpoints', part], `idempotent: ${value}`);
}
