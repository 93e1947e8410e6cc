import { fileURLToPath } from 'node:url';

// How rolldown bundles a thread; bootstrap.mjs passes input and output.
export default {
  external: ['seedrandom'],
  output: { comments: false },
  resolve: { alias: { zod: fileURLToPath(new URL('no-schemas.mjs', import.meta.url)) } },
};
