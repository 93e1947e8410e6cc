// Stands for zod in the bundles of the threads: a thread is sent plans that were checked, and reads no schema.
// Whatever a module builds of it while it is loaded is this again; to read by it is a mistake.
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
