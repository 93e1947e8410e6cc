import { kindText } from '../../spec/component-kind.js';
import type { Broker } from '../../spec/scenario/messaging.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';
import { unknown } from './targets.js';

/** Whether a name refers to a broker of this kind. Reports others at `broker`. */
export function isBroker(
  context: Context,
  name: string,
  wanted: Broker['kind'],
  brokers: ReadonlyMap<string, Broker>,
  path: Path,
): boolean {
  const at = [...path, 'broker'];
  const kind = context.names.things.get(name)?.kind;
  if (kind === undefined) {
    unknown(context, name, at, ['broker']);
  } else if (kind !== 'broker') {
    report(context, 'FL405', at, `${name} is ${kindText(kind)}, not a broker`);
  } else {
    const found = brokers.get(name)?.kind ?? wanted;
    if (found === wanted) return true;
    report(
      context,
      'FL405',
      at,
      `${name} is a broker of kind ${found}: expected one of kind ${wanted}`,
    );
  }
  return false;
}
