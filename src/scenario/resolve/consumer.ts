import { kindText, type ComponentKind } from '../../contracts/component-kind.js';
import type { Consumption, Inbox, WrittenConsumer } from '../../contracts/scenario/consumers.js';
import { targetOf } from '../../language/databases.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { CallWalker } from './call-edge.js';
import { resolveConsumerPolicy } from './consumer-policy.js';
import type { Context, Cursor } from './context.js';
import { resolveCall, resolveQuery, split, unknown } from './targets.js';

type Written = WrittenConsumer<BundleOutput>;

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
  here: Cursor,
  output: Written,
  defaults: ConsumerDefaults,
): Consumption | null {
  const { retry, onPoison, filter } = output;
  const call = resolveHandler(here.in('call'), output.call);
  const deadLetter = resolveDeadLetter(here, output);
  const inbox = resolveInbox(here.in('inbox'), output.inbox);
  checkRetry(here, output);
  const policy = resolveConsumerPolicy(here.in('policy'), output.policy);
  if (call === null) return null;
  return {
    call,
    concurrency: output.concurrency ?? defaults.concurrency,
    batch: output.batch ?? defaults.batch,
    retry,
    onPoison,
    deadLetter,
    inbox,
    filter,
    policy,
  };
}

/** Resolves the endpoint that handles messages, which must belong to a service. */
function resolveHandler(here: Cursor, reference: string): Consumption['call'] | null {
  const [component] = reference.split('.') as [string];
  if (here.names.things.get(component)?.kind !== 'gateway') return resolveCall(here, reference, '');
  const message = `messages are handled inside the instances of a service, and ${component} is not a service: write an endpoint behind it, as in call: worker.handle`;
  here.report('FL405', message);
  return null;
}

/** Resolves the dead-letter destination of a consumer; null = none. */
function resolveDeadLetter(here: Cursor, output: Written): string | null {
  const { onPoison, deadLetter } = output;
  if (deadLetter === null) {
    if (onPoison === 'deadLetter') {
      const message = 'onPoison: deadLetter needs a destination: write deadLetter: NAME';
      here.in('onPoison').reportKey('FL203', message);
    }
    return null;
  }
  const at = here.in('deadLetter');
  if (onPoison !== 'deadLetter') {
    const message = `with onPoison: ${onPoison} no message reaches ${deadLetter}: write onPoison: deadLetter`;
    at.conflict(message);
  }
  return resolveHolder(at, deadLetter);
}

/** Resolves the name of a topic or queue; null if it is neither. */
export function resolveHolder(here: Cursor, name: string): string | null {
  const kind = here.names.things.get(name)?.kind;
  if (kind === undefined) return unknown(here, name, HOLDERS);
  if (HOLDERS.includes(kind)) return name;
  const message =
    `${name} is ${kindText(kind)}, which cannot hold messages: expected a topic or a ` + 'queue';
  here.report('FL405', message);
  return null;
}

/** Kinds of components that hold messages. */
export const HOLDERS: readonly ComponentKind[] = ['topic', 'queue'];

function resolveInbox(here: Cursor, output: Written['inbox']): Inbox | null {
  if (output === null) return null;
  const { windowNs, database } = output;
  if (database === null) return { windowNs, query: null };
  const [name, operation] = split(database);
  const query = resolveQuery(here.in('database'), name, operation ?? undefined);
  return { windowNs, query };
}

/** The queries of inboxes, which the process of the handler makes before it. */
export function inboxCalls(consumers: readonly Consumption[], walker: CallWalker): void {
  for (const { call, inbox } of consumers) {
    const query = inbox?.query ?? null;
    if (query === null) continue;
    const from = `${call.component}.${call.part}`;
    walker.edge({ from, certain: true, times: 1 }, targetOf(query), null, 1);
  }
}

/** Reports retry modes that contradict `onPoison: block`, because they let later messages pass. */
function checkRetry(here: Cursor, { retry, onPoison }: Written): void {
  if (retry === null) return;
  const at = here.in('retry', 'mode');
  if (retry.mode === 'delayed' && retry.backoff === null) {
    const message =
      'mode: delayed needs a backoff: write backoff, or mode: requeue to retry at once';
    at.conflict(message);
  }
  if (retry.mode !== 'inProcess' && onPoison === 'block') {
    const message =
      `mode: ${retry.mode} lets later messages pass a failed one, but onPoison: block holds ` +
      'them back: write onPoison: skip or deadLetter';
    at.conflict(message);
  }
}
