import type { Component, System } from './system.js';

const WORDS =
  'db|database|mysql|mariadb|postgres|postgresql|pg|mongo|mongodb|redis|valkey|memcached|cache';
/** The part of the name of a store beside that of its owner: `carts-db`, `cart-redis`, `mongodb-geo`. */
const STORE = new RegExp(`[-_.]?(${WORDS})$|^(${WORDS})[-_.]`, 'i');

/**
 * Calls that only names suggest: programs often have the names of their databases in their code, where no file shows them. A
 * database that nothing is known to call belongs to the service that it is named after.
 */
export function suggestCalls(system: System): void {
  for (const store of system.components) {
    if (store.section !== 'databases' || !STORE.test(store.name)) continue;
    if (system.edges.some(({ to }) => to === store)) continue;
    const owner = ownerOf(store.name.replace(STORE, ''), system);
    const [origin] = store.origins;
    if (owner?.section !== 'services' || owner.isLoad || origin === undefined) continue;
    system.connect(owner, store, origin);
  }
}

/** The service of a name: `ts-user` is also that of `ts-user-service`. */
function ownerOf(name: string, system: System): Component | undefined {
  const names = ['', '-service', '-svc', '-api', '-server'].map((end) => `${name}${end}`);
  return names.flatMap((one) => system.named(one) ?? [])[0];
}
