import { fileURLToPath } from 'node:url';

// How rolldown bundles a thread; input and output are given by bootstrap.mjs.
export default {
  external: ['seedrandom'],
  output: { comments: false },
  resolve: { alias: { zod: fileURLToPath(new URL('no-schemas.mjs', import.meta.url)) } },
};
