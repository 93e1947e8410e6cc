import type { Broker } from '../../contracts/scenario/messaging.js';
import type { Cursor } from './context.js';
import { isOfKind } from './targets.js';

/** Whether a name refers to a broker of this kind. Reports others at `broker`. */
export function isBroker(
  here: Cursor,
  name: string,
  wanted: Broker['kind'],
  brokers: ReadonlyMap<string, Broker>,
): boolean {
  const at = here.in('broker');
  if (!isOfKind(at, name, 'broker')) return false;
  const found = brokers.get(name)?.kind ?? wanted;
  if (found === wanted) return true;
  const message = `${name} is a broker of kind ${found}: expected one of kind ${wanted}`;
  at.report('FL405', message);
  return false;
}
