import type { Broker } from '../../contracts/scenario/messaging.js';
import { report, type Context, type Path } from './context.js';
import { isOfKind } from './targets.js';

/** Whether a name refers to a broker of this kind. Reports others at `broker`. */
export function isBroker(
  context: Context,
  name: string,
  wanted: Broker['kind'],
  brokers: ReadonlyMap<string, Broker>,
  path: Path,
): boolean {
  const at = [...path, 'broker'];
  if (!isOfKind(context, name, 'broker', at)) return false;
  const found = brokers.get(name)?.kind ?? wanted;
  if (found === wanted) return true;
  const message = `${name} is a broker of kind ${found}: expected one of kind ${wanted}`;
  report(context, 'FL405', at, message);
  return false;
}
