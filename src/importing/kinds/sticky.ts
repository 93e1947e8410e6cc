import type { Cell } from '../cell.js';
import { allowedName } from '../names.js';
import type { System } from '../system.js';
import { guess, from, map, plain, type WrittenMap } from '../written.js';

/** Different values of a key, if no file says it: enough for each instance to have some. */
const VALUES = 1000;

/** Each value of a key, such as a session, stays with one instance: a ring of hashes. No file says how many values there are. */
function byKey(key: string, cell: Cell, system: System): WrittenMap {
  const known = system.sections.get('keys');
  const entry = map({ kind: plain('uniform'), count: guess(VALUES) });
  const others = known?.kind === 'map' ? known.entries : [];
  system.sections.set('keys', map(new Map([...others, [key, entry]])));
  system.ask(
    `How many different values of ${key} do requests have, and is one more frequent than others? Each one stays with one instance (${cell.place}): \`keys.${key}\` is a guess`,
  );
  return map({ kind: from('ringHash', cell), key: plain(key) });
}

/** A cookie names the instance of a session. */
export function bySession(cell: Cell, system: System): WrittenMap {
  return byKey('session', cell, system);
}

/** Something of the request decides, such as `$remote_addr` of nginx. */
export function byHash(cell: Cell, system: System): WrittenMap {
  return byKey(`hash-${allowedName(cell.text() ?? '')}`, cell, system);
}
