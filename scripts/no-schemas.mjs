// Replaces zod in the bundles of the threads: a thread receives plans that were checked, and reads no schema.
// Everything that a module builds from it while it is loaded is this object; reading a schema is an error.
const READS = new Set(['parse', 'safeParse', 'shape', 'options']);

const nothing = new Proxy(function () {}, {
  get: (_target, name) => {
    if (READS.has(name)) throw new Error(`a thread has no schemas: '${name}' of one`);
    return typeof name === 'symbol' || name === 'then' ? undefined : nothing;
  },
  apply: () => nothing,
  construct: () => nothing,
});

export const z = nothing;
