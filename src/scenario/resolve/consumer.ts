import { kindText, type ComponentKind } from '../../contracts/component-kind.js';
import type { Consumption, Inbox } from '../../contracts/scenario/messaging.js';
import type { ConsumerOutput } from '../schema/consumer.js';
import { resolveConsumerPolicy } from './consumer-policy.js';
import { conflict, report, reportKey, type Context, type Path } from './context.js';
import { resolveCall, resolveQuery, split, unknown } from './targets.js';

/** Default concurrency and batch of a consumer. */
export interface ConsumerDefaults {
  readonly concurrency: number;
  readonly batch: number;
}

export const ONE_BY_ONE: ConsumerDefaults = Object.freeze({ concurrency: 1, batch: 1 });

/** Whether the handler is a function, which scales on demand. */
export function isFunction(context: Context, { call }: { readonly call: string }): boolean {
  return context.names.things.get(split(call)[0])?.section === 'functions';
}

/** Resolves the common fields of subscribers and consumers; null if the call is invalid. */
export function resolveConsumer(
  context: Context,
  output: ConsumerOutput,
  path: Path,
  defaults: ConsumerDefaults,
): Consumption | null {
  const { retry, onPoison, filter } = output;
  const { concurrency = defaults.concurrency, batch = defaults.batch } = output;
  const call = resolveHandler(context, output.call, [...path, 'call']);
  const deadLetter = resolveDeadLetter(context, output, path);
  const inbox = resolveInbox(context, output.inbox, [...path, 'inbox']);
  checkRetry(context, output, path);
  const policy = resolveConsumerPolicy(context, output.policy, [...path, 'policy']);
  if (call === null) return null;
  return {
    call,
    concurrency,
    batch,
    retry:
      retry === undefined
        ? null
        : { attempts: retry.attempts, backoff: retry.backoff ?? null, mode: retry.mode },
    onPoison,
    deadLetter,
    inbox,
    filter,
    policy,
  };
}

/** Resolves the endpoint that handles messages, which must belong to a service. */
export function resolveHandler(
  context: Context,
  reference: string,
  path: Path,
): Consumption['call'] | null {
  const call = resolveCall(context, reference, '', path);
  if (call === null) return null;
  if (context.names.things.get(call.component)?.kind === 'service') return call;
  const message =
    `messages are handled inside the instances of a service, and ${call.component} is not a ` +
    'service';
  report(context, 'FL405', path, message);
  return null;
}

/** Resolves the dead-letter destination of a consumer; null = none. */
function resolveDeadLetter(context: Context, output: ConsumerOutput, path: Path): string | null {
  const { onPoison, deadLetter = null } = output;
  if (deadLetter === null) {
    if (onPoison === 'deadLetter') {
      const message = 'onPoison: deadLetter needs a destination: write deadLetter: NAME';
      reportKey(context, 'FL203', [...path, 'onPoison'], message);
    }
    return null;
  }
  const at = [...path, 'deadLetter'];
  if (onPoison !== 'deadLetter') {
    const message = `with onPoison: ${onPoison} no message reaches ${deadLetter}: write onPoison: deadLetter`;
    conflict(context, at, message);
  }
  return resolveHolder(context, deadLetter, at);
}

/** Resolves the name of a topic or queue; null if it is neither. */
export function resolveHolder(context: Context, name: string, path: Path): string | null {
  const kind = context.names.things.get(name)?.kind;
  if (kind === undefined) return unknown(context, name, path, HOLDERS);
  if (HOLDERS.includes(kind)) return name;
  const message =
    `${name} is ${kindText(kind)}, which cannot hold messages: expected a topic or a ` + 'queue';
  report(context, 'FL405', path, message);
  return null;
}

/** Kinds of components that hold messages. */
export const HOLDERS: readonly ComponentKind[] = ['topic', 'queue'];

function resolveInbox(context: Context, output: ConsumerOutput['inbox'], path: Path): Inbox | null {
  if (output === undefined) return null;
  const { window, database } = output;
  if (database === undefined) return { windowNs: window, query: null };
  const [name, operation] = split(database);
  const query = resolveQuery(context, name, operation ?? undefined, [...path, 'database']);
  return { windowNs: window, query };
}

/** Reports retry modes that contradict `onPoison: block`, because they let later messages pass. */
function checkRetry(context: Context, { retry, onPoison }: ConsumerOutput, path: Path): void {
  if (retry === undefined) return;
  const at = [...path, 'retry', 'mode'];
  if (retry.mode === 'delayed' && retry.backoff === undefined) {
    const message =
      'mode: delayed needs a backoff: write backoff, or mode: requeue to retry at once';
    conflict(context, at, message);
  }
  if (retry.mode !== 'inProcess' && onPoison === 'block') {
    const message =
      `mode: ${retry.mode} lets later messages pass a failed one, but onPoison: block holds ` +
      'them back: write onPoison: skip or deadLetter';
    conflict(context, at, message);
  }
}
