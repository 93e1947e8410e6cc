import { policyKind } from '../../patterns/registry.js';
import type { Layer, RetryAfter } from '../../contracts/scenario/policies.js';
import type { Admission } from '../../contracts/scenario/host.js';
import type { Queue, Shed } from '../../contracts/scenario/resources.js';
import type { Cpu } from '../../contracts/scenario/process.js';
import type { AdmissionOutput } from '../schema/admission.js';
import { checkKey, checkLayer, layerOf, splitLayer } from './bundles.js';
import type { Cursor } from './context.js';

/** Settings of the component that admission control is checked against. */
interface Place {
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly concurrency: number;
}

/** Resolves the admission control of a component; null = none. */
export function resolveAdmission(
  here: Cursor,
  output: AdmissionOutput | null,
  place: Place,
): Admission | null {
  if (output === null) return null;
  const { shed, rateLimit, concurrencyLimit } = output;
  checkFaultTolerant(here.in('rateLimit'), false);
  if ((shed ?? rateLimit ?? concurrencyLimit) === null) return null;
  return {
    shed: shed && resolveShed(here.in('shed'), shed, place),
    rateLimit: rateLimit && resolveLimiter(here.in('rateLimit'), rateLimit),
    retryAfter: retryAfterOf(rateLimit ?? {}),
    concurrencyLimit:
      concurrencyLimit && resolveGate(here.in('concurrencyLimit'), concurrencyLimit),
  };
}

/** Resolves a rate limiter for requests. */
export function resolveLimiter(here: Cursor, output: Readonly<Record<string, unknown>>): Layer {
  const {
    key,
    retryAfter: _retryAfter,
    ...own
  } = output as {
    readonly key?: string;
    readonly retryAfter?: unknown;
  };
  checkKey(here, key ?? null, undefined);
  const layer = { ...layerOf('rateLimit', own, here.written()), key: key ?? null };
  checkLayer(here, layer, new Map([['rateLimit', layer.config]]));
  const sharing = policyKind('rateLimit', layer.kind)!.sharing?.(layer.config as never);
  return splitLayer({ ...layer, scope: sharing?.scope ?? layer.scope });
}

/** Reports `faultTolerant` without a store that is a component, because no other lookup can fail. */
export function checkFaultTolerant(here: Cursor, asks: boolean): void {
  const at = here.in('faultTolerant');
  if (asks || at.written() === undefined) return;
  const message =
    'faultTolerant has no effect here: it applies to the store of a rateLimit in middleware, ' +
    'with store: { of: COMPONENT.OPERATION }. Remove it';
  at.conflict(message);
}

/** Form of the Retry-After of a limiter's refusals. */
export function retryAfterOf({ retryAfter }: { readonly retryAfter?: unknown }): RetryAfter {
  if (retryAfter === 'exact') return 'exact';
  return retryAfter === true ? 'seconds' : 'none';
}

/** Resolves a limit on requests in flight. */
export function resolveGate(here: Cursor, output: Readonly<Record<string, unknown>>): Layer {
  const layer = layerOf('concurrencyLimit', output, here.written());
  checkKey(here, layer.key, undefined);
  checkLayer(here, layer, new Map([['concurrencyLimit', layer.config]]));
  return layer;
}

function resolveShed(here: Cursor, output: Shed, place: Place): Shed {
  const wrong = here.conflicts();
  if ('above' in output && output.above === 0) {
    wrong('above', 'at 0% every request is refused: write a larger share');
  }
  if (output.kind !== 'cpu' && place.concurrency === Infinity) {
    const message =
      'has no effect while concurrency is unlimited, because no request waits: write ' +
      'concurrency too';
    wrong('kind', message);
  }
  switch (output.kind) {
    case 'priority':
      if (place.queue.capacity === Infinity) {
        const message =
          'has no effect without queue.capacity, because an unbounded queue is never full: ' +
          'write queue.capacity too';
        wrong('above', message);
      } else if (place.queue.capacity === 0) {
        wrong('above', 'a queue with capacity 0 is always full: raise queue.capacity');
      }
      break;
    case 'cpu':
      if (place.cpu.cores === Infinity) {
        wrong('kind', 'has no effect with unlimited cores, which are never busy: write cpu too');
      }
      break;
    case 'dagor':
      checkKey(here, output.key, undefined);
      for (const field of ['alpha', 'beta'] as const) {
        if (output[field] === 0)
          wrong(field, 'at 0% the level would never move in this direction: write more than 0%');
      }
  }
  return output;
}
