import type { Leaving } from '../../contracts/patterns/client.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { clientsUnder, leavingOf } from '../../patterns/clients.js';
import { policyKinds } from '../../patterns/registry.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { Cursor } from './context.js';

/** What every layer without state has in common. */
const PLAIN = {
  scope: 'instance',
  per: 'callee',
  key: null,
  store: null,
  dryRun: false,
  written: [],
} as const;

/** Applies what the client does with work that its caller leaves; without a limit of its own, a layer only marks it. */
export function completeByClient(
  here: Cursor,
  present: Map<string, Layer>,
  { client, order }: BundleOutput,
): void {
  const product = typeof order === 'string' ? order : 'default';
  const under = clientsUnder(product);
  if (client !== undefined && under !== null && !under.includes(client)) {
    const message =
      `the calls of order ${product} are made by a client of kind ${under.join(' or ')}: write that, or ` +
      'list the layers in order';
    here.in('client').conflict(message);
    return;
  }
  const leaves = leavingOf(client, product, present.get('bulkhead')?.kind);
  if (leaves === null) return;
  for (const { policy, kind, byClient, limits } of policyKinds) {
    const layer = present.get(policy);
    if (byClient === undefined || layer?.kind !== kind) continue;
    const isLimit = (limits?.(layer.config as never) ?? null) !== null;
    if (client === undefined && !isLimit) continue;
    present.set(policy, { ...layer, config: byClient(layer.config as never, leaves) });
  }
  if (client !== undefined) addMark(here, present, leaves, order);
}

function addMark(
  here: Cursor,
  present: Map<string, Layer>,
  leaves: Leaving,
  order: BundleOutput['order'],
): void {
  for (const { policy, kind, leavesOnly } of policyKinds) {
    const config = leavesOnly?.(leaves) ?? null;
    if (config === null || present.has(policy)) continue;
    if (typeof order === 'object' && !order.includes(policy)) {
      const message = `callers of this client leave what is inside ${policy}: list ${policy} in order`;
      here.in('client').conflict(message);
      continue;
    }
    present.set(policy, { policy, kind, config, ...PLAIN });
  }
}
